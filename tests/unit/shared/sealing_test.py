"""A sealed value opens where it was sealed, and nowhere else."""

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from shared.contracts.fact import new_id
from shared.sealing import Box, KeyRing, SealBroken


def _box() -> Box:
    return Box(new_id(), AESGCMSIV(secrets.token_bytes(32)))


def test_a_value_opens_in_its_own_place() -> None:
    box, row = _box(), new_id()
    sealed = box.seal("cases.phone", row, "(555) 010-0142")
    assert box.open("cases.phone", row, sealed) == "(555) 010-0142"
    assert b"0142" not in sealed


def test_the_same_value_sealed_twice_looks_different() -> None:
    box, row = _box(), new_id()
    assert box.seal("cases.phone", row, "x") != box.seal("cases.phone", row, "x")


def test_a_value_moved_to_another_column_row_or_case_does_not_open() -> None:
    box, row = _box(), new_id()
    sealed = box.seal("cases.phone", row, "(555) 010-0142")
    for other, place, where in (
        (box, "cases.email", row),
        (box, "cases.phone", new_id()),
        (_box(), "cases.phone", row),
    ):
        with pytest.raises(SealBroken):
            other.open(place, where, sealed)


def test_a_damaged_value_does_not_open() -> None:
    box, row = _box(), new_id()
    sealed = bytearray(box.seal("cases.phone", row, "(555) 010-0142"))
    for index in range(len(sealed)):
        sealed[index] ^= 1
        with pytest.raises(SealBroken):
            box.open("cases.phone", row, bytes(sealed))
        sealed[index] ^= 1


def test_equal_values_meet_in_a_blind_index_and_kinds_are_kept_apart() -> None:
    ring = KeyRing(secrets.token_bytes(32), secrets.token_bytes(32))
    other = KeyRing(secrets.token_bytes(32), secrets.token_bytes(32))
    assert ring.blind_index("phone", "+15550100142") == ring.blind_index("phone", "+15550100142")
    assert ring.blind_index("phone", "+15550100142") != ring.blind_index("member", "+15550100142")
    assert ring.blind_index("phone", "+15550100142") != other.blind_index("phone", "+15550100142")


def test_one_key_for_both_purposes_is_refused() -> None:
    key = secrets.token_bytes(32)
    with pytest.raises(ValueError, match="two different keys"):
        KeyRing(key, key)

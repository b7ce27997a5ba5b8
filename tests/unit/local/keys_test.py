"""An installation's keys are made once and belong to one person."""

import base64
import json
import stat
from pathlib import Path

import pytest

from shared.identity import Role, Signer, Verifier
from shared.local.keys import ISSUERS, make_keys
from shared.local.refusal import Refusal
from shared.local.tokens import operator_id, staff_token
from shared.sealing import KeyRing


def test_every_key_is_closed_to_others(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_second_start_changes_no_key(tmp_path: Path) -> None:
    make_keys(tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_keys(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_a_sealing_key_file_opens_as_a_key_ring(tmp_path: Path) -> None:
    make_keys(tmp_path)
    stored = json.loads((tmp_path / "intake.key").read_text())
    assert stored["version"] == 1
    assert [len(base64.b64decode(stored[part])) for part in ("wrapping", "index")] == [32, 32]
    assert len(KeyRing.from_file(tmp_path / "intake.key").blind_index("phone", "+15550100")) == 32


@pytest.mark.parametrize("issuer", ISSUERS)
def test_what_an_issuer_signs_is_trusted(tmp_path: Path, issuer: str) -> None:
    make_keys(tmp_path)
    role = Role.COORDINATOR if issuer in ("operator", "dashboard") else Role.SERVICE
    signed = Signer.from_keys(tmp_path, issuer).token("intake", role=role, subject=operator_id(role))
    if role is Role.SERVICE:
        signed = Signer.from_keys(tmp_path, issuer).token("intake")
    assert Verifier.from_keys(tmp_path, "intake").verify(signed).role is role


@pytest.mark.parametrize("audience", ["intake", "insurance", "aftercare"])
def test_an_operators_token_opens_every_service(tmp_path: Path, audience: str) -> None:
    make_keys(tmp_path)
    caller = Verifier.from_keys(tmp_path, audience).verify(staff_token(tmp_path, Role.DIRECTOR))
    assert (caller.role, caller.id) == (Role.DIRECTOR, operator_id(Role.DIRECTOR))


def test_a_token_without_keys_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="throughcare up"):
        staff_token(tmp_path, Role.DIRECTOR)

"""A token speaks for one caller, to one service, for a short time."""

import secrets

import pytest

from shared.contracts.fact import new_id
from shared.identity import Role, Signer, Verifier, public_key_of
from shared.problems import Problem

SEEDS = {name: secrets.token_bytes(32) for name in ("insurance", "aftercare", "dashboard", "operator")}
TRUSTED = {name: public_key_of(seed) for name, seed in SEEDS.items()}
INTAKE = Verifier("intake", TRUSTED)


def _refused(token: str) -> bool:
    with pytest.raises(Problem) as refusal:
        INTAKE.verify(token)
    return refusal.value.status == 401


def test_a_service_is_known_by_its_own_key() -> None:
    caller = INTAKE.verify(Signer("insurance", SEEDS["insurance"]).token("intake"))
    assert (caller.name, caller.role, caller.id) == ("insurance", Role.SERVICE, None)


def test_the_dashboard_vouches_for_staff() -> None:
    ana = new_id()
    token = Signer("dashboard", SEEDS["dashboard"]).token("intake", role=Role.COORDINATOR, subject=ana)
    caller = INTAKE.verify(token)
    assert (caller.role, caller.id) == (Role.COORDINATOR, ana)


def test_a_token_for_another_service_is_refused() -> None:
    assert _refused(Signer("insurance", SEEDS["insurance"]).token("aftercare"))


def test_an_expired_token_is_refused() -> None:
    assert _refused(Signer("insurance", SEEDS["insurance"]).token("intake", seconds=-10))


def test_a_service_cannot_vouch_for_staff() -> None:
    token = Signer("insurance", SEEDS["insurance"]).token("intake", role=Role.DIRECTOR, subject=new_id())
    assert _refused(token)


def test_a_service_cannot_use_another_ones_name() -> None:
    assert _refused(Signer("aftercare", SEEDS["insurance"]).token("intake"))


def test_the_operator_is_no_service() -> None:
    assert _refused(Signer("operator", SEEDS["operator"]).token("intake"))


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "..", "e30.e30.e30", "\x00", "é.ü.ß"])
def test_garbage_is_refused(token: str) -> None:
    assert _refused(token)


def test_a_changed_token_is_refused() -> None:
    head, body, signature = Signer("insurance", SEEDS["insurance"]).token("intake").split(".")
    assert _refused(f"{head}.{body}.{signature[::-1]}")
    assert _refused(f"{head}.{body}.")

"""Leases, clocks and gates, on plain values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.intake import admission_rules, next_steps
from services.intake.case import (
    AlreadyClaimed,
    CaseState,
    Coverage,
    GateClosed,
    Stage,
    claim,
    coverage_now,
    held,
    log_contact,
)
from services.intake.consent_rules import Consent
from services.intake.urgency import priority_of, respond_by, urgency
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem, ContactOutcome, Priority
from shared.identity import Role

NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
ANA, BEN = new_id(), new_id()
MINUTE = timedelta(minutes=1)


def yes(item: ConsentItem) -> Consent:
    return Consent(new_id(), item, given_at=NOW - MINUTE)


def no(item: ConsentItem) -> Consent:
    return Consent(new_id(), item, refused_at=NOW - MINUTE)


READY = CaseState(
    stage=Stage.WORKING,
    coverage=Coverage.VERIFIED,
    coverage_fresh_until=NOW + timedelta(days=1),
    first_attempt_at=NOW,
    reached_at=NOW,
    consents=(yes(ConsentItem.TREATMENT), yes(ConsentItem.AFTERCARE)),
)


def test_a_claimed_case_is_held_ten_minutes_until_somebody_tries_to_call() -> None:
    stage, until = claim(CaseState(), ANA, NOW)
    assert (stage, until) == (Stage.WORKING, NOW + 10 * MINUTE)


def test_a_colleague_cannot_take_a_case_while_the_lease_runs_and_can_when_it_lapses() -> None:
    mine = CaseState(stage=Stage.WORKING, owner_id=ANA, owned_until=NOW + 10 * MINUTE)
    with pytest.raises(AlreadyClaimed) as refused:
        claim(mine, BEN, NOW + 9 * MINUTE)
    assert (refused.value.by, refused.value.until) == (ANA, NOW + 10 * MINUTE)
    assert claim(mine, BEN, NOW + 10 * MINUTE)[1] == NOW + 20 * MINUTE


def test_claiming_again_does_not_lengthen_a_lease_without_an_attempt() -> None:
    mine = CaseState(stage=Stage.WORKING, owner_id=ANA, owned_until=NOW + 10 * MINUTE)
    assert claim(mine, ANA, NOW + 9 * MINUTE) == (Stage.WORKING, NOW + 10 * MINUTE)


def test_an_attempt_by_the_holder_lengthens_the_lease_to_a_day() -> None:
    mine = CaseState(stage=Stage.WORKING, owner_id=ANA, owned_until=NOW + 10 * MINUTE)
    change = log_contact(mine, ANA, ContactOutcome.NO_ANSWER, NOW)
    assert change.owned_until == NOW + timedelta(hours=24)
    assert (change.first_attempt_at, change.reached_at) == (NOW, None)


def test_somebody_elses_attempt_stops_the_clock_but_not_the_lease() -> None:
    mine = CaseState(stage=Stage.WORKING, owner_id=ANA, owned_until=NOW + 10 * MINUTE)
    change = log_contact(mine, BEN, ContactOutcome.REACHED, NOW)
    assert change.owned_until == NOW + 10 * MINUTE
    assert change.reached_now


def test_the_contact_clock_stops_once() -> None:
    change = log_contact(replace(READY, reached_at=NOW), ANA, ContactOutcome.REACHED, NOW + MINUTE)
    assert not change.reached_now
    assert change.reached_at == NOW


def test_a_lapsed_lease_is_not_held() -> None:
    assert not held(CaseState(owner_id=ANA, owned_until=NOW), NOW)


def test_a_closed_case_cannot_be_claimed() -> None:
    with pytest.raises(GateClosed):
        claim(CaseState(stage=Stage.CLOSED), ANA, NOW)


def test_everything_missing_is_said_at_once_each_with_its_fix() -> None:
    gates = admission_rules.blocking(CaseState(stage=Stage.WORKING), NOW)
    assert [gate.gate for gate in gates] == [
        "conversation_logged",
        "coverage",
        "treatment_consent",
        "aftercare_asked",
    ]
    assert all(gate.message and gate.fix.action and gate.fix.label for gate in gates)


def test_a_no_to_aftercare_opens_its_gate_as_well_as_a_yes() -> None:
    asked = replace(READY, consents=(yes(ConsentItem.TREATMENT), no(ConsentItem.AFTERCARE)))
    assert admission_rules.blocking(asked, NOW) == []


def test_treatment_consent_may_be_given_in_the_act_of_admitting() -> None:
    case = replace(READY, consents=(yes(ConsentItem.AFTERCARE),))
    with pytest.raises(GateClosed):
        admission_rules.admit(case, NOW)
    assert admission_rules.admit(case, NOW, treatment_consent=True) == []


@pytest.mark.parametrize("track", [t for t in Coverage if t not in {Coverage.VERIFIED, Coverage.SELF_PAY}])
def test_an_override_opens_the_coverage_gate_and_no_other(track: Coverage) -> None:
    case = replace(READY, coverage=track)
    overridden = admission_rules.admit(case, NOW, override_reason="Bed paid for by the county")
    assert [gate.gate for gate in overridden] == ["coverage"]
    with pytest.raises(GateClosed) as closed:
        admission_rules.admit(replace(case, reached_at=None), NOW, override_reason="Bed paid for")
    assert [gate.gate for gate in closed.value.missing] == ["conversation_logged"]


def test_a_verified_answer_grows_too_old_by_itself() -> None:
    later = NOW + timedelta(days=2)
    assert coverage_now(READY, later) is Coverage.EXPIRED
    assert [gate.gate for gate in admission_rules.blocking(READY, later)] == ["coverage"]


@pytest.mark.parametrize("stage", [Stage.ADMITTED, Stage.DISCHARGED, Stage.CLOSED])
def test_nobody_is_admitted_twice_or_after_the_end(stage: Stage) -> None:
    with pytest.raises(GateClosed):
        admission_rules.admit(replace(READY, stage=stage), NOW)


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.ADMITTED])
def test_only_somebody_who_is_here_can_be_discharged(stage: Stage) -> None:
    with pytest.raises(GateClosed):
        admission_rules.discharge(CaseState(stage=stage))


def place(
    priority: Priority, minutes_ago: int, *, reached: bool = False, tried: bool = False, held: bool = False
) -> tuple[int, int, datetime]:
    came = NOW - minutes_ago * MINUTE
    return urgency(
        reached=reached,
        tried=tried,
        held=held,
        priority=priority,
        respond_by=respond_by(came, priority),
        received_at=came,
        now=NOW,
    )


def test_danger_comes_first_then_what_is_overdue_then_by_deadline() -> None:
    danger, overdue = place(Priority.P0, 0), place(Priority.P2, 20)
    asked_now, new, tried = place(Priority.P1, 0), place(Priority.P2, 5), place(Priority.P2, 60, tried=True)
    assert sorted([tried, new, asked_now, overdue, danger]) == [danger, overdue, asked_now, new, tried]


def test_danger_stays_on_top_until_somebody_has_spoken_with_them() -> None:
    free, tried, held = (
        place(Priority.P0, 1),
        place(Priority.P0, 0, tried=True),
        place(Priority.P0, 9, held=True),
    )
    overdue, called = place(Priority.P2, 60), place(Priority.P2, 90, tried=True)
    danger_met, met = place(Priority.P0, 1, reached=True), place(Priority.P2, 99, reached=True)
    right = [free, tried, held, overdue, called, danger_met, met]
    assert sorted(set(right)) == right


def test_danger_is_answered_within_two_minutes_and_others_within_fifteen() -> None:
    assert respond_by(NOW, priority_of(danger=True)) == NOW + 2 * MINUTE
    assert respond_by(NOW, priority_of(danger=False)) == NOW + 15 * MINUTE


def test_only_the_desk_is_offered_a_claim_and_the_auditor_is_offered_nothing() -> None:
    fresh = CaseState()
    assert "claim" in next_steps.allowed_actions(fresh, Role.COORDINATOR, ANA, NOW)
    assert "claim" not in next_steps.allowed_actions(fresh, Role.VOB, ANA, NOW)
    assert next_steps.allowed_actions(fresh, Role.AUDITOR, ANA, NOW) == []


def test_the_insurer_is_asked_only_with_consent_and_the_details_on_the_card() -> None:
    case = replace(READY, coverage=Coverage.AWAITING_CONSENT, identifiers_complete=True)
    assert "request_verification" not in next_steps.allowed_actions(case, Role.VOB, ANA, NOW)
    agreed = replace(case, consents=(*case.consents, yes(ConsentItem.INSURER)))
    assert "request_verification" in next_steps.allowed_actions(agreed, Role.VOB, ANA, NOW)
    assert next_steps.next_step(agreed, NOW) == "Ask the insurer about benefits."


def test_every_stage_has_a_next_step() -> None:
    for stage in Stage:
        for track in Coverage:
            assert next_steps.next_step(CaseState(stage=stage, coverage=track, reached_at=NOW), NOW)

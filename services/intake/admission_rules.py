"""Pure: what stands between a person and a bed, and what staff do next (spec 8.2).

The gates of this slice. The full pipeline adds its own (level of care, bed, travel) to `blocking`.
It will admit from `scheduled` only; until those steps exist nothing could reach that stage, so a person
somebody has spoken with may be admitted from any stage before it.
"""

from datetime import datetime

from services.intake.case import (
    NOT_OPEN,
    OPEN,
    CaseState,
    Coverage,
    Fix,
    Gate,
    GateClosed,
    Stage,
    coverage_now,
)
from services.intake.consent_rules import may_disclose, was_asked
from shared.contracts.intake import ConsentItem, DischargeType

NOT_REACHED = Gate(
    "conversation_logged",
    "Nobody has spoken with this person yet.",
    Fix("log_contact", "Log a conversation"),
)
NO_INSURER_CONSENT = Gate(
    "insurer_consent",
    "Only the person's own consent lets us ask their insurer.",
    Fix("record_insurer_consent", "Record consent to ask the insurer"),
)
NO_IDENTIFIERS = Gate(
    "insurance_details",
    "The plan, member ID, full name and birth date are not all known.",
    Fix("log_contact", "Ask on the next call"),
)
NO_TREATMENT_CONSENT = Gate(
    "treatment_consent",
    "Consent to treatment is not recorded.",
    Fix("record_treatment_consent", "Record consent to treatment"),
)
AFTERCARE_NOT_ASKED = Gate(
    "aftercare_asked",
    "Ask whether we may plan meetings and reminders for after the stay. Yes and no are both fine.",
    Fix("ask_aftercare", "Record the answer"),
)
ALREADY_ADMITTED = Gate("not_admitted", "This person is already admitted.", Fix("open_case", "See the stay"))
NOT_ADMITTED = Gate("admitted", "This person is not admitted.", Fix("admit", "Admit"))
NOT_DISCHARGED = Gate("discharged", "The last stay has not ended.", Fix("open_case", "See the stay"))
ALREADY_SO = Gate(
    "other_discharge_type",
    "This discharge is recorded already, and as exactly as this or more so.",
    Fix("open_case", "See the stay"),
)

_COVERAGE_GATES: dict[Coverage, tuple[str, Fix]] = {
    Coverage.NONE: (
        "Nothing is known about coverage.",
        Fix("request_verification", "Ask the insurer"),
    ),
    Coverage.AWAITING_CONSENT: (
        "Coverage waits for this person's own consent to ask the insurer.",
        Fix("record_insurer_consent", "Record consent to ask the insurer"),
    ),
    Coverage.REQUESTED: ("The insurer has not answered yet.", Fix("open_coverage", "See the request")),
    Coverage.DECLINED: (
        "The insurer says there is no coverage.",
        Fix("choose_self_pay", "Talk about other ways to pay"),
    ),
    Coverage.UNCLEAR: (
        "The insurer's answer needs a person to read it.",
        Fix("open_coverage", "Read the answer"),
    ),
    Coverage.CORRECTION_NEEDED: (
        "The insurer could not find this person: something on the card was read wrong.",
        Fix("open_coverage", "Correct the details"),
    ),
    Coverage.UNAVAILABLE: (
        "The insurer cannot answer now; it is asked again.",
        Fix("open_coverage", "See the next try"),
    ),
    Coverage.EXPIRED: (
        "The insurer's answer is too old to admit on.",
        Fix("request_verification", "Ask the insurer again"),
    ),
}


def coverage_gate(case: CaseState, now: datetime) -> Gate | None:
    """Shut until coverage is verified and fresh, or the person pays for themselves."""
    track = coverage_now(case, now)
    if track in {Coverage.VERIFIED, Coverage.SELF_PAY}:
        return None
    message, fix = _COVERAGE_GATES[track]
    return Gate("coverage", message, fix)


def blocking(case: CaseState, now: datetime) -> list[Gate]:
    """What stands between this person and a bed, most basic first; empty when they may be admitted."""
    if case.stage is Stage.ADMITTED:
        return []
    if case.stage not in OPEN:
        return [NOT_OPEN]
    gates: list[Gate | None] = [
        NOT_REACHED if case.reached_at is None else None,
        coverage_gate(case, now),
        None if may_disclose(case.consents, ConsentItem.TREATMENT, now) else NO_TREATMENT_CONSENT,
        None if was_asked(case.consents, ConsentItem.AFTERCARE) else AFTERCARE_NOT_ASKED,
    ]
    return [gate for gate in gates if gate]


def admit(
    case: CaseState, now: datetime, *, treatment_consent: bool = False, override_reason: str = ""
) -> list[Gate]:
    """May staff admit now? Raises GateClosed with everything missing; answers the overridden gates.

    `treatment_consent`: the person signs with this very act. `override_reason` opens the coverage
    gate and no other: money may be settled later, consent and a conversation may not.
    """
    if case.stage is Stage.ADMITTED:
        raise GateClosed([ALREADY_ADMITTED])
    # A reached person's case is never `new`, so open gates imply a stage that may be admitted from.
    missing = [
        gate for gate in blocking(case, now) if not (gate is NO_TREATMENT_CONSENT and treatment_consent)
    ]
    overridden = [gate for gate in missing if gate.gate == "coverage" and override_reason.strip()]
    missing = [gate for gate in missing if gate not in overridden]
    if missing:
        raise GateClosed(missing)
    return overridden


def discharge(case: CaseState) -> Stage:
    """Raises GateClosed unless the person is here. An unknown type ends the stay too: a person who has
    left is not kept on the census until the paperwork is right."""
    if case.stage is not Stage.ADMITTED:
        raise GateClosed([NOT_ADMITTED])
    return Stage.DISCHARGED


_EXACTNESS = {DischargeType.UNKNOWN: 0, DischargeType.HOME: 1}  # every other type: 2


def correct_discharge(stands: DischargeType, said: DischargeType) -> None:
    """May the type of an ended stay become `said`? Raises GateClosed when that says the same or less:
    a repeated "went home" does not undo what staff or the EHR have said more exactly since."""
    if said is stands or _EXACTNESS.get(said, 2) < _EXACTNESS.get(stands, 2):
        raise GateClosed([ALREADY_SO])

"""Pure: what a role may do with a case now, and the one sentence that says what to do next."""

from datetime import datetime
from uuid import UUID

from services.intake.admission_rules import (
    NO_IDENTIFIERS,
    NO_INSURER_CONSENT,
    NOT_ADMITTED,
    NOT_DISCHARGED,
    blocking,
)
from services.intake.case import (
    BEFORE_ADMISSION,
    NOT_OPEN,
    OPEN,
    CaseState,
    Coverage,
    Fix,
    Gate,
    GateClosed,
    Stage,
    coverage_now,
    held,
)
from services.intake.consent_rules import may_disclose, was_asked
from shared.contracts.intake import ConsentItem
from shared.identity import Role

_DESK = frozenset({Role.COORDINATOR, Role.DIRECTOR})

# Who may do what (spec 8.2, column "who"). The API asks this table too, so a hidden button is also refused.
ACTIONS: dict[str, frozenset[Role]] = {
    "claim": _DESK,
    "release": _DESK,
    "log_contact": _DESK | {Role.VOB, Role.CLINICIAN, Role.CASE_MANAGER, Role.ALUMNI},
    "record_consent": _DESK | {Role.VOB, Role.CLINICIAN, Role.CASE_MANAGER, Role.ALUMNI},
    "request_verification": _DESK | {Role.VOB},
    "choose_self_pay": _DESK,
    "set_coverage_details": _DESK | {Role.VOB},
    "admit": _DESK | {Role.CASE_MANAGER},
    "plan_discharge": _DESK | {Role.CASE_MANAGER, Role.CLINICIAN},
    "discharge": _DESK | {Role.CASE_MANAGER},
    "cancel_discharge": frozenset({Role.DIRECTOR, Role.CASE_MANAGER}),
}


CONTACT_ENDED = Gate("contact", "All contact has ended.", Fix("open_case", "See the stay"))
ALREADY_ASKED = Gate(
    "not_asked_yet", "The insurer has been asked already.", Fix("open_coverage", "See the request")
)
COVERAGE_DECIDED = Gate(
    "coverage_open",
    "How this stay is paid for is settled already.",
    Fix("open_coverage", "See coverage"),
)


def shut(action: str, case: CaseState, now: datetime) -> list[Gate]:
    """What makes an action pointless or wrong for anybody now. The one table behind the buttons and the API.

    Leases and the gates before a bed are not in it: their moves refuse by themselves and say more. An
    answer about consent is always taken: what was agreed to can be taken back at any time.
    """
    consent = may_disclose(case.consents, ConsentItem.INSURER, now, restricted=case.restricted)
    undecided = case.stage in BEFORE_ADMISSION and case.coverage is not Coverage.SELF_PAY
    ended = case.stage not in OPEN
    may_be_ended = case.stage in {Stage.ADMITTED, Stage.DISCHARGED}  # after the end: a correction
    table: dict[str, list[tuple[Gate, bool]]] = {
        "claim": [(NOT_OPEN, ended)],
        "log_contact": [(NOT_OPEN, case.stage is Stage.CLOSED), (CONTACT_ENDED, case.deceased)],
        "request_verification": [
            (NOT_OPEN, ended),
            (ALREADY_ASKED, coverage_now(case, now) is Coverage.REQUESTED),
            (NO_INSURER_CONSENT, consent is None),
            (NO_IDENTIFIERS, not case.identifiers_complete),
        ],
        "set_coverage_details": [(NOT_OPEN, ended)],
        "choose_self_pay": [(NOT_OPEN, ended), (COVERAGE_DECIDED, not ended and not undecided)],
        "plan_discharge": [(NOT_ADMITTED, case.stage is not Stage.ADMITTED)],
        "discharge": [(NOT_ADMITTED, not may_be_ended)],
        "cancel_discharge": [(NOT_DISCHARGED, case.stage is not Stage.DISCHARGED)],
    }
    return [gate for gate, is_shut in table.get(action, []) if is_shut]


def check(action: str, case: CaseState, now: datetime) -> None:
    """Raises GateClosed with everything that `shut` finds."""
    if missing := shut(action, case, now):
        raise GateClosed(missing)


def allowed_actions(case: CaseState, role: Role, staff_id: UUID | None, now: datetime) -> list[str]:
    """The actions to offer. `admit` is offered while gates are shut: pressing it says what is missing."""
    fits = {
        "claim": not held(case, now),
        "release": held(case, now) and case.owner_id == staff_id,
        "admit": case.stage in BEFORE_ADMISSION and case.stage is not Stage.NEW,
    }
    return [
        action
        for action, roles in ACTIONS.items()
        if role in roles and fits.get(action, True) and not shut(action, case, now)
    ]


def contact_withdrawn(case: CaseState, now: datetime) -> bool:
    """The person allowed us to contact them and took it back, or said no."""
    asked = was_asked(case.consents, ConsentItem.CONTACT)
    return asked and may_disclose(case.consents, ConsentItem.CONTACT, now) is None


def next_step(case: CaseState, now: datetime) -> str:
    """One sentence for the list: the most basic thing that is missing."""
    if case.deceased:
        return CONTACT_ENDED.message
    if contact_withdrawn(case, now) and case.stage not in {Stage.ADMITTED, Stage.CLOSED}:
        return "Do not contact: consent withdrawn."
    if case.stage is Stage.NEW:
        return "Claim and call." if case.first_attempt_at is None else "Claim and try again."
    if case.stage in BEFORE_ADMISSION and case.reached_at is None:
        return "Call now." if case.first_attempt_at is None else "Try again: nobody has spoken with them yet."
    if case.stage is Stage.ADMITTED:
        return "Plan what follows the stay."
    if case.stage is Stage.DISCHARGED:
        return "Aftercare goes on."
    if case.stage is Stage.CLOSED:
        return "Nothing: the case is closed."
    gates = blocking(case, now)
    if not gates:
        return "Ready to admit."
    unasked = coverage_now(case, now) in {Coverage.NONE, Coverage.AWAITING_CONSENT, Coverage.EXPIRED}
    if gates[0].gate == "coverage" and unasked and not shut("request_verification", case, now):
        return "Ask the insurer about benefits."
    return gates[0].message

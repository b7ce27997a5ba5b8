"""Pure: what a role may do with a case now, and the one sentence that says what to do next."""

from datetime import datetime
from uuid import UUID

from services.intake.admission_rules import blocking
from services.intake.case import BEFORE_ADMISSION, OPEN, CaseState, Coverage, Stage, coverage_now, held
from services.intake.consent_rules import may_disclose
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
    "admit": _DESK | {Role.CASE_MANAGER},
    "discharge": _DESK | {Role.CASE_MANAGER},
}


def may_ask_insurer(case: CaseState, now: datetime) -> bool:
    """The person's own consent holds and there is enough on the card to find them."""
    consent = may_disclose(case.consents, ConsentItem.INSURER, now, restricted=case.restricted)
    return consent is not None and case.identifiers_complete


def allowed_actions(case: CaseState, role: Role, staff_id: UUID | None, now: datetime) -> list[str]:
    """The actions to offer. `admit` is offered while gates are shut: pressing it says what is missing."""
    mine = held(case, now) and case.owner_id == staff_id
    waiting_for_payer = coverage_now(case, now) is Coverage.REQUESTED
    fits = {
        "claim": case.stage in OPEN and not held(case, now),
        "release": mine,
        "log_contact": case.stage is not Stage.CLOSED,
        "record_consent": case.stage is not Stage.CLOSED,
        "request_verification": case.stage in OPEN and may_ask_insurer(case, now) and not waiting_for_payer,
        "choose_self_pay": case.stage in BEFORE_ADMISSION and case.coverage is not Coverage.SELF_PAY,
        "admit": case.stage in BEFORE_ADMISSION and case.stage is not Stage.NEW,
        "discharge": case.stage is Stage.ADMITTED,
    }
    return [action for action, roles in ACTIONS.items() if role in roles and fits[action]]


def next_step(case: CaseState, now: datetime) -> str:
    """One sentence for the list: the most basic thing that is missing."""
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
    if gates[0].gate == "coverage" and unasked and may_ask_insurer(case, now):
        return "Ask the insurer about benefits."
    return gates[0].message

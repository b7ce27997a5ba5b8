"""Staff correct what is known of a person's plan, and what that does to an answer given before."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import coverage, indexes, next_steps
from services.intake.case import CaseState, Coverage
from services.intake.consent_rules import may_disclose
from services.intake.coverage_details import IDENTIFYING, NEEDED, SEALED_DETAILS, CoverageDetails
from services.intake.records import state_of, touched
from services.intake.tables import Case
from shared import clock
from shared.contracts.intake import ConsentItem
from shared.sealing import KeyRing, box, keyring


async def correct(session: AsyncSession, case: Case, said: CoverageDetails) -> None:
    """Keep what was sent. Call after the audit row: it opens what is known to see what changes.

    Raises GateClosed after the end. What changes nothing leaves the version as it is.
    """
    now = clock.now()
    known = await state_of(session, case)
    next_steps.check("set_coverage_details", known, now)
    await session.refresh(case, SEALED_DETAILS)
    case_box = await box(session, case.id)
    before = {
        name: case_box.open(f"cases.{name}", case.id, sealed) if (sealed := getattr(case, name)) else ""
        for name in SEALED_DETAILS
    }
    sealed_too = {name: value for name, value in said.sealed.items() if value != before[name]}
    plain = {name: value for name, value in said.plain.items() if value != getattr(case, name)}
    if not sealed_too and not plain:
        return
    for name, value in sealed_too.items():
        setattr(case, name, case_box.seal(f"cases.{name}", case.id, value) if value else None)
    for column, code in plain.items():
        setattr(case, column, code)
    after = before | sealed_too
    case.identifiers_complete = all(after[name] for name in NEEDED)
    case.name_birth_index = _name_birth_index(keyring(session), after)
    touched(case, now)
    _track(case, known, {*sealed_too, *plain}, after, now)


def _name_birth_index(ring: KeyRing, details: dict[str, str]) -> bytes | None:
    if not details["birth_date"]:
        return None
    born = date.fromisoformat(details["birth_date"])
    return indexes.name_birth_index(ring, details["first_name"], details["last_name"], born)


# Where an answer about the identifiers of before counts, or would when it comes.
_ABOUT_THE_OLD = frozenset({Coverage.VERIFIED, Coverage.REQUESTED, Coverage.UNAVAILABLE, Coverage.UNCLEAR})


def _track(case: Case, known: CaseState, changed: set[str], details: dict[str, str], now: datetime) -> None:
    """A good answer about other identifiers no longer counts; a plan named for the first time waits."""
    if known.coverage in _ABOUT_THE_OLD and changed & IDENTIFYING:
        # An answer still on its way speaks of what was asked before: nobody waits for it any more.
        case.verification_id = None
        coverage.move(case, Coverage.EXPIRED, now, detail={"reason": "details_changed"})
    plan_known = bool(details["payer"] or details["member_id"])
    agreed = may_disclose(known.consents, ConsentItem.INSURER, now, restricted=known.restricted)
    if known.coverage is Coverage.NONE and plan_known and agreed is None:
        coverage.move(case, Coverage.AWAITING_CONSENT, now)

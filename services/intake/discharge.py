"""The end of a stay, planned, told and taken back, from staff or from the EHR: all end here."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import admission_rules
from services.intake.case import GateClosed, Stage
from services.intake.consent_rules import may_disclose
from services.intake.records import state_of, touched
from services.intake.tables import Case, Stay
from shared import clock
from shared.contracts.intake import (
    ClientDischarged,
    ConsentItem,
    DischargeCancelled,
    DischargePlanned,
    DischargeType,
)
from shared.messaging.outbox import say

_LONGEST_AHEAD = timedelta(days=366)


class ImplausiblePlan(Exception):
    """A planned end in the past, or more than a year ahead: a slip of the keys."""


async def current_stay(session: AsyncSession, case: Case) -> Stay | None:
    """The latest stay, ended or not."""
    await session.flush()
    query = select(Stay).where(Stay.case_id == case.id).order_by(Stay.admitted_at.desc(), Stay.id.desc())
    return await session.scalar(query.limit(1))


async def discharge(
    session: AsyncSession,
    case: Case,
    type_: DischargeType,
    at: datetime | None,
    *,
    via: str,
    disposition: str | None = None,
) -> Stay:
    """End the stay, or correct how the last one ended; both are told the same way, by the stay's id.

    Raises GateClosed for somebody who is not here, and for a correction that says nothing new.
    `at` outside the stay (before admission, or in the future) is moved to its nearest edge: the person
    has left, and a mistyped hour must not stop aftercare from starting.
    """
    now = clock.now()
    known = await state_of(session, case)
    stay = await current_stay(session, case)
    if known.stage is Stage.DISCHARGED and stay and stay.discharge_type:
        admission_rules.correct_discharge(DischargeType(stay.discharge_type), type_)
    else:
        case.stage = admission_rules.discharge(known).value
        if stay is None:
            raise LookupError("an admitted case has a stay")
        stay.discharged_at = max(stay.admitted_at, min(at or now, now))
    stay.discharge_type, stay.discharged_via = type_.value, via
    stay.disposition = disposition or stay.disposition
    touched(case, now)
    consent = may_disclose(known.consents, ConsentItem.AFTERCARE, now)
    # Nobody writes to somebody who has died, whatever they agreed to before.
    reachable = consent if type_ is not DischargeType.DECEASED else None
    say(
        session,
        ClientDischarged(
            case_id=case.id,
            stay_id=stay.id,
            discharged_at=stay.discharged_at or now,
            type=type_,
            aftercare_consent_id=reachable.id if reachable else None,
        ),
    )
    return stay


async def plan(session: AsyncSession, case: Case, planned_for: datetime) -> Stay:
    """When the stay is expected to end. Raises GateClosed for somebody who is not here, ImplausiblePlan."""
    now = clock.now()
    known = await state_of(session, case)
    stay = await current_stay(session, case)
    if known.stage is not Stage.ADMITTED or stay is None:
        raise GateClosed([admission_rules.NOT_ADMITTED])
    if not now <= planned_for <= now + _LONGEST_AHEAD:
        raise ImplausiblePlan
    if stay.planned_discharge_at == planned_for:
        return stay
    stay.planned_discharge_at = planned_for
    touched(case, now)
    consent = may_disclose(known.consents, ConsentItem.AFTERCARE, now)
    planned = DischargePlanned(
        case_id=case.id,
        stay_id=stay.id,
        planned_for=planned_for,
        aftercare_consent_id=consent.id if consent else None,
    )
    say(session, planned)
    return stay


async def cancel(session: AsyncSession, case: Case, at: datetime) -> Stay:
    """Nobody has left after all (HL7 v2 A13): the last stay goes on. `at`: when that was said.

    Raises GateClosed when the last stay has not ended. A death recorded by mistake is taken back the same
    way.
    """
    known = await state_of(session, case)
    stay = await current_stay(session, case)
    if known.stage is not Stage.DISCHARGED or stay is None:
        raise GateClosed([admission_rules.NOT_DISCHARGED])
    case.stage = Stage.ADMITTED.value
    stay.discharged_at = stay.discharge_type = stay.discharged_via = stay.disposition = None
    stay.discharge_cancelled_at = at
    touched(case, clock.now())
    say(session, DischargeCancelled(case_id=case.id, stay_id=stay.id))
    return stay

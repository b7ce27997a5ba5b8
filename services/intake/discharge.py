"""The end of a stay, from staff or from the EHR: both end here."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import admission_rules
from services.intake.case import Stage
from services.intake.consent_rules import may_disclose
from services.intake.records import state_of, touched
from services.intake.tables import Case, Stay
from shared import clock
from shared.contracts.intake import ClientDischarged, ConsentItem, DischargeType
from shared.messaging.outbox import say


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

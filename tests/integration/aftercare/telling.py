"""What intake tells, said at the time it is by the service's clock; and looks at what came of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.aftercare.plans.opening import locked
from services.aftercare.tables import Message, MessageState, Occurrence, Plan, Purpose
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import (
    ClientAdmitted,
    ClientDischarged,
    ConsentGiven,
    ConsentItem,
    ConsentRevoked,
    DischargeCancelled,
    DischargePlanned,
    DischargeType,
)

from .conftest import Aftercare


def planned(case_id: UUID, stay_id: UUID, at: datetime, *, consent: UUID | None = None) -> DischargePlanned:
    return DischargePlanned(
        occurred_at=clock.now(),
        case_id=case_id,
        stay_id=stay_id,
        planned_for=at,
        aftercare_consent_id=consent,
    )


def left(
    case_id: UUID,
    stay_id: UUID,
    kind: DischargeType = DischargeType.COMPLETED,
    *,
    at: datetime | None = None,
    consent: UUID | None = None,
) -> ClientDischarged:
    return ClientDischarged(
        occurred_at=clock.now(),
        case_id=case_id,
        stay_id=stay_id,
        discharged_at=at or clock.now(),
        type=kind,
        aftercare_consent_id=consent,
    )


def cancelled(fact: ClientDischarged | DischargePlanned) -> DischargeCancelled:
    return DischargeCancelled(occurred_at=clock.now(), case_id=fact.case_id, stay_id=fact.stay_id)


def admitted(case_id: UUID, stay_id: UUID | None = None) -> ClientAdmitted:
    now = clock.now()
    return ClientAdmitted(occurred_at=now, case_id=case_id, stay_id=stay_id or new_id(), admitted_at=now)


def corrected(fact: ClientDischarged, kind: DischargeType) -> ClientDischarged:
    news = {"event_id": new_id(), "occurred_at": clock.now(), "type": kind}
    return fact.model_copy(update=news)


def gave(case_id: UUID, item: ConsentItem = ConsentItem.AFTERCARE) -> ConsentGiven:
    return ConsentGiven(occurred_at=clock.now(), case_id=case_id, consent_id=new_id(), item=item)


def revoked(
    case_id: UUID, item: ConsentItem = ConsentItem.AFTERCARE, consent_id: UUID | None = None
) -> ConsentRevoked:
    return ConsentRevoked(
        occurred_at=clock.now(), case_id=case_id, consent_id=consent_id or new_id(), item=item
    )


async def the_plan(aftercare: Aftercare, case_id: UUID) -> Plan:
    (plan,) = await aftercare.plans(case_id)
    return plan


async def dates(aftercare: Aftercare, case_id: UUID) -> Sequence[Occurrence]:
    query = select(Occurrence).where(Occurrence.case_id == case_id)
    async with aftercare.database.reading() as session:
        return (await session.scalars(query.order_by(Occurrence.starts_at, Occurrence.id))).all()


async def messages(aftercare: Aftercare, case_id: UUID) -> Sequence[Message]:
    query = select(Message).where(Message.case_id == case_id).order_by(Message.id)
    async with aftercare.database.reading() as session:
        return (await session.scalars(query)).all()


async def written(aftercare: Aftercare, case_id: UUID) -> Counter[Purpose]:
    """What left or still may, by purpose."""
    gone = (MessageState.HELD_BACK, MessageState.FAILED)
    return Counter(one.purpose for one in await messages(aftercare, case_id) if one.state not in gone)


async def refreshed(aftercare: Aftercare, plan: Plan) -> Plan:
    async with aftercare.database.transaction() as session:
        found = await locked(session, plan.id)
    assert found is not None
    return found

"""The plan of a stay: opened once, found again."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.wishes import Pathway
from services.aftercare.plans.choosing import choose_again, is_undecided
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.timetable import YEAR
from services.aftercare.tables import Enrolment, EnrolmentState, Plan, PlanState, Stay
from shared import audit
from shared.contracts.aftercare import ReplacementReason
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.identity import Caller, Role
from shared.sealing import box, keyring
from shared.upsert import insert_or_ignore

TOKEN = "plans.token"  # noqa: S105  (the sealed column, not a secret)
RISKS = "plans.risks"
_SERVICE = Caller(None, "aftercare", Role.SERVICE)
_USUAL_TARGET = 3  # meetings a week, for the first 13 weeks (aftercare.md 4)


async def open_plan(session: AsyncSession, stay: Stay, consent_id: UUID | None, leaves: datetime) -> Plan:
    """The plan of this stay, a draft; there is one a stay, whoever comes first. Locked."""
    plan_id = new_id()
    token = secrets.token_hex(16)  # 128 bits; hex, so that no letters in it can spell anything
    row = {
        "id": plan_id,
        "case_id": stay.case_id,
        "stay_id": stay.id,
        "discharged_at": leaves,
        "disposition": DischargeType.UNKNOWN,
        "state": PlanState.DRAFT,
        "pathway": Pathway.SMART_FIRST,
        "target": _USUAL_TARGET,
        "review_on": (leaves + YEAR).date(),
        "consent_id": consent_id,
        "token_index": keyring(session).blind_index(TOKEN, token),
        "token": (await box(session, stay.case_id)).seal(TOKEN, plan_id, token),
        "version": 1,
    }
    await insert_or_ignore(session, cast(Table, Plan.__table__), [row], ["case_id", "stay_id"])
    query = select(Plan).where(Plan.case_id == stay.case_id, Plan.stay_id == stay.id)
    return (await session.scalars(query.with_for_update())).one()


async def locked(session: AsyncSession, plan_id: UUID) -> Plan | None:
    """The plan, locked until commit and read anew. Always the first lock of a transaction about a plan."""
    query = select(Plan).where(Plan.id == plan_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def locked_to_use(session: AsyncSession, plan_id: UUID, may: Callable[[Plan], bool]) -> Plan | None:
    """The plan, locked, for a job that is about to open the client's wishes; None unless it `may`."""
    plan = await locked(session, plan_id)
    if plan is None or not may(plan):
        return None
    await audit.record(session, _SERVICE, "preferences.use", plan.case_id)
    return plan


async def latest_plan(session: AsyncSession, case_id: UUID, *, lock: bool = False) -> Plan | None:
    """The plan of the case's last discharge."""
    query = select(Plan).where(Plan.case_id == case_id).order_by(Plan.discharged_at.desc(), Plan.id.desc())
    return await session.scalar((query.with_for_update() if lock else query).limit(1))


async def rethink(session: AsyncSession, case_id: UUID) -> None:
    """Wishes changed. Nothing decided yet: choose again. A running plan: propose, never rearrange behind
    the client's back."""
    plan = await latest_plan(session, case_id, lock=True)
    if plan is None:
        return
    if is_undecided(plan):
        plan.version += 1
        await choose_again(session, plan)
    elif plan.state is PlanState.ACTIVE and plan.consent_revoked_at is None:
        await ask_rebalance(session, plan, ReplacementReason.NOT_FITTING)


async def rethink_empty_plans(session: AsyncSession) -> None:
    """New meetings came: try again for every client to whom nothing could be offered so far.

    Not for those who withdrew their consent: suggesting again is a conversation, not an import's effect.
    """
    live = select(Enrolment.plan_id).where(
        Enrolment.state.not_in((EnrolmentState.ENDED, EnrolmentState.REPLACED)),
        Enrolment.fall_back.is_(False),
    )
    empty = select(Plan).where(
        Plan.state == PlanState.OFFERED, Plan.consent_revoked_at.is_(None), Plan.id.not_in(live)
    )
    for plan in await session.scalars(empty.order_by(Plan.id).with_for_update()):
        plan.version += 1
        await choose_again(session, plan)

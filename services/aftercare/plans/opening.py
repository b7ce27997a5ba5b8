"""A discharge opens a plan. What happened to the person decides what may follow by itself."""

import secrets
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.wishes import Pathway
from services.aftercare.plans.choosing import is_undecided
from services.aftercare.plans.enrolment import end_enrolments
from services.aftercare.tables import Enrolment, EnrolmentState, Plan, PlanState
from shared.contracts.aftercare import PlanDrafted, PlanEnded, PlanEndReason
from shared.contracts.fact import new_id
from shared.contracts.intake import ClientDischarged, DischargeType
from shared.jobs import schedule
from shared.messaging.outbox import say
from shared.sealing import box, keyring
from shared.upsert import insert_or_ignore

CHOOSE_MEETINGS = "choose_meetings"
TOKEN = "plans.token"  # noqa: S105  (the sealed column, not a secret)
_YEAR = timedelta(weeks=52)


async def draft_plan(session: AsyncSession, fact: ClientDischarged) -> None:
    """Open the plan of this stay, once. Meetings are chosen later, by a job: nothing slow happens here.

    A transfer waits: the next house's discharge starts the clock. A death closes everything, quietly.
    """
    plan_id = new_id()
    token = secrets.token_hex(16)  # 128 bits; hex, so that no letters in it can spell anything
    plan = {
        "id": plan_id,
        "case_id": fact.case_id,
        "stay_id": fact.stay_id,
        "discharged_at": fact.discharged_at,
        "left_at": fact.discharged_at,
        "disposition": fact.type,
        "state": PlanState.DRAFT,
        "pathway": Pathway.SMART_FIRST,
        "target": 3,
        "review_on": (fact.discharged_at + _YEAR).date(),
        "consent_id": fact.aftercare_consent_id,
        "token_index": keyring(session).blind_index(TOKEN, token),
        "token": (await box(session, fact.case_id)).seal(TOKEN, plan_id, token),
        "version": 1,
    }
    opened = await insert_or_ignore(session, cast(Table, Plan.__table__), [plan], ["case_id", "stay_id"])
    if opened and fact.type is not DischargeType.DECEASED:
        say(session, PlanDrafted(case_id=fact.case_id, plan_id=plan_id))
    if not opened:
        await _correct(session, fact)
    if fact.type is DischargeType.DECEASED:
        await close_plans(session, fact.case_id)
    elif opened and fact.type is not DischargeType.TRANSFERRED:
        await schedule(session, CHOOSE_MEETINGS, plan_id)


async def _correct(session: AsyncSession, fact: ClientDischarged) -> None:
    """The same stay told again: a different type is staff's correction, the same one is a repeat.

    A plan that only suggests, as after an unknown discharge, may go on to enrolment.
    """
    plan = (
        await session.scalars(
            select(Plan).where(Plan.case_id == fact.case_id, Plan.stay_id == fact.stay_id).with_for_update()
        )
    ).one()
    if plan.disposition is fact.type or plan.state is PlanState.CLOSED:
        return
    plan.disposition = fact.type
    plan.version += 1
    if fact.type is not DischargeType.DECEASED and is_undecided(plan):
        plan.consent_id = fact.aftercare_consent_id
        await choose_again(session, plan)


async def close_plans(session: AsyncSession, case_id: UUID) -> None:
    """Somebody died: end every plan and every calendar entry, write to nobody."""
    open_plans = select(Plan).where(Plan.case_id == case_id, Plan.state != PlanState.CLOSED)
    for plan in await session.scalars(open_plans.with_for_update()):
        await end_enrolments(session, plan)
        plan.state = PlanState.CLOSED
        plan.version += 1
        say(session, PlanEnded(case_id=case_id, plan_id=plan.id, reason=PlanEndReason.DECEASED))


async def choose_again(session: AsyncSession, plan: Plan) -> None:
    """Run the matcher anew for this version of the plan; the same version asked twice runs once."""
    await schedule(session, CHOOSE_MEETINGS, plan.id, key=f"{CHOOSE_MEETINGS}:{plan.id}:{plan.version}")


async def latest_plan(session: AsyncSession, case_id: UUID, *, lock: bool = False) -> Plan | None:
    """The plan of the case's last discharge."""
    query = select(Plan).where(Plan.case_id == case_id).order_by(Plan.discharged_at.desc(), Plan.id.desc())
    return await session.scalar((query.with_for_update() if lock else query).limit(1))


async def rethink(session: AsyncSession, case_id: UUID) -> None:
    """Wishes changed: choose again, unless the client goes somewhere, said no to it, or the plan only waits.

    A running plan is never rearranged behind the client's back.
    """
    plan = await latest_plan(session, case_id, lock=True)
    if plan and is_undecided(plan):
        plan.version += 1
        await choose_again(session, plan)


async def rethink_empty_plans(session: AsyncSession) -> None:
    """New meetings came: try again for every client to whom nothing could be offered so far.

    Not for those who withdrew their consent: suggesting again is a conversation, not an import's effect.
    """
    live = select(Enrolment.plan_id).where(Enrolment.state != EnrolmentState.ENDED)
    empty = select(Plan).where(
        Plan.state == PlanState.OFFERED, Plan.consent_revoked_at.is_(None), Plan.id.not_in(live)
    )
    for plan in await session.scalars(empty.order_by(Plan.id).with_for_update()):
        plan.version += 1
        await choose_again(session, plan)

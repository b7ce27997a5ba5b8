"""Brings the plans of a case to where its stays leave them, whatever they were before and however often.

What intake told lies in `stays`, the last word on each; `stays.standings` says what it means. So a fact that
comes twice, late, or after the one that takes it back ends in the same place as the orderly telling.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.follow_up.schedule import begin_follow_up
from services.aftercare.plans.choosing import choose_again, is_undecided
from services.aftercare.plans.consent import aftercare_consent
from services.aftercare.plans.ending import end_plan, withdraw
from services.aftercare.plans.enrolment import begin_picked
from services.aftercare.plans.freezing import freeze_later
from services.aftercare.plans.opening import open_plan
from services.aftercare.plans.pausing import pause
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.risks import retier
from services.aftercare.plans.states import plan_to
from services.aftercare.plans.stays import Standing, StayTold, standings
from services.aftercare.plans.timetable import SAY_WITHIN, YEAR
from services.aftercare.tables import Plan, PlanState, Stay
from shared.contracts.aftercare import (
    FollowUpKind,
    PauseReason,
    PlanDrafted,
    PlanEndReason,
    ReplacementReason,
)
from shared.contracts.intake import DischargeType
from shared.fault_points import fault_point
from shared.messaging.outbox import say

_OPENS = (Standing.EXPECTED, Standing.WAITS, Standing.ASK, Standing.RUN)


async def settle(session: AsyncSession, stays: list[Stay]) -> None:
    """`stays`: all of one case, locked."""
    case_id = stays[0].case_id
    query = select(Plan).where(Plan.case_id == case_id).order_by(Plan.id).with_for_update()
    plans = {plan.stay_id: plan for plan in await session.scalars(query)}
    found = standings(_told(stay) for stay in stays)
    # The earlier stay first: its plan makes room before the later one begins.
    for stay in sorted(stays, key=_moment):
        plan, opened = plans.get(stay.id), False
        if plan is None:
            died = found[stay.id] is Standing.DECEASED and stay.type is DischargeType.DECEASED
            if found[stay.id] not in _OPENS and not died:
                continue
            plan, opened = await _open(session, stay, quietly=died), True
        await _bring(session, plan, stay, found[stay.id], opened=opened)
    fault_point("plans.settled")


def _told(stay: Stay) -> StayTold:
    return StayTold(stay.id, stay.admitted_at, stay.planned_for, stay.left_at, stay.type)


def _moment(stay: Stay) -> tuple[datetime, str]:
    moment = stay.left_at or stay.planned_for or stay.admitted_at or stay.told_at
    assert moment is not None  # a row is made by something that was told
    return moment, str(stay.id)


async def _open(session: AsyncSession, stay: Stay, *, quietly: bool) -> Plan:
    consent = await aftercare_consent(session, stay.case_id)
    leaves, _ = _moment(stay)
    plan = await open_plan(session, stay, consent.consent_id if consent else None, leaves)
    if consent and consent.consent_id is None:
        plan.consent_revoked_at = consent.told_at
    if not quietly:
        say(session, PlanDrafted(case_id=plan.case_id, plan_id=plan.id))
    return plan


async def _bring(session: AsyncSession, plan: Plan, stay: Stay, standing: Standing, *, opened: bool) -> None:
    anew = _take_over(plan, stay) or opened
    if plan.state is PlanState.CLOSED and standing is not Standing.DECEASED:
        # The death was a mistake, and was taken back.
        plan.state, plan.ended_at, anew = plan_to(plan.state, PlanState.DRAFT), None, True
    was_held = plan.held
    plan.held = standing not in (Standing.EXPECTED, Standing.ASK, Standing.RUN)
    match standing:
        case Standing.DECEASED:
            await end_plan(session, plan, PlanEndReason.DECEASED)
        case Standing.SUPERSEDED:
            await end_plan(session, plan, PlanEndReason.SUPERSEDED)
        case Standing.IN_HOUSE | Standing.WAITS:
            if plan.state is not PlanState.DRAFT or anew:
                await withdraw(session, plan, standing.value)
        case Standing.READMITTED:
            await pause(session, plan, PauseReason.READMITTED)
        case Standing.EXPECTED:
            await _expect(session, plan, stay, anew=anew or was_held)
        case Standing.ASK | Standing.RUN:
            if anew or was_held:
                await _leave(session, plan, standing)


def _take_over(plan: Plan, stay: Stay) -> bool:
    """Copy what was told onto the plan. True when it is news."""
    leaves = stay.left_at or stay.planned_for or plan.discharged_at
    disposition = stay.type or DischargeType.UNKNOWN
    told = (leaves, stay.left_at, disposition)
    if told == (plan.discharged_at, plan.left_at, plan.disposition):
        return False
    plan.discharged_at, plan.left_at, plan.disposition = told
    plan.review_on = (leaves + YEAR).date()
    plan.version += 1
    return True


async def _expect(session: AsyncSession, plan: Plan, stay: Stay, *, anew: bool) -> None:
    """The discharge is planned: a shortlist now, and a last look at it on the evening before."""
    if plan.state not in (PlanState.DRAFT, PlanState.OFFERED):
        await withdraw(session, plan, Standing.EXPECTED.value)
    assert stay.planned_for is not None
    if anew and is_undecided(plan):
        await freeze_later(session, plan, stay.planned_for)
        await choose_again(session, plan)


async def _leave(session: AsyncSession, plan: Plan, standing: Standing) -> None:
    """The client has left, or it was told otherwise how: what may follow by itself, follows."""
    if plan.state in (PlanState.PAUSED, PlanState.COMPLETED, PlanState.ENDED_BY_CLIENT):
        return
    await retier(session, plan)
    if standing is Standing.RUN:
        if plan.consent_revoked_at is None and await begin_picked(session, plan):
            # What is missing beside their own picks: a fall-back, or a day in the week.
            await ask_rebalance(session, plan, ReplacementReason.NOT_FITTING)
        await begin_follow_up(session, plan)
    else:
        assert plan.left_at is not None
        await ask_person(
            session,
            plan,
            FollowUpKind.SAY_HOW_IT_ENDED,
            key=FollowUpKind.SAY_HOW_IT_ENDED.value,
            due_from=plan.left_at,
            due_by=plan.left_at + SAY_WITHIN,
        )
    if is_undecided(plan):
        await choose_again(session, plan)

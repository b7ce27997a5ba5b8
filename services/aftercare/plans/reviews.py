"""Looking back together at weeks 13, 26, 39 and 52: how many meetings a week from now on, and is it enough.

Nothing steps down and nothing ends by itself: time proposes, a person agrees with the client and says so.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.ending import end_plan
from services.aftercare.plans.opening import locked
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.plans.timers import stamp
from services.aftercare.plans.timetable import REVIEW_WEEKS, REVIEW_WITHIN, YEAR, review_at
from services.aftercare.tables import Plan, PlanState, Purpose
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import FollowUpKind, PlanEndReason, ReplacementReason
from shared.jobs import Job, finish, schedule

REVIEW_PLAN = "review_plan"
# Meetings a week from that week on (aftercare.md 4): custom, not evidence, so always the client's to change.
_STEPS = {13: 2, 26: 1}


def proposed_target(target: int, left_at: datetime, now: datetime) -> int:
    """What the timetable would step down to by now; never up."""
    weeks = (now - left_at).days // 7
    return min([target, *(step for week, step in _STEPS.items() if weeks >= week)])


def may_complete(left_at: datetime, now: datetime) -> bool:
    """Is the year over?"""
    return now >= left_at + YEAR - REVIEW_WITHIN


async def begin_reviews(session: AsyncSession, plan: Plan, zone: str) -> None:
    """Set the reviews that are still to come; again and again, each once for this leaving."""
    left_at = plan.left_at
    if left_at is None:
        return
    now = clock.now()
    for week in REVIEW_WEEKS:
        due = review_at(left_at, week, zone)
        if due > now:
            key = f"{REVIEW_PLAN}:{plan.id}:{stamp(left_at)}:{week}"
            await schedule(session, REVIEW_PLAN, plan.id, due_at=due, key=key)


async def review_plan(place: Workplace, job: Job) -> None:
    """The job: a task for a person, and a word to the client. One that rests is left alone."""
    _, _, left, week = job.key.split(":")
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        meant = plan is not None and plan.left_at is not None and stamp(plan.left_at) == left
        if plan is not None and meant and plan.state in (PlanState.ACTIVE, PlanState.LOST_CONTACT):
            now = clock.now()
            await ask_person(
                session,
                plan,
                FollowUpKind.REVIEW,
                key=f"review_{week}",
                due_from=now,
                due_by=now + REVIEW_WITHIN,
            )
            if plan.state is PlanState.ACTIVE:
                key = f"review:{plan.id}:{left}:{week}"
                await write_to(session, plan, Purpose.REVIEW, key=key, useless_after=now + REVIEW_WITHIN)
        await finish(session, job)


async def agree_on_target(session: AsyncSession, plan: Plan, wanted: Preferences, target: int) -> None:
    """What client and staff agreed on in the review. Fewer meetings: the client says which one goes."""
    await keep_preferences(session, plan.case_id, wanted.model_copy(update={"target": target}))
    plan.target = target
    await ask_rebalance(session, plan, ReplacementReason.CLIENT_WISH)


async def complete(session: AsyncSession, plan: Plan) -> bool:
    """The year is over and the last review was held. False before that."""
    if plan.left_at is None or not may_complete(plan.left_at, clock.now()):
        return False
    return await end_plan(session, plan, PlanEndReason.COMPLETED)

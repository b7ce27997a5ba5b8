"""The evening before a planned discharge (18:00): each listing is looked at again, then the week stands."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.choosing import choose_again, is_undecided
from services.aftercare.plans.enrolment import end_enrolment
from services.aftercare.plans.listings import OFFERED
from services.aftercare.plans.opening import locked_to_use
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.plans.timers import stamp
from services.aftercare.plans.timetable import freeze_at
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan
from services.aftercare.workplace import Workplace
from shared import clock
from shared.jobs import Job, Later, finish, schedule

FREEZE_WEEK = "freeze_week"


async def freeze_later(session: AsyncSession, plan: Plan, planned_for: datetime) -> None:
    """Due at once: the job itself knows the client's clock, and waits for the evening."""
    key = f"{FREEZE_WEEK}:{plan.id}:{stamp(planned_for)}"
    await schedule(session, FREEZE_WEEK, plan.id, key=key)


async def freeze_week(place: Workplace, job: Job) -> None:
    """The job. One that was set for another planned time does nothing; so does one after the discharge."""
    async with place.database.transaction() as session:
        plan = await locked_to_use(session, job.subject_id, lambda plan: _still_planned(plan, job))
        if plan is not None:
            zone = (await preferences_of(session, plan.case_id, place.settings.centre_zone)).zone
            wait = freeze_at(plan.discharged_at, zone) - clock.now()
            if wait.total_seconds() > 0:
                raise Later(wait, "not_yet")
            await _look_again(session, plan)
        await finish(session, job)


def _still_planned(plan: Plan, job: Job) -> bool:
    return plan.left_at is None and job.key.endswith(stamp(plan.discharged_at))


async def _look_again(session: AsyncSession, plan: Plan) -> None:
    """A pick whose listing is gone falls; the shortlist is made anew from what is listed now."""
    if not is_undecided(plan):
        return
    offered = select(Meeting.id).where(OFFERED)
    gone = select(Enrolment).where(
        Enrolment.plan_id == plan.id,
        Enrolment.state == EnrolmentState.ACCEPTED,
        Enrolment.meeting_id.not_in(offered),
    )
    for enrolment in await session.scalars(gone):
        await end_enrolment(session, plan, enrolment)
    plan.version += 1
    await choose_again(session, plan)

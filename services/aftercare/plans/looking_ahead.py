"""The daily look at a plan: its dates of the next nine days, and the holidays of the next seven.

One job a plan and local day, each setting the next. A service that was at rest for days catches up with
one look; the days in between are not made up for.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import from_plain
from services.aftercare.plans.holidays import is_holiday
from services.aftercare.plans.occurrences import dates_of, plan_dates
from services.aftercare.plans.opening import locked_to_use
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.plans.reviews import begin_reviews
from services.aftercare.plans.states import COMING
from services.aftercare.plans.timers import LOOK_AHEAD, Timer, set_timers, stamp
from services.aftercare.plans.timetable import holiday_question_at, next_look
from services.aftercare.tables import Enrolment, Meeting, Plan, PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.jobs import Job, finish, schedule

_WEEK = timedelta(days=7)


async def look_ahead(place: Workplace, job: Job) -> None:
    """The job. A plan that rests or is over breaks the chain; going on starts a new one."""
    async with place.database.transaction() as session:
        plan = await locked_to_use(session, job.subject_id, is_active)
        if plan is not None:
            now = clock.now()
            zone = (await preferences_of(session, plan.case_id, place.settings.centre_zone)).zone
            await plan_dates(session, plan, now)
            await _ask_about_holidays(session, plan, zone, now)
            await begin_reviews(session, plan, zone)
            # By its instant: in a zone further west the client's next day may be one that was looked at.
            at = next_look(now, zone)
            await schedule(session, LOOK_AHEAD, plan.id, due_at=at, key=f"{LOOK_AHEAD}:{plan.id}:{stamp(at)}")
        await finish(session, job)


def is_active(plan: Plan) -> bool:
    return plan.state is PlanState.ACTIVE


async def _ask_about_holidays(session: AsyncSession, plan: Plan, zone: str, now: datetime) -> None:
    """Mark dates on a federal holiday of the meeting's own calendar; two days before, the client is asked
    to make sure. Nothing is cancelled."""
    for occurrence in await dates_of(session, plan, now, now + _WEEK):
        if occurrence.doubtful or occurrence.state not in COMING:
            continue
        query = select(Meeting).join(Enrolment, Enrolment.meeting_id == Meeting.id)
        row = (await session.scalars(query.where(Enrolment.id == occurrence.enrolment_id))).one()
        rule = from_plain(row.listing).recurrence
        there = ZoneInfo(rule.tz) if rule and rule.tz else ZoneInfo(zone)
        if is_holiday(occurrence.starts_at.astimezone(there).date()):
            occurrence.doubtful = True
            due = max(holiday_question_at(occurrence.starts_at, zone), now + timedelta(seconds=1))
            await set_timers(session, occurrence, {Timer.IS_IT_HELD: due}, now)

"""What is to be done the same day ends with the client's day, which their sealed wishes tell.

The task is there from the first moment, with a time that is never far off; this only sets it right.
"""

from services.aftercare.follow_up.client_clock import zone_of
from services.aftercare.follow_up.concerns import call_key, call_kind
from services.aftercare.follow_up.due_times import by_tonight
from services.aftercare.follow_up.follow_ups import set_call
from services.aftercare.plans.opening import locked
from services.aftercare.tables import Concern
from services.aftercare.workplace import Workplace
from shared.jobs import Job, finish


async def fit_to_day(place: Workplace, job: Job) -> None:
    """The job of one concern. A call somebody has begun keeps its time."""
    async with place.database.transaction() as session:
        concern = await session.get(Concern, job.subject_id)
        plan = await locked(session, concern.plan_id) if concern else None
        if concern is not None and plan is not None and concern.resolved_at is None:
            zone, _ = await zone_of(session, plan, place.settings.centre_zone)
            concern.due_by = by_tonight(concern.opened_at, zone)
            await set_call(
                session,
                plan,
                call_kind(concern),
                key=call_key(concern),
                due_from=concern.opened_at,
                due_by=concern.due_by,
            )
        await finish(session, job)

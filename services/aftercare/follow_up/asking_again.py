"""Two days after somebody reported use they are asked again how they are; the plan went on meanwhile."""

from services.aftercare.follow_up.check_ins import open_check_in
from services.aftercare.follow_up.client_clock import zone_of
from services.aftercare.follow_up.due_times import local_day
from services.aftercare.follow_up.year import OPEN_FOR
from services.aftercare.plans.opening import locked
from services.aftercare.tables import PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import Instrument
from shared.jobs import Job, finish

_ASKED = (PlanState.OFFERED, PlanState.ACTIVE)


async def ask_again(place: Workplace, job: Job) -> None:
    """The job. On the day of the weekly questions it is the same questionnaire."""
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        if plan is not None and plan.state in _ASKED:
            now = clock.now()
            zone, _ = await zone_of(session, plan, place.settings.centre_zone)
            await open_check_in(session, plan, Instrument.WEEKLY, local_day(now, zone), now + OPEN_FOR)
        await finish(session, job)

"""A reminder waits for the morning, and the date it speaks of is gone by then."""

from datetime import timedelta

from services.aftercare.messages.purposes import Purpose
from services.aftercare.plans.enrolment import end_enrolment
from services.aftercare.plans.opening import locked
from services.aftercare.tables import Enrolment

from .conftest import Aftercare, SetClock
from .letters import NOON, date_on_file, enrolment_on_file, plan_on_file, queue, states


async def test_nobody_is_reminded_of_a_meeting_they_left_in_the_meantime(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    night = NOON + timedelta(hours=10)
    set_clock(night)
    plan = await plan_on_file(aftercare.database, channels=["text"])
    start = night + timedelta(hours=24)
    enrolment = await enrolment_on_file(aftercare.database, plan, start)
    date = await date_on_file(aftercare.database, plan, enrolment, start)
    await queue(aftercare.database, plan, Purpose.REMINDER_DAY, about=date.id, useless_after=start)
    await aftercare.run_jobs("send_message")
    assert await states(aftercare, plan) == [("waiting", None)]
    set_clock(night + timedelta(hours=9))
    async with aftercare.database.transaction() as session:
        found = await locked(session, plan.id)
        assert found is not None
        await end_enrolment(session, found, await session.get_one(Enrolment, enrolment.id))
    set_clock(night + timedelta(hours=11, minutes=1))
    await aftercare.run_jobs("send_message")
    assert ("held_back", "date_off") in await states(aftercare, plan)

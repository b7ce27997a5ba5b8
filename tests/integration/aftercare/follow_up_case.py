"""A client who has left, with dates to come to or to miss, for the tests of follow-up."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from services.aftercare.follow_up.attendance import record_attendance
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import (
    CheckIn,
    Concern,
    Enrolment,
    EnrolmentState,
    FollowUp,
    Message,
    Occurrence,
    Plan,
    Purpose,
)
from shared import clock
from shared.contracts.aftercare import Attended, FollowUpKind, OccurrenceState
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType

from .conftest import Aftercare, SetClock, discharged

LEFT = datetime(2027, 2, 1, 18, tzinfo=UTC)  # a Monday, 10:00 in Los Angeles


class Client:
    """One client's follow-up, steered by the test."""

    def __init__(self, aftercare: Aftercare, set_clock: SetClock) -> None:
        self.aftercare, self.set_clock = aftercare, set_clock
        self.case_id: UUID = new_id()

    async def leaves(self, kind: DischargeType = DischargeType.COMPLETED) -> None:
        """Leaves with the aftercare consent; the meetings found for them are on the calendar."""
        self.set_clock(LEFT)
        await self.aftercare.import_list()
        await self.aftercare.hear(discharged(self.case_id, kind))
        await self.aftercare.run_jobs("choose_meetings", "set_calls")
        # The dates of these tests are made by hand: none of the calendar's own.
        async with self.aftercare.database.transaction() as session:
            await session.execute(update(Occurrence).values(state=OccurrenceState.CANCELLED))

    async def at(self, days: float, *kinds: str) -> None:
        """So many days and a minute after leaving; what is due of this room is run."""
        self.set_clock(LEFT + timedelta(days=days, minutes=1))
        due = kinds or (
            "climb",
            "look_after",
            "follow_up_due",
            "follow_up_late",
            "regain_contact",
            "ask_again",
        )
        await self.aftercare.run_jobs(*due)

    async def day_by_day(self, first: int, last: int) -> None:
        for day in range(first, last + 1):
            await self.at(day)

    async def date(self, days: float) -> Occurrence:
        """A date of the client's week, so many days after leaving."""
        starts = LEFT + timedelta(days=days)
        async with self.aftercare.database.transaction() as session:
            query = select(Enrolment).where(
                Enrolment.case_id == self.case_id, Enrolment.state == EnrolmentState.ACTIVE
            )
            enrolment = (await session.scalars(query.order_by(Enrolment.meeting_id).limit(1))).one()
            occurrence = Occurrence(
                id=new_id(),
                plan_id=enrolment.plan_id,
                enrolment_id=enrolment.id,
                case_id=self.case_id,
                original_start=starts,
                starts_at=starts,
                ends_at=starts + timedelta(hours=1),
                state=OccurrenceState.PLANNED,
            )
            session.add(occurrence)
        return occurrence

    async def said(self, occurrence: Occurrence, outcome: Attended, evidence: int = 1) -> bool:
        async with self.aftercare.database.transaction() as session:
            plan = await latest_plan(session, self.case_id, lock=True)
            row = await session.get_one(Occurrence, occurrence.id)
            assert plan is not None
            row.asked_at = row.asked_at or clock.now()
            return await record_attendance(session, plan, row, outcome, evidence=evidence)

    async def date_with(self, days: float, outcome: Attended, evidence: int = 1) -> Occurrence:
        """A date that is over, and what was said of it two hours later; the ladder has looked."""
        occurrence = await self.date(days)
        self.set_clock(LEFT + timedelta(days=days, hours=2))
        assert await self.said(occurrence, outcome, evidence)
        await self.aftercare.run_jobs("climb")
        return occurrence

    async def plan(self) -> Plan:
        (plan,) = await self.aftercare.plans(self.case_id)
        return plan

    async def tasks(self, *kinds: FollowUpKind) -> Sequence[FollowUp]:
        query = select(FollowUp).where(FollowUp.case_id == self.case_id).order_by(FollowUp.due_by)
        async with self.aftercare.database.reading() as session:
            found = (await session.scalars(query)).all()
        return [one for one in found if not kinds or one.kind in kinds]

    async def task(self, kind: FollowUpKind) -> FollowUp:
        (task,) = await self.tasks(kind)
        return task

    async def written(self, purpose: Purpose) -> Sequence[Message]:
        query = select(Message).where(Message.case_id == self.case_id, Message.purpose == purpose)
        async with self.aftercare.database.reading() as session:
            return (await session.scalars(query.order_by(Message.created_at))).all()

    async def concerns(self) -> Sequence[Concern]:
        query = select(Concern).where(Concern.case_id == self.case_id).order_by(Concern.level.desc())
        async with self.aftercare.database.reading() as session:
            return (await session.scalars(query)).all()

    async def check_ins(self) -> Sequence[CheckIn]:
        query = select(CheckIn).where(CheckIn.case_id == self.case_id).order_by(CheckIn.due_on)
        async with self.aftercare.database.reading() as session:
            return (await session.scalars(query)).all()

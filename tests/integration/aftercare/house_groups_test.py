"""Groups of the house: a seat is offered in turn, kept for a day, and never given twice."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, func, select

from services.aftercare.matching.wishes import Pathway
from services.aftercare.meetings.group_form import Group
from services.aftercare.meetings.house_groups import change_group, close_group, create_group
from services.aftercare.meetings.normal_form import Modality
from services.aftercare.meetings.seat_offers import ask_for_seat, in_line, offer_seats
from services.aftercare.meetings.seats import HOUSE, full_groups, may_take_seat, seat_freed, wait_for_seat
from services.aftercare.messages.purposes import Purpose
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Message, Plan, PlanState, Tier
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.database import Database
from shared.jobs import Job, jobs
from tests.conftest import MakeDatabase

from .conftest import SetClock
from .intake_door import IntakeDoor

NOW = datetime(2026, 7, 1, 15, tzinfo=UTC)
EVENING = Group(
    name="Evening Tools",
    weekday=3,
    time="18:30",
    timezone="America/Denver",
    seats=1,
    address="12 Invented St, Denver, CO",
    postal_code="80203",
)


@dataclass
class House:
    """A group of the house with one seat, and clients."""

    database: Database
    group_id: UUID

    async def client(self, tier: Tier = Tier.STANDARD, *, days_out: int = 10) -> Plan:
        plan = Plan(
            id=new_id(),
            case_id=new_id(),
            stay_id=new_id(),
            discharged_at=clock.now() - timedelta(days=days_out),
            left_at=clock.now() - timedelta(days=days_out),
            disposition=DischargeType.COMPLETED,
            state=PlanState.ACTIVE,
            tier=tier,
            pathway=Pathway.SMART_FIRST,
            target=3,
            review_on=clock.now().date() + timedelta(days=300),
            consent_id=new_id(),
            token_index=new_id().bytes * 2,
            token=b"sealed",
        )
        async with self.database.transaction() as session:
            session.add(plan)
        return plan

    async def asks(self, plan: Plan) -> UUID:
        async with self.database.transaction() as session:
            group = await session.get_one(Meeting, self.group_id)
            return (await ask_for_seat(session, plan, group)).id

    async def says_yes(self, enrolment_id: UUID) -> bool:
        """As accepting does it: ask, and take the seat in the same transaction."""
        async with self.database.transaction() as session:
            enrolment = await session.get_one(Enrolment, enrolment_id)
            if not await may_take_seat(session, enrolment):
                return False
            enrolment.state, enrolment.held_until = EnrolmentState.ACTIVE, None
        return True

    async def leaves(self, enrolment_id: UUID) -> None:
        async with self.database.transaction() as session:
            enrolment = await session.get_one(Enrolment, enrolment_id)
            enrolment.state = EnrolmentState.ENDED
            await seat_freed(session, enrolment.meeting_id)

    async def offers(self) -> int:
        """Run the due jobs that offer seats, as the runner would; how many there were."""
        place = Workplace(self.database, Settings(), IntakeDoor().peer())
        async with self.database.transaction() as session:
            due = jobs.c.kind == "offer_seats", jobs.c.due_at <= clock.now(), jobs.c.done_at.is_(None)
            rows = (await session.execute(select(jobs).where(*due).order_by(jobs.c.due_at))).all()
            lease = new_id()
            await session.execute(jobs.update().where(*due).values(lease=lease))
        for row in rows:
            await offer_seats(place, Job(row.id, row.kind, row.subject_id, row.key, 1, lease))
        return len(rows)

    async def kept_for(self) -> list[UUID]:
        async with self.database.reading() as session:
            held = Enrolment.held_until > clock.now(), Enrolment.state == EnrolmentState.WAITING
            return list(await session.scalars(select(Enrolment.plan_id).where(*held)))

    async def seated(self) -> int:
        async with self.database.reading() as session:
            query = select(func.count()).select_from(Enrolment)
            return await session.scalar(query.where(Enrolment.state == EnrolmentState.ACTIVE)) or 0


@pytest.fixture
async def house(make_database: MakeDatabase, set_clock: SetClock) -> House:
    set_clock(NOW)
    database = await make_database("aftercare")
    group_id = new_id()
    async with database.transaction() as session:
        await create_group(session, group_id, EVENING.listing(group_id, "America/Denver"), EVENING.seats)
    return House(database, group_id)


async def seats(house: House, many: int) -> None:
    async with house.database.transaction() as session:
        listing = EVENING.listing(house.group_id, "America/Denver")
        assert await change_group(session, house.group_id, listing, many)


async def test_a_free_seat_is_offered_at_once_kept_a_day_and_taken_with_a_yes(house: House) -> None:
    plan = await house.client()
    enrolment_id = await house.asks(plan)
    await house.offers()
    assert await house.kept_for() == [plan.id]
    async with house.database.reading() as session:
        message = (await session.scalars(select(Message))).one()
    assert (message.purpose, message.about) == (Purpose.SEAT_FREE, enrolment_id)
    assert message.useless_after == datetime.fromisoformat(message.details["answer_by"])
    assert await house.says_yes(enrolment_id)
    assert await house.seated() == 1


async def test_the_next_in_turn_gets_the_seat_when_the_day_is_over(house: House, set_clock: SetClock) -> None:
    standard = await house.client(Tier.STANDARD, days_out=1)
    close = await house.client(Tier.CLOSE, days_out=200)
    intensive = await house.client(Tier.INTENSIVE, days_out=200)
    asked = {plan.id: await house.asks(plan) for plan in (standard, close, intensive)}
    await house.offers()
    for day, expected in enumerate((intensive, close, standard)):
        set_clock(NOW + timedelta(days=day, minutes=5 * day + 1))
        await house.offers()
        assert await house.kept_for() == [expected.id]
    # Everybody let it pass: nobody is asked again by itself, and a yes still takes the free seat.
    set_clock(NOW + timedelta(days=5))
    await house.offers()
    assert await house.kept_for() == []
    assert await house.says_yes(asked[close.id])


async def test_an_offer_that_was_let_pass_can_be_asked_for_anew(house: House, set_clock: SetClock) -> None:
    plan = await house.client()
    await house.asks(plan)
    await house.offers()
    set_clock(NOW + timedelta(days=2))
    await house.offers()
    assert await house.kept_for() == []
    await house.asks(plan)
    await house.offers()
    assert await house.kept_for() == [plan.id]


async def test_nobody_overtakes_those_who_wait(house: House) -> None:
    waiting, newcomer = await house.client(), await house.client(Tier.INTENSIVE)
    await house.asks(waiting)
    async with house.database.transaction() as session:
        group = await session.get_one(Meeting, house.group_id)
        theirs = await ask_for_seat(session, newcomer, group)
        theirs.state, theirs.waiting_since = EnrolmentState.SUGGESTED, None
    assert not await house.says_yes(theirs.id)  # a seat is free, and somebody waits for an offer of it
    await house.offers()
    assert await house.kept_for() == [waiting.id]
    assert not await house.says_yes(theirs.id)


async def test_a_seat_that_becomes_free_goes_to_the_queue(house: House) -> None:
    first, second = await house.client(), await house.client()
    seat = await house.asks(first)
    await house.offers()
    assert await house.says_yes(seat)
    waiting = await house.asks(second)
    await house.offers()
    assert await house.kept_for() == []
    async with house.database.reading() as session:
        assert await full_groups(session) == {house.group_id}
    await house.leaves(seat)
    await house.offers()
    assert await house.kept_for() == [second.id]
    assert await house.says_yes(waiting)
    assert not await house.says_yes(seat)


async def test_two_who_say_yes_to_the_last_seat_at_once_are_not_both_seated(house: House) -> None:
    for attempt in range(5):
        plans = [await house.client() for _ in range(4)]
        ids = [await house.asks(plan) for plan in plans]
        async with house.database.transaction() as session:
            for enrolment_id in ids:  # as suggestions of a matcher that saw a free seat
                enrolment = await session.get_one(Enrolment, enrolment_id)
                enrolment.state, enrolment.waiting_since = EnrolmentState.SUGGESTED, None
        answers = await asyncio.gather(*(house.says_yes(one) for one in ids))
        assert (sorted(answers), await house.seated()) == ([False, False, False, True], 1), attempt
        async with house.database.transaction() as session:
            await session.execute(delete(Enrolment))


async def test_the_same_offer_made_twice_keeps_one_seat(house: House) -> None:
    plans = [await house.client(), await house.client()]
    for plan in plans:
        await house.asks(plan)
    async with house.database.transaction() as session:
        await seat_freed(session, house.group_id)
    assert await house.offers() == 3
    assert len(await house.kept_for()) == 1
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 1


async def test_a_plan_that_rests_is_passed_over_and_keeps_its_place(house: House) -> None:
    resting, other = await house.client(Tier.INTENSIVE), await house.client()
    for plan in (resting, other):
        await house.asks(plan)
    async with house.database.transaction() as session:
        (await session.get_one(Plan, resting.id)).state = PlanState.PAUSED
    await house.offers()
    assert await house.kept_for() == [other.id]
    async with house.database.reading() as session:
        group = await session.get_one(Meeting, house.group_id)
        assert [one.plan_id for one in await in_line(session, group)] == [other.id, resting.id]


async def test_more_seats_are_offered_and_fewer_take_nobodys(house: House) -> None:
    first, second = await house.client(), await house.client()
    for plan in (first, second):
        await house.asks(plan)
    await house.offers()
    await seats(house, 2)
    await house.offers()
    assert len(await house.kept_for()) == 2
    async with house.database.reading() as session:
        ids = list(await session.scalars(select(Enrolment.id).order_by(Enrolment.waiting_since)))
    assert await house.says_yes(ids[0])
    await seats(house, 1)
    assert await house.seated() == 1
    assert not await house.says_yes(ids[1])


async def test_a_client_with_a_seat_who_asks_again_keeps_it(house: House) -> None:
    plan = await house.client()
    enrolment_id = await house.asks(plan)
    await house.offers()
    assert await house.says_yes(enrolment_id)
    assert await house.asks(plan) == enrolment_id
    assert await house.seated() == 1
    assert await house.says_yes(enrolment_id)


async def test_a_yes_that_finds_no_seat_can_wait_for_one(house: House) -> None:
    first, second = await house.client(), await house.client()
    seat = await house.asks(first)
    await house.offers()
    await house.says_yes(seat)
    other = await house.asks(second)
    async with house.database.transaction() as session:
        enrolment = await session.get_one(Enrolment, other)
        assert not await may_take_seat(session, enrolment)
        await wait_for_seat(session, enrolment)
    await house.leaves(seat)
    await house.offers()
    assert await house.kept_for() == [second.id]


async def test_a_closed_group_has_no_queue_and_no_seats(house: House) -> None:
    plan = await house.client()
    enrolment_id = await house.asks(plan)
    async with house.database.transaction() as session:
        closed = await close_group(session, house.group_id)
        assert closed is not None
        assert closed.withdrawn_on == NOW.date()
        assert await change_group(session, house.group_id, EVENING.listing(house.group_id, "UTC"), 9) is None
    await house.offers()
    async with house.database.reading() as session:
        enrolment = await session.get_one(Enrolment, enrolment_id)
    assert (enrolment.state, enrolment.held_until) == (EnrolmentState.ENDED, None)
    assert not await house.says_yes(enrolment_id)


async def test_public_meetings_have_no_seats(house: House) -> None:
    plan = await house.client()
    enrolment_id = await house.asks(plan)
    async with house.database.transaction() as session:
        (await session.get_one(Meeting, house.group_id)).source = "a public list"
    assert await house.says_yes(enrolment_id)
    async with house.database.transaction() as session:
        await session.execute(delete(jobs))
        await seat_freed(session, house.group_id)
    assert await house.offers() == 0


def test_what_staff_write_down_becomes_a_meeting_the_matcher_understands() -> None:
    group_id = new_id()
    listing = EVENING.listing(group_id, "America/New_York")
    assert (listing.source, listing.source_id) == (HOUSE, str(group_id))
    assert listing.offerable
    assert listing.modalities == {Modality.IN_PERSON}
    assert (listing.venue.precision, listing.recurrence and listing.recurrence.tz) == (
        "zip",
        "America/Denver",
    )


@pytest.mark.parametrize(
    "mistake",
    [
        {"timezone": "Mars/Olympus"},
        {"every_weeks": 2},
        {"every_weeks": 2, "first_on": "2026-07-02"},  # a Thursday, and the group is on Wednesdays
        {"address": "", "postal_code": None},
        {"postal_code": "00000"},
        {"conference_url": "javascript:alert(1)"},
        {"conference_phone": "911"},
        {"seats": 0},
    ],
)
def test_a_group_nobody_could_find_is_not_written_down(mistake: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Group.model_validate(EVENING.model_dump(mode="json") | mistake)

"""A list says something new of a meeting a client goes to: the calendar follows, the week is made whole."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.aftercare.meetings.sighting import ListingChanges
from services.aftercare.messages.outgoing import INSTEAD
from services.aftercare.plans.enrolment import accept
from services.aftercare.plans.listing_changes import LISTING_CHANGE, listings_changed
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import pause
from services.aftercare.plans.rebalancing import REBALANCE
from services.aftercare.tables import Enrolment, EnrolmentState, FollowUp, Meeting, Purpose
from shared import clock
from shared.contracts.aftercare import FollowUpKind, OccurrenceState, PauseReason
from shared.contracts.intake import ClientDischarged

from .conftest import Aftercare, discharged
from .telling import dates, messages, written

MINE = (LISTING_CHANGE, REBALANCE, "choose_meetings")


async def settled(aftercare: Aftercare, *, consent: bool = True) -> ClientDischarged:
    """A client who left and goes to three meetings; without the consent because they said yes to each."""
    fact = discharged(consent=consent)
    await aftercare.hear(fact)
    await aftercare.run_jobs(*MINE)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        for one in await aftercare.enrolments(fact.case_id):
            if one.state is EnrolmentState.SUGGESTED and not one.fall_back:
                assert await accept(session, plan, await session.get_one(Enrolment, one.id))
    return fact


async def week(aftercare: Aftercare, case_id: UUID) -> list[Enrolment]:
    return [one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACTIVE]


async def by_state(aftercare: Aftercare, case_id: UUID, state: EnrolmentState) -> list[Enrolment]:
    found = await aftercare.enrolments(case_id)
    return [one for one in found if one.state is state and not one.fall_back]


async def withdraw(aftercare: Aftercare, *meeting_ids: UUID, times: int = 1) -> None:
    async with aftercare.database.transaction() as session:
        gone = update(Meeting).where(Meeting.id.in_(meeting_ids))
        await session.execute(gone.values(withdrawn_on=clock.now().date(), unseen=9))
        for _ in range(times):
            await listings_changed(session, ListingChanges(withdrawn=meeting_ids))
    await aftercare.run_jobs(*MINE)


async def tell_of(aftercare: Aftercare, meeting_id: UUID, what: str, **values: Any) -> None:
    async with aftercare.database.transaction() as session:
        if values:
            await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(**values))
        await listings_changed(session, ListingChanges(**{what: (meeting_id,)}))
    await aftercare.run_jobs(*MINE)


async def move_to(aftercare: Aftercare, meeting_id: UUID, wall_time: str) -> None:
    async with aftercare.database.reading() as session:
        listing = (await session.get_one(Meeting, meeting_id)).listing
    moved = listing | {"recurrence": listing["recurrence"] | {"wall_time": wall_time}}
    await tell_of(aftercare, meeting_id, "changed", listing=moved, content_hash=f"moved to {wall_time}")


async def tasks(aftercare: Aftercare, case_id: UUID) -> set[FollowUpKind]:
    async with aftercare.database.reading() as session:
        return set(await session.scalars(select(FollowUp.kind).where(FollowUp.case_id == case_id)))


async def test_a_withdrawn_meeting_is_replaced_at_once_for_a_client_who_agreed(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    gone, *stay = await week(aftercare, fact.case_id)
    said_before = await aftercare.said(fact.case_id)
    await withdraw(aftercare, gone.meeting_id)
    after = {one.id: one for one in await aftercare.enrolments(fact.case_id)}
    assert after[gone.id].state is EnrolmentState.REPLACED
    assert after[gone.id].sequence > gone.sequence
    now = await week(aftercare, fact.case_id)
    assert len(now) == 3
    assert {one.id for one in stay} < {one.id for one in now}
    assert [after[one.id].sequence for one in stay] == [one.sequence for one in stay]  # untouched
    said = (await aftercare.said(fact.case_id))[len(said_before) :]
    assert said[0] == "listing_changed"
    assert said.count("enrolment_replaced") == said.count("meeting_enrolled") == 1
    assert (await written(aftercare, fact.case_id))[Purpose.CHANGED] == 1
    (message,) = [one for one in await messages(aftercare, fact.case_id) if one.purpose is Purpose.CHANGED]
    assert INSTEAD in message.details  # "no longer there, a new one in its place", not "a new time"
    assert {one.enrolment_id for one in await dates(aftercare, fact.case_id)} <= {one.id for one in now}


async def test_the_same_news_twice_replaces_once(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    gone, *_ = await week(aftercare, fact.case_id)
    await withdraw(aftercare, gone.meeting_id, times=2)
    await withdraw(aftercare, gone.meeting_id)
    assert (await aftercare.said(fact.case_id)).count("enrolment_replaced") == 1
    assert len(await week(aftercare, fact.case_id)) == 3


async def test_without_the_consent_a_replacement_is_only_proposed_and_a_person_asks(
    aftercare: Aftercare,
) -> None:
    fact = await settled(aftercare, consent=False)
    gone, *stay = await week(aftercare, fact.case_id)
    await withdraw(aftercare, gone.meeting_id)
    assert {one.id for one in await week(aftercare, fact.case_id)} == {one.id for one in stay}
    assert [one.id for one in await by_state(aftercare, fact.case_id, EnrolmentState.ENDED)] == [gone.id]
    assert len(await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)) == 1
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 1
    assert FollowUpKind.ASK_CLIENT in await tasks(aftercare, fact.case_id)


async def test_two_holes_on_one_day_are_one_message(aftercare: Aftercare) -> None:
    fact = await settled(aftercare, consent=False)
    first, second, _ = await week(aftercare, fact.case_id)
    await withdraw(aftercare, first.meeting_id)
    await withdraw(aftercare, second.meeting_id)
    assert len(await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)) == 2
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 1


async def test_a_meeting_that_moves_within_the_clients_hours_is_kept_and_the_calendar_follows(
    aftercare: Aftercare,
) -> None:
    fact = await settled(aftercare)
    before = await week(aftercare, fact.case_id)
    moved = next(one for one in before if one.modality == "online" or one.first_occurrence_at)
    async with aftercare.database.reading() as session:
        rule = (await session.get_one(Meeting, moved.meeting_id)).listing["recurrence"]
    hour, minute = rule["wall_time"].split(":")
    later = f"{hour}:{(int(minute) + 10) % 60:02}"
    old = {one.starts_at for one in await dates(aftercare, fact.case_id) if one.enrolment_id == moved.id}
    await move_to(aftercare, moved.meeting_id, later)
    (now,) = [one for one in await week(aftercare, fact.case_id) if one.id == moved.id]
    assert now.sequence == moved.sequence + 1
    new = {one.starts_at for one in await dates(aftercare, fact.case_id) if one.enrolment_id == moved.id}
    assert len(new) == len(old) > 0
    assert new.isdisjoint(old)
    (message,) = [one for one in await messages(aftercare, fact.case_id) if one.purpose is Purpose.CHANGED]
    assert message.details["was"] == min(old).isoformat()
    assert "starts_at" in message.details


async def test_a_first_meeting_that_moves_to_an_earlier_hour_is_still_the_clients_first_date(
    aftercare: Aftercare,
) -> None:
    fact = await settled(aftercare)
    moved, *_ = await week(aftercare, fact.case_id)
    async with aftercare.database.reading() as session:
        rule = (await session.get_one(Meeting, moved.meeting_id)).listing["recurrence"]
    sooner = timedelta(minutes=10)
    earlier = datetime.combine(date.min, time.fromisoformat(rule["wall_time"])) + timedelta(days=1) - sooner
    await move_to(aftercare, moved.meeting_id, f"{earlier:%H:%M}")
    (now,) = [one for one in await week(aftercare, fact.case_id) if one.id == moved.id]
    first = min(one.starts_at for one in await dates(aftercare, fact.case_id) if one.enrolment_id == moved.id)
    assert first == now.first_occurrence_at == moved.first_occurrence_at - sooner
    (message,) = [one for one in await messages(aftercare, fact.case_id) if one.purpose is Purpose.CHANGED]
    assert datetime.fromisoformat(message.details["starts_at"]) == first


async def test_a_meeting_that_moves_to_the_night_is_replaced(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    moved, *_ = await week(aftercare, fact.case_id)
    await move_to(aftercare, moved.meeting_id, "03:30")
    assert [one.id for one in await by_state(aftercare, fact.case_id, EnrolmentState.REPLACED)] == [moved.id]
    assert len(await week(aftercare, fact.case_id)) == 3


async def test_a_meeting_unseen_twice_is_doubtful_and_nothing_is_cancelled(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    doubtful, *_ = await week(aftercare, fact.case_id)
    await tell_of(aftercare, doubtful.meeting_id, "unconfirmed", unseen=2)
    (now,) = await by_state(aftercare, fact.case_id, EnrolmentState.SUSPENDED)
    assert now.id == doubtful.id
    mine = [one for one in await dates(aftercare, fact.case_id) if one.enrolment_id == doubtful.id]
    assert {one.state for one in mine} == {OccurrenceState.UNCONFIRMED}
    said = await aftercare.said(fact.case_id)
    assert "enrolment_replaced" not in said
    assert "enrolment_ended" not in said
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 0

    await tell_of(aftercare, doubtful.meeting_id, "seen_again", unseen=0)
    assert doubtful.id in {one.id for one in await week(aftercare, fact.case_id)}


async def test_where_nobody_was_found_a_replacement_is_proposed_and_the_meeting_stays(
    aftercare: Aftercare,
) -> None:
    fact = await settled(aftercare)
    suspect, *_ = await week(aftercare, fact.case_id)
    await tell_of(aftercare, suspect.meeting_id, "suspect", suspect_since=clock.now().date())
    (stays,) = await by_state(aftercare, fact.case_id, EnrolmentState.SUSPENDED)
    assert stays.id == suspect.id
    (proposed,) = await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)
    assert proposed.instead_of == suspect.id
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        assert await accept(session, plan, await session.get_one(Enrolment, proposed.id))
    assert [one.id for one in await by_state(aftercare, fact.case_id, EnrolmentState.REPLACED)] == [
        suspect.id
    ]
    assert len(await week(aftercare, fact.case_id)) == 3


async def test_when_nothing_can_take_its_place_a_person_is_asked(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    going = await week(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        others = update(Meeting).where(Meeting.id.not_in(one.meeting_id for one in going))
        await session.execute(others.values(withdrawn_on=clock.now().date()))
    await withdraw(aftercare, going[0].meeting_id)
    assert len(await week(aftercare, fact.case_id)) == 2
    assert [one.id for one in await by_state(aftercare, fact.case_id, EnrolmentState.ENDED)] == [going[0].id]
    assert FollowUpKind.NO_MEETING in await tasks(aftercare, fact.case_id)


async def test_a_plan_that_rests_is_not_rearranged(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    going = await week(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        await pause(session, plan, PauseReason.READMITTED)
    said = await aftercare.said(fact.case_id)
    await withdraw(aftercare, going[0].meeting_id)
    assert await week(aftercare, fact.case_id) != []
    assert (await aftercare.said(fact.case_id))[len(said) :] == ["listing_changed"]


async def test_a_suggestion_that_is_withdrawn_gives_way_to_the_next_best(aftercare: Aftercare) -> None:
    fact = discharged(consent=False)
    await aftercare.hear(fact)
    await aftercare.run_jobs(*MINE)
    first, *_ = await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)
    await withdraw(aftercare, first.meeting_id)
    now = await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)
    assert len(now) == 3
    assert first.meeting_id not in {one.meeting_id for one in now}


@pytest.mark.parametrize("consent", [True, False])
async def test_a_meeting_that_returns_is_a_new_offer_and_revives_nothing(
    aftercare: Aftercare, consent: bool
) -> None:
    fact = await settled(aftercare, consent=consent)
    gone, *_ = await week(aftercare, fact.case_id)
    await withdraw(aftercare, gone.meeting_id)
    async with aftercare.database.transaction() as session:
        back = update(Meeting).where(Meeting.id == gone.meeting_id)
        await session.execute(back.values(withdrawn_on=None, unseen=0))
    await aftercare.run_jobs(*MINE)
    found = {one.id: one.state for one in await aftercare.enrolments(fact.case_id)}
    assert found[gone.id] in (EnrolmentState.REPLACED, EnrolmentState.ENDED)


async def test_an_hour_is_more_than_enough(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    gone, *_ = await week(aftercare, fact.case_id)
    begun = clock.now()
    await withdraw(aftercare, gone.meeting_id)
    replaced = await by_state(aftercare, fact.case_id, EnrolmentState.REPLACED)
    assert [one.ended_at - begun < timedelta(minutes=1) for one in replaced if one.ended_at] == [True]

"""A running plan looked at again: wishes that changed, people who must not meet, crashes at any moment."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import select, update

from services.aftercare.plans.enrolment import decline
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.pausing import lose_contact
from services.aftercare.plans.preferences import Hours, Preferences, keep_preferences
from services.aftercare.plans.rebalancing import REBALANCE, ask_rebalance, rebalance
from services.aftercare.plans.separating import separate
from services.aftercare.tables import (
    Enrolment,
    EnrolmentState,
    Meeting,
    Message,
    MessageState,
    Plan,
    PlanState,
    Purpose,
)
from shared import audit, clock
from shared.contracts.aftercare import FollowUpKind, ReplacementReason
from shared.contracts.fact import new_id
from shared.jobs import jobs

from .conftest import SETTINGS, ZONE, Aftercare, SetClock, bearer, discharged
from .crashing import crash_at_every_statement
from .listing_changes_test import MINE, by_state, settled, tasks, week
from .telling import written

EVENINGS = Hours(days=[1, 2, 3, 4, 5], opens="17:30", closes="21:30")
WEEKENDS = Hours(days=[6, 0], opens="09:00", closes="20:00")


async def wants(aftercare: Aftercare, case_id: UUID, wanted: Preferences) -> None:
    async with aftercare.database.transaction() as session:
        await keep_preferences(session, case_id, wanted)
        plan = await latest_plan(session, case_id, lock=True)
        assert plan is not None
        await ask_rebalance(session, plan, ReplacementReason.NOT_FITTING)
    await aftercare.run_jobs(*MINE)


async def spares(aftercare: Aftercare, case_id: UUID) -> list[Enrolment]:
    kept = Enrolment.case_id == case_id, Enrolment.fall_back, Enrolment.state == EnrolmentState.SUGGESTED
    async with aftercare.database.reading() as session:
        return list(await session.scalars(select(Enrolment).where(*kept)))


async def look_again(aftercare: Aftercare, case_id: UUID) -> None:
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id, lock=True)
        assert plan is not None
        await ask_rebalance(session, plan, ReplacementReason.CLIENT_WISH)
    await aftercare.run_jobs(*MINE)


async def test_looking_again_without_a_reason_changes_nothing(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    before = {one.id: (one.state, one.sequence) for one in await aftercare.enrolments(fact.case_id)}
    said = await aftercare.said(fact.case_id)
    for _ in range(3):
        await look_again(aftercare, fact.case_id)
    after = {one.id: (one.state, one.sequence) for one in await aftercare.enrolments(fact.case_id)}
    assert after == before
    assert await aftercare.said(fact.case_id) == said
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 0


async def test_a_fall_back_is_kept_beside_the_week_and_is_on_no_calendar(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    (spare,) = await spares(aftercare, fact.case_id)
    assert (spare.state, spare.active_at, spare.modality) == (EnrolmentState.SUGGESTED, None, "online")
    assert spare.meeting_id not in {one.meeting_id for one in await week(aftercare, fact.case_id)}
    assert len(await week(aftercare, fact.case_id)) == 3


async def test_a_fall_back_that_is_gone_gets_another(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    (spare,) = await spares(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        gone = update(Meeting).where(Meeting.id == spare.meeting_id)
        await session.execute(gone.values(withdrawn_on=clock.now().date()))
    await look_again(aftercare, fact.case_id)
    (other,) = await spares(aftercare, fact.case_id)
    assert other.id != spare.id


async def test_new_hours_replace_what_no_longer_fits_and_keep_the_rest(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    before = await week(aftercare, fact.case_id)
    busy_day = before[0].first_occurrence_at.astimezone().isoweekday() % 7
    hours = [Hours(days=[d for d in one.days if d != busy_day], opens=one.opens, closes=one.closes)
             for one in (EVENINGS, WEEKENDS)]  # fmt: skip
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, windows=hours))
    after = await week(aftercare, fact.case_id)
    lost = {one.id for one in before} - {one.id for one in after}
    replaced = await by_state(aftercare, fact.case_id, EnrolmentState.REPLACED)
    assert {one.id for one in replaced} == lost
    assert len(after) == 3


async def test_a_larger_target_is_a_proposal_and_a_smaller_one_takes_nothing(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=4))
    assert len(await week(aftercare, fact.case_id)) == 3
    assert len(await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)) == 1
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 1
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=1))
    assert len(await week(aftercare, fact.case_id)) == 3
    assert await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED) == []
    (plan,) = await aftercare.plans(fact.case_id)
    assert plan.target == 1


async def test_what_is_much_better_is_proposed_and_waits_for_a_yes(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    before = {one.id for one in await week(aftercare, fact.case_id)}
    # Somebody who wants to go out rather than to sit before a screen: in person is worth more now.
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, zip_code="90036", max_miles=8))
    assert {one.id for one in await week(aftercare, fact.case_id)} == before
    (proposed,) = await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)
    assert proposed.instead_of in before
    assert proposed.modality == "in_person"


async def test_a_plan_whose_consent_was_withdrawn_is_left_alone(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        plan.consent_revoked_at = clock.now()
        await ask_rebalance(session, plan, ReplacementReason.NOT_FITTING)
    async with aftercare.database.reading() as session:
        assert (await session.scalars(select(jobs.c.id).where(jobs.c.kind == REBALANCE))).all() == []


async def test_two_who_must_not_meet_are_taken_apart_and_the_later_one_gives_way(
    aftercare: Aftercare,
) -> None:
    first = await settled(aftercare)
    later = await settled(aftercare)
    mine, theirs = [
        {one.meeting_id for one in await week(aftercare, fact.case_id)} for fact in (first, later)
    ]
    assert mine & theirs
    async with aftercare.database.transaction() as session:
        assert await separate(session, later.case_id, first.case_id)
        assert not await separate(session, first.case_id, later.case_id)
    await aftercare.run_jobs(*MINE)
    still = {one.meeting_id for one in await week(aftercare, first.case_id)}
    moved = {one.meeting_id for one in await week(aftercare, later.case_id)}
    assert still == mine
    assert moved.isdisjoint(mine)
    assert moved


async def test_somebody_kept_apart_is_never_sent_where_the_other_goes(aftercare: Aftercare) -> None:
    first, later = await settled(aftercare), discharged()
    async with aftercare.database.transaction() as session:
        await separate(session, first.case_id, later.case_id)
    await aftercare.hear(later)
    await aftercare.run_jobs(*MINE)
    live = (EnrolmentState.ACTIVE, EnrolmentState.SUGGESTED)
    sets = [
        {one.meeting_id for one in await aftercare.enrolments(fact.case_id) if one.state in live}
        for fact in (first, later)
    ]
    assert sets[0].isdisjoint(sets[1])


async def test_staff_keep_a_pair_apart_and_both_files_say_who_did_it(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    one, other = new_id(), new_id()
    pair = f"/api/v1/cases/{one}/kept-apart/{other}"
    assert (await web.put(pair)).status_code == 204
    assert (await web.put(pair)).status_code == 204
    answer = await web.get(f"/api/v1/cases/{other}/kept-apart")
    assert answer.json() == {"case_ids": [str(one)]}
    assert (await web.put(f"/api/v1/cases/{one}/kept-apart/{one}")).json()["code"] == "same_case"
    assert (await web.delete(pair)).status_code == 204
    assert (await web.get(f"/api/v1/cases/{one}/kept-apart")).json() == {"case_ids": []}
    async with aftercare.database.reading() as session:
        written_down = select(audit.audit.c.action).where(audit.audit.c.case_id == other)
        assert "kept_apart.add" in set(await session.scalars(written_down))


async def test_the_alumni_team_learns_of_no_pair(web: httpx2.AsyncClient, keys_dir: object) -> None:
    from pathlib import Path

    from shared.identity import Role

    assert isinstance(keys_dir, Path)
    web.headers.update(bearer(keys_dir, Role.ALUMNI))
    assert (await web.get(f"/api/v1/cases/{new_id()}/kept-apart")).status_code == 403


async def test_a_crash_at_any_statement_replaces_once_or_not_at_all(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    gone, *_ = await week(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        closed = update(Meeting).where(Meeting.id == gone.meeting_id)
        await session.execute(closed.values(withdrawn_on=clock.now().date()))
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        await ask_rebalance(session, plan, ReplacementReason.WITHDRAWN)
    before = await aftercare.said(fact.case_id)

    async def nothing_happened() -> None:
        assert await aftercare.said(fact.case_id) == before

    work = partial(rebalance, aftercare.database, SETTINGS)
    assert await crash_at_every_statement(aftercare, REBALANCE, work, nothing_happened) > 20
    assert (await aftercare.said(fact.case_id)).count("enrolment_replaced") == 1
    assert len(await week(aftercare, fact.case_id)) == 3


@pytest.mark.parametrize("pathway", ["twelve_first", "both"])
async def test_a_mandated_client_finds_a_secular_meeting_among_what_is_shown(
    aftercare: Aftercare, pathway: str
) -> None:
    fact = discharged(consent=False)
    async with aftercare.database.transaction() as session:
        wanted = Preferences.model_validate(
            {"zone": ZONE, "pathway": pathway, "mandated": True, "target": 2, "zip_code": "90036"}
        )
        await keep_preferences(session, fact.case_id, wanted)
    await aftercare.hear(fact)
    await aftercare.run_jobs(*MINE)
    shown = [one.meeting_id for one in await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)]
    async with aftercare.database.reading() as session:
        rows = (await session.scalars(select(Meeting).where(Meeting.id.in_(shown)))).all()
    assert any(row.programme == "smart" or "A" in row.listing["types"] for row in rows)
    assert len(rows) in (2, 3)


async def test_when_no_secular_meeting_fits_a_person_looks_for_one(aftercare: Aftercare) -> None:
    fact = discharged()
    async with aftercare.database.transaction() as session:
        wanted = Preferences.model_validate(
            {"zone": ZONE, "pathway": "twelve_first", "mandated": True, "zip_code": "90036"}
        )
        await keep_preferences(session, fact.case_id, wanted)
        for row in await session.scalars(select(Meeting)):
            if row.programme == "smart" or "A" in row.listing["types"]:
                row.withdrawn_on = clock.now().date()
    await aftercare.hear(fact)
    await aftercare.run_jobs(*MINE)
    assert await week(aftercare, fact.case_id)
    assert "no_meeting" in {kind.value for kind in await tasks(aftercare, fact.case_id)}


async def test_an_empty_result_is_a_task_and_never_a_worse_meeting(aftercare: Aftercare) -> None:
    fact = discharged()
    async with aftercare.database.transaction() as session:
        at_night = Preferences(zone=ZONE, windows=[Hours(days=[2], opens="03:00", closes="05:00")])
        await keep_preferences(session, fact.case_id, at_night)
    await aftercare.hear(fact)
    await aftercare.run_jobs(*MINE)
    assert await aftercare.enrolments(fact.case_id) == []
    assert {kind.value for kind in await tasks(aftercare, fact.case_id)} >= {"no_meeting"}
    (plan,) = await aftercare.plans(fact.case_id)
    assert plan.state is PlanState.OFFERED


async def test_a_first_meeting_after_two_days_is_a_task_for_a_person(aftercare: Aftercare) -> None:
    fact = discharged()
    in_four_days = (clock.now() + timedelta(days=4)).isoweekday() % 7
    async with aftercare.database.transaction() as session:
        one_day = Preferences(
            zone=ZONE, windows=[Hours(days=[in_four_days], opens="06:00", closes="23:30")], target=1
        )
        await keep_preferences(session, fact.case_id, one_day)
    await aftercare.hear(fact)
    await aftercare.run_jobs(*MINE)
    assert len(await week(aftercare, fact.case_id)) == 1
    assert "late_start" in {kind.value for kind in await tasks(aftercare, fact.case_id)}


async def test_a_plan_that_ended_meanwhile_is_not_looked_at(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        await ask_rebalance(session, plan, ReplacementReason.WITHDRAWN)
        await session.execute(update(Plan).where(Plan.id == plan.id).values(state=PlanState.COMPLETED))
    said = await aftercare.said(fact.case_id)
    await aftercare.run_jobs(*MINE)
    assert await aftercare.said(fact.case_id) == said
    async with aftercare.database.reading() as session:
        open_jobs = select(jobs.c.id).where(jobs.c.kind == REBALANCE, jobs.c.done_at.is_(None))
        assert (await session.scalars(open_jobs)).all() == []


async def test_both_plans_keep_their_history(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    gone, *_ = await week(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        closed = update(Meeting).where(Meeting.id == gone.meeting_id)
        await session.execute(closed.values(withdrawn_on=clock.now().date()))
    await look_again(aftercare, fact.case_id)
    async with aftercare.database.reading() as session:
        row = await session.get_one(Enrolment, gone.id)
    assert (row.state, row.meeting_id) == (EnrolmentState.REPLACED, gone.meeting_id)
    assert row.ended_at is not None


async def test_a_replacement_is_no_sign_of_life(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    gone, *_ = await week(aftercare, fact.case_id)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, fact.case_id, lock=True)
        assert plan is not None
        assert await lose_contact(session, plan)
        closed = update(Meeting).where(Meeting.id == gone.meeting_id)
        await session.execute(closed.values(withdrawn_on=clock.now().date()))
    await look_again(aftercare, fact.case_id)
    (plan,) = await aftercare.plans(fact.case_id)
    assert gone.id in {one.id for one in await by_state(aftercare, fact.case_id, EnrolmentState.REPLACED)}
    assert len(await week(aftercare, fact.case_id)) == 3
    assert plan.state is PlanState.LOST_CONTACT
    assert (await aftercare.said(fact.case_id)).count("plan_activated") == 1


async def test_who_wants_fewer_meetings_has_no_hole_where_one_no_longer_fits(aftercare: Aftercare) -> None:
    fact = await settled(aftercare)
    before = await week(aftercare, fact.case_id)
    busy_day = before[0].first_occurrence_at.astimezone(ZoneInfo(ZONE)).isoweekday() % 7
    hours = [Hours(days=[d for d in one.days if d != busy_day], opens=one.opens, closes=one.closes)
             for one in (EVENINGS, WEEKENDS)]  # fmt: skip
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, windows=hours, target=1))
    after = {one.id for one in await week(aftercare, fact.case_id)}
    assert before[0].id not in after
    assert after < {one.id for one in before}
    assert FollowUpKind.NO_MEETING not in await tasks(aftercare, fact.case_id)


async def test_a_meeting_the_client_does_not_want_leaves_the_calendar_before_any_yes(
    aftercare: Aftercare,
) -> None:
    fact = await settled(aftercare, consent=False)
    unwanted, *others = await week(aftercare, fact.case_id)
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, blocked=[unwanted.meeting_id]))
    assert {one.id for one in await week(aftercare, fact.case_id)} == {one.id for one in others}
    (proposed,) = await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED)
    assert proposed.meeting_id != unwanted.meeting_id


async def test_a_proposal_that_waited_for_the_morning_is_the_one_of_that_day(
    aftercare: Aftercare, set_clock: SetClock
) -> None:
    evening = datetime(2026, 10, 23, 21, 30, tzinfo=ZoneInfo(ZONE))
    set_clock(evening)
    await aftercare.import_list()
    fact = await settled(aftercare)
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=4))
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 1
    set_clock(evening + timedelta(hours=11))  # half past eight: it has not left yet
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=5))
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 1
    set_clock(evening + timedelta(hours=12))
    async with aftercare.database.transaction() as session:
        (letter,) = await session.scalars(select(Message).where(Message.purpose == Purpose.PROPOSAL))
        letter.state, letter.sent_at = MessageState.SENT, clock.now()
    set_clock(evening + timedelta(hours=36))
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=7))
    assert (await written(aftercare, fact.case_id))[Purpose.PROPOSAL] == 2


async def proposals(aftercare: Aftercare, case_id: UUID) -> list[tuple[str, str | None]]:
    """How each stands, in order; what is due has left."""
    await aftercare.run_jobs("send_message")
    query = select(Message).where(Message.case_id == case_id, Message.purpose == Purpose.PROPOSAL)
    async with aftercare.database.reading() as session:
        found = list(await session.scalars(query.order_by(Message.id)))
    return [(one.state.value, one.reason) for one in found]


@pytest.mark.parametrize("answered", [False, True])
async def test_what_is_proposed_after_the_days_word_is_told_the_next_morning_unless_answered(
    aftercare: Aftercare, set_clock: SetClock, answered: bool
) -> None:
    noon = datetime(2026, 10, 23, 12, tzinfo=ZoneInfo(ZONE))
    set_clock(noon)
    await aftercare.import_list()
    fact = await settled(aftercare)
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=4))
    assert await proposals(aftercare, fact.case_id) == [("sent", None)]
    set_clock(noon + timedelta(hours=2))
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=5))
    set_clock(noon + timedelta(hours=3))
    await wants(aftercare, fact.case_id, Preferences(zone=ZONE, target=6))
    assert await proposals(aftercare, fact.case_id) == [("sent", None), ("waiting", None)]
    if answered:
        async with aftercare.database.transaction() as session:
            plan = await latest_plan(session, fact.case_id, lock=True)
            assert plan is not None
            for one in await by_state(aftercare, fact.case_id, EnrolmentState.SUGGESTED):
                assert await decline(session, plan, await session.get_one(Enrolment, one.id))
    set_clock(noon + timedelta(hours=20))  # eight in the morning
    assert (await proposals(aftercare, fact.case_id))[1][0] == ("held_back" if answered else "waiting")
    set_clock(noon + timedelta(hours=21, minutes=1))
    second = ("held_back", "answered") if answered else ("sent", None)
    assert await proposals(aftercare, fact.case_id) == [("sent", None), second]

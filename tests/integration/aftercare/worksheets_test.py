"""A client's worksheets on both databases: sealed, private, shared, taken back, gone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.aftercare.plans.opening import latest_plan
from services.aftercare.smart.removing import FORGET_WORKSHEET, UNDO_WITHIN, put_back, remove, removed_lately
from services.aftercare.smart.tools import Fault, Problem
from services.aftercare.smart.worksheets import (
    Kept,
    NotKept,
    Refusal,
    answers_of,
    find_worksheet,
    keep,
    share,
    worksheets_of,
)
from services.aftercare.tables import Concern, Worksheet
from shared import clock
from shared.contracts.aftercare import ConcernCause, Tool
from shared.contracts.fact import new_id
from shared.sealing import SealBroken, box

from .conftest import Aftercare, SetClock, discharged

URGE = {"at": "2026-11-24T21:30", "strength": 7, "trigger": "payday"}
SCENARIO = {"situation": "a wedding", "likelihood": 8, "plan": "leave at ten"}


@pytest.fixture
async def case_id(aftercare: Aftercare) -> UUID:
    fact = discharged()
    await aftercare.hear(fact)
    return fact.case_id


async def kept(aftercare: Aftercare, case_id: UUID, tool: Tool, answers: dict[str, Any], **how: Any) -> Any:
    """What `keep` said, in a transaction of its own."""
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id, lock=True)
        assert plan is not None
        return await keep(session, plan, tool, answers, **how)


async def stored(aftercare: Aftercare, case_id: UUID) -> list[Worksheet]:
    async with aftercare.database.reading() as session:
        return list(await session.scalars(select(Worksheet).where(Worksheet.case_id == case_id)))


async def answers_in(aftercare: Aftercare, case_id: UUID) -> list[dict[str, Any]]:
    async with aftercare.database.reading() as session:
        return [await answers_of(session, one) for one in await worksheets_of(session, case_id)]


async def concerns(aftercare: Aftercare, case_id: UUID) -> list[Concern]:
    async with aftercare.database.reading() as session:
        return list(await session.scalars(select(Concern).where(Concern.case_id == case_id)))


async def test_what_is_written_lies_sealed_and_opens_only_in_its_own_place(
    aftercare: Aftercare, case_id: UUID
) -> None:
    first = await kept(aftercare, case_id, Tool.URG, URGE)
    (row,) = await stored(aftercare, case_id)
    assert row.shared is False
    assert b"payday" not in row.answers
    assert await answers_in(aftercare, case_id) == [URGE]
    async with aftercare.database.reading() as session:
        case_box = await box(session, case_id)
        with pytest.raises(SealBroken):
            case_box.open("worksheets.answers", new_id(), first.worksheet.answers)


async def test_a_draft_is_gone_on_with_and_completed_once(aftercare: Aftercare, case_id: UUID) -> None:
    name = new_id()
    draft = await kept(aftercare, case_id, Tool.URG, {"trigger": "payday"}, worksheet_id=name, seen=0)
    assert (draft.worksheet.version, draft.worksheet.completed_at) == (1, None)
    for _ in range(2):
        done = await kept(aftercare, case_id, Tool.URG, URGE, worksheet_id=name, complete=True, seen=1)
        assert isinstance(done, Kept)
        assert (done.worksheet.version, done.lacking) == (2, [])
    edited = URGE | {"outcome": "it passed"}
    await kept(aftercare, case_id, Tool.URG, edited, worksheet_id=name, complete=True, seen=2)
    (row,) = await stored(aftercare, case_id)
    assert row.completed_at is not None
    assert (await aftercare.said(case_id)).count("worksheet_completed") == 1


async def test_a_form_sent_twice_is_one_worksheet(aftercare: Aftercare, case_id: UUID) -> None:
    name = new_id()
    for _ in range(3):
        again = await kept(aftercare, case_id, Tool.URG, URGE, worksheet_id=name, complete=True, seen=0)
        assert again.worksheet.version == 1
    assert len(await stored(aftercare, case_id)) == 1
    assert (await aftercare.said(case_id)).count("worksheet_completed") == 1


async def test_done_with_something_missing_loses_nothing(aftercare: Aftercare, case_id: UUID) -> None:
    said = await kept(aftercare, case_id, Tool.URG, {"trigger": "payday"}, complete=True)
    assert said.lacking == [Problem("at", Fault.NEEDED), Problem("strength", Fault.NEEDED)]
    assert await answers_in(aftercare, case_id) == [{"trigger": "payday"}]
    assert "worksheet_completed" not in await aftercare.said(case_id)


async def test_two_windows_do_not_overwrite_each_other(aftercare: Aftercare, case_id: UUID) -> None:
    name = new_id()
    await kept(aftercare, case_id, Tool.URG, URGE, worksheet_id=name, seen=0)
    await kept(aftercare, case_id, Tool.URG, URGE | {"strength": 3}, worksheet_id=name, seen=1)
    late = await kept(aftercare, case_id, Tool.URG, URGE | {"strength": 9}, worksheet_id=name, seen=1)
    assert late == NotKept(Refusal.CHANGED, None, version=2)
    assert [one["strength"] for one in await answers_in(aftercare, case_id)] == [3]


async def test_what_is_no_worksheet_is_not_kept(aftercare: Aftercare, case_id: UUID) -> None:
    refused = await kept(aftercare, case_id, Tool.URG, {"strength": 99, "mood": "x"})
    assert refused.why is Refusal.INVALID
    assert {problem.fault for problem in refused.problems} == {Fault.NOT_ON_SCALE, Fault.UNKNOWN_FIELD}
    assert await stored(aftercare, case_id) == []


async def test_somebody_elses_worksheet_is_not_there(aftercare: Aftercare, case_id: UUID) -> None:
    other = discharged()
    await aftercare.hear(other)
    theirs = await kept(aftercare, other.case_id, Tool.ANT, SCENARIO)
    name = theirs.worksheet.id
    tried = await kept(aftercare, case_id, Tool.ANT, SCENARIO, worksheet_id=name, seen=1)
    assert tried.why is Refusal.MISSING
    # Nor can it be leant on.
    rehearsal = {"scenario": str(name), "before": 2, "words": "no", "after": 5}
    refused = await kept(aftercare, case_id, Tool.REH, rehearsal)
    assert refused.problems == [Problem("scenario", Fault.NOT_OFFERED)]
    async with aftercare.database.transaction() as session:
        assert await find_worksheet(session, case_id, name) is None
        assert await put_back(session, case_id, name) is None
    assert await answers_in(aftercare, other.case_id) == [SCENARIO]


async def test_a_rehearsal_leans_on_the_clients_own_scenario(aftercare: Aftercare, case_id: UUID) -> None:
    scenario = (await kept(aftercare, case_id, Tool.ANT, SCENARIO)).worksheet
    urge = (await kept(aftercare, case_id, Tool.URG, URGE)).worksheet
    rehearsal = {"scenario": str(scenario.id), "before": 2, "words": "no", "after": 5}
    assert isinstance(await kept(aftercare, case_id, Tool.REH, rehearsal), Kept)
    wrong = await kept(aftercare, case_id, Tool.REH, rehearsal | {"scenario": str(urge.id)})
    assert wrong.problems == [Problem("scenario", Fault.NOT_OFFERED)]


async def test_worksheets_are_found_again_after_another_stay(aftercare: Aftercare, case_id: UUID) -> None:
    await kept(aftercare, case_id, Tool.URG, URGE)
    await aftercare.hear(discharged(case_id))
    later = await kept(aftercare, case_id, Tool.USA, {"statement": "I can learn", "rating": 4})
    assert len({row.plan_id for row in await stored(aftercare, case_id)}) == 2
    async with aftercare.database.reading() as session:
        assert [one.tool for one in await worksheets_of(session, case_id)] == [Tool.USA, Tool.URG]
        assert [one.id for one in await worksheets_of(session, case_id, Tool.USA)] == [later.worksheet.id]


async def test_a_removed_worksheet_is_out_of_sight_and_can_be_put_back_for_a_while(
    aftercare: Aftercare, case_id: UUID
) -> None:
    name = (await kept(aftercare, case_id, Tool.URG, URGE)).worksheet.id
    async with aftercare.database.transaction() as session:
        sheet = await find_worksheet(session, case_id, name, lock=True)
        assert sheet is not None
        share(sheet, True)
        await remove(session, sheet)
    async with aftercare.database.transaction() as session:
        assert await worksheets_of(session, case_id) == []
        assert [one.id for one in await removed_lately(session, case_id)] == [name]
        back = await put_back(session, case_id, name)
        assert back is not None
        assert back.shared is False  # what was shared is not shared again behind their back
        assert await put_back(session, case_id, name) is back
    assert await answers_in(aftercare, case_id) == [URGE]


async def test_after_that_the_words_are_gone(
    aftercare: Aftercare, case_id: UUID, set_clock: SetClock
) -> None:
    put_back_in_time = (await kept(aftercare, case_id, Tool.URG, URGE)).worksheet.id
    gone = (await kept(aftercare, case_id, Tool.ANT, SCENARIO)).worksheet.id
    async with aftercare.database.transaction() as session:
        for name in (put_back_in_time, gone):
            sheet = await find_worksheet(session, case_id, name, lock=True)
            assert sheet is not None
            await remove(session, sheet)
        await put_back(session, case_id, put_back_in_time)
    set_clock(clock.now() + UNDO_WITHIN + timedelta(seconds=1))
    async with aftercare.database.transaction() as session:
        assert await put_back(session, case_id, gone) is None
    await aftercare.run_jobs(FORGET_WORKSHEET)
    rows = {row.id: row for row in await stored(aftercare, case_id)}
    assert rows[gone].answers == b""
    assert rows[gone].tool is Tool.ANT  # that it was used still counts
    assert await answers_in(aftercare, case_id) == [URGE]
    async with aftercare.database.transaction() as session:
        assert await put_back(session, case_id, gone) is None
        assert await removed_lately(session, case_id) == []


async def test_words_about_dying_call_a_person_once_and_the_worksheet_stays_private(
    aftercare: Aftercare, case_id: UUID
) -> None:
    name = new_id()
    dark = URGE | {"outcome": "I want to kill myself"}
    for _ in range(2):
        said = await kept(aftercare, case_id, Tool.URG, dark, worksheet_id=name, seen=0)
        assert said.danger is ConcernCause.SELF_HARM
    edited = await kept(aftercare, case_id, Tool.URG, dark | {"strength": 9}, worksheet_id=name, seen=1)
    assert edited.danger is ConcernCause.SELF_HARM  # the lines are shown again, nobody is called twice
    (concern,) = await concerns(aftercare, case_id)
    assert (concern.level, concern.cause) == (3, ConcernCause.SELF_HARM)
    assert "kill" not in concern.key
    (row,) = await stored(aftercare, case_id)
    assert row.shared is False


async def test_they_call_a_person_even_when_the_worksheet_could_not_be_kept(
    aftercare: Aftercare, case_id: UUID
) -> None:
    refused = await kept(aftercare, case_id, Tool.URG, {"strength": 99, "trigger": "I want to kill myself"})
    assert (refused.why, refused.danger) == (Refusal.INVALID, ConcernCause.SELF_HARM)
    assert [one.level for one in await concerns(aftercare, case_id)] == [3]

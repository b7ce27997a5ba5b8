"""One client's year on a compressed clock, told line by line: `pytest -s` prints what was sent and what not.

Discharge, meetings, a date called off, a meeting that goes missing and is withdrawn, a missed streak, use
reported, a withdrawn consent, another time zone over both clock changes, STOP, and the end. Afterwards
everything that was written is held against what year_oracle.py works out by itself.
"""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from services.aftercare.tables import EnrolmentState, PlanState, Purpose
from shared.contracts.aftercare import Attended
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem
from tests.conftest import MakeDatabase

from .conftest import Aftercare, SetClock
from .logged import errors_logged
from .telling import gave, left, planned, revoked
from .year import unhurried
from .year_checks import check_everything
from .year_people import CALM, Habit
from .year_tale import HOME, PHOENIX, Tale, at, begin

ALL_WELL, SILENT = Habit(), Habit(went=None, answers=None, call=None)
BAM = {str(item): 1 for item in range(1, 18) if item != 7} | {"4": 0, "5": 0, "6": 0}


@pytest.fixture
async def tale(make_database: MakeDatabase, set_clock: SetClock, keys_dir: Path) -> AsyncGenerator[Tale]:
    set_clock(at("2026-05-26"))  # before anything is on file: nothing may be from later than the story
    aftercare = Aftercare(unhurried(await make_database("aftercare")))
    async with begin(aftercare, set_clock, keys_dir) as tale:
        yield tale


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
async def test_one_clients_year(tale: Tale) -> None:
    with errors_logged() as errors:
        await leaves(tale)
        await first_month(tale)
        await a_list_that_changes(tale)
        await nobody_answers(tale)
        await use_is_reported(tale)
        await texts_are_no_longer_agreed_to(tale)
        await somewhere_else(tale)
        await stop(tale)
        await the_end(tale)
    assert errors == ["empty"]  # the list that was refused
    await check_everything(tale)


async def leaves(tale: Tale) -> None:
    people, case, stay = tale.people, tale.case_id, new_id()
    wishes = {"zone": HOME, "modalities": ["online"], "channels": ["text", "email"], "check_in_day": 3}
    await people.of_case("PUT", "/preferences", wishes)
    await tale.hear(planned(case, stay, at("2026-06-02"), consent=new_id()))
    await tale.write("The discharge is planned: a shortlist, to pick from")
    await people.live(at("2026-06-02"))
    await tale.hear(left(case, stay, consent=new_id()))
    going = [one for one in await tale.enrolments() if one.state is EnrolmentState.ACTIVE]
    assert len(going) == 3
    assert min(one.first_occurrence_at for one in going) < at("2026-06-04")
    await tale.write("Left, treatment completed: enrolled in three meetings, the first the same day")
    await people.come_in(await tale.last(Purpose.WELCOME))
    assert await people.events_subscribed_to() == 3
    await tale.write("Came in by the link; subscribed to the calendar, three series in it")


async def first_month(tale: Tale) -> None:
    people = tale.people
    await people.live(at("2026-06-07"))
    await people.of_case("POST", "/clinical-visits", {"at": at("2026-06-06").isoformat()})
    await people.live(at("2026-06-15"))
    await tale.write("Two weeks: three meetings a week, one tap for each the morning after")
    await tale.call_off("online-tuesday-ny", at("2026-06-16", "18:00"))
    await tale.write("Tuesday's group does not meet this week: that date is off, the series goes on")
    await people.live(at("2026-06-24", "09:00"))
    await tale.write("The other dates of the week were kept")
    await people.live(at("2026-06-25", "12:00"), Habit(missing=frozenset({"online-young-friday"})))
    await tale.write("The list lacks Friday's meeting for two days: its next date is unconfirmed")
    await people.live(at("2026-06-26", "09:00"), Habit(missing=frozenset({"online-young-friday"})))
    tale.doubt("online-young-friday", at("2026-06-25"), at("2026-06-26"))
    await people.live(at("2026-06-27", "12:00"))
    await tale.write("It is listed again, and was held")
    await people.live(at("2026-07-02", "15:00"))
    entered = {"instrument": "bam", "on": "2026-07-02", "items": BAM}
    assert (await people.of_case("POST", "/check-ins", entered))["concern_level"] == 0
    await tale.write("Day 30: staff enter the BAM; nothing to worry about")


async def a_list_that_changes(tale: Tale) -> None:
    people = tale.people
    await people.live(at("2026-07-08", "09:00"))
    before = await tale.meetings_on_file()
    await people.aftercare.import_list(b"[]")
    assert await tale.meetings_on_file() == before
    await tale.write("The list comes empty: refused, nothing changes")
    await people.live(at("2026-07-11", "09:00"))
    gone = Habit(missing=frozenset({"online-young-friday"}))
    await people.live(at("2026-07-17", "20:00"), gone)
    await tale.write(
        "Friday's meeting is missing from the list for a week: unconfirmed, the fall-back offered"
    )
    await people.live(at("2026-07-19", "09:00"), Habit(went=Attended.NOT_HELD, missing=gone.missing))
    await tale.write("Nobody was there on Friday")
    await people.live(at("2026-07-19", "12:00"), gone)
    tale.doubt("online-young-friday", at("2026-07-12"), at("2026-07-19"))
    assert await tale.state_of("online-young-friday") is EnrolmentState.REPLACED
    await tale.write("The ninth day: withdrawn, and another meeting takes its place")
    await people.live(at("2026-08-04", "12:00"), gone)
    await tale.write("Two weeks with the new one")


async def nobody_answers(tale: Tale) -> None:
    people, gone = tale.people, frozenset({"online-young-friday"})
    await people.live(at("2026-08-05", "09:45"), Habit(went=Attended.MISSED, missing=gone))
    assert (await tale.plan()).rung == 1
    await people.live(at("2026-08-05", "12:00"), SILENT)
    await tale.write("A date missed: a warm word (rung 1)")
    await people.live(at("2026-08-07", "12:00"), SILENT)
    await tale.expect_to_do("peer_call")
    assert (await tale.plan()).rung == 2
    await tale.write(
        "The next one without an answer: somebody is to call, and look for a better fit (rung 2)"
    )
    await tale.call("peer_call", "no_answer")
    await people.live(at("2026-08-08", "12:00"), SILENT)
    await tale.call("peer_call", "left_word", "text")
    await people.live(at("2026-08-12", "08:00"), SILENT)
    assert (await tale.plan()).rung == 3
    await tale.expect_to_do("counsellor")
    await tale.write("The third: called twice in vain, now the counsellor, with the BAM (rung 3)")
    await people.live(at("2026-08-12", "15:00"), SILENT)
    await tale.call("counsellor", "reached")
    await people.of_case("POST", "/check-ins", {"instrument": "bam", "on": "2026-08-12", "items": BAM})
    await tale.write("The counsellor reaches the client: transport had been the trouble")
    await people.live(at("2026-08-26", "09:30"))
    plan = await tale.plan()
    assert (plan.rung, plan.missed_in_a_row, plan.state) == (0, 0, PlanState.ACTIVE)
    await tale.write("Comes again: the ladder is at its foot")


async def use_is_reported(tale: Tale) -> None:
    people = tale.people
    await people.live(at("2026-08-26", "12:30"), Habit(answers=CALM | {"use": 2}, call=None))
    await tale.expect_to_do("use_reported")
    (concern,) = (await people.of_case("GET", "/concerns"))["concerns"]
    assert (concern["level"], concern["cause"]) == (2, "use")
    await tale.write("The weekly questions say: used. A person calls the same day; the plan goes on")
    await tale.call("use_reported", "reached")
    await people.ask_desk("POST", f"/concerns/{concern['concern_id']}/acknowledge")
    done = {"note": "Spoke; safe, has naloxone."}
    await people.ask_desk("POST", f"/concerns/{concern['concern_id']}/resolve", done)
    await people.live(at("2026-08-28", "15:00"))
    await tale.write("Spoken with and settled; asked again after two days")
    await people.live(at("2026-09-02", "15:00"))
    await tale.review(target=2, leaves="online-tuesday-ny")
    await tale.write("Week 13, the review: two meetings a week from now on, the client says which one goes")


async def texts_are_no_longer_agreed_to(tale: Tale) -> None:
    people = tale.people
    await people.live(at("2026-09-10", "15:00"))
    await tale.write("A quiet week")
    people.aftercare.door.refused.add("text")
    await tale.hear(revoked(tale.case_id, ConsentItem.TEXTS))
    tale.no_texts_since()
    await people.live(at("2026-09-30", "15:00"))
    await tale.write("Consent to texts withdrawn at intake on 10 September: by e-mail instead, nothing lost")


async def somewhere_else(tale: Tale) -> None:
    people = tale.people
    people.aftercare.door.refused.clear()
    await tale.hear(gave(tale.case_id, ConsentItem.TEXTS))
    tale.texts_again()
    await tale.moves_to(PHOENIX)
    await tale.write("Day 120: moves to Phoenix, where no clock changes; texts agreed to again")
    await people.live(at("2026-10-30", "12:00", PHOENIX))
    await tale.write("October: the clocks agree with those of Los Angeles")
    await people.live(at("2026-11-13", "12:00", PHOENIX))
    await tale.write(
        "From 1 November a meeting in Los Angeles is an hour later here, and the reminders say so"
    )
    await people.live(at("2026-12-01", "15:00", PHOENIX))
    await tale.review(target=1, leaves="online-wednesday-az")
    await tale.write("Week 26, the review: one meeting a week")


async def stop(tale: Tale) -> None:
    people = tale.people
    await people.live(at("2027-01-11", "12:00", PHOENIX))
    await tale.write("December, quietly")
    await people.text("STOP")
    tale.no_texts_since()
    await people.live(at("2027-01-25", "12:00", PHOENIX))
    await tale.write("STOP by text on 11 January: confirmed once, then e-mail only")
    await people.stop_link(await tale.last(Purpose.HOW_WAS_IT), "stop_all")
    tale.stopped_since()
    await people.live(at("2027-02-08", "12:00", PHOENIX))
    await tale.write("The link in an e-mail on 25 January: stop everything. Nothing is written")
    await people.stop_link(await tale.last(Purpose.HOW_WAS_IT), "resume")
    tale.written_to_again()
    await people.live(at("2027-02-15", "12:00", PHOENIX))
    await tale.write("Taken back on the same page: e-mail again, no texts yet")
    await people.text("START")
    tale.texts_again()
    await people.live(at("2027-02-22", "12:00", PHOENIX))
    await tale.write("START by text: texts again")


async def the_end(tale: Tale) -> None:
    people = tale.people
    await people.live(at("2027-03-02", "15:00", PHOENIX))
    await tale.review(target=1)
    await tale.write("Week 39, the review: as it is")
    await people.live(at("2027-03-26", "12:00", PHOENIX))
    await tale.write("From 14 March it is an hour earlier again, and the reminders say so")
    await people.live(at("2027-06-01", "15:00"))
    await tale.write("Spring")
    await tale.review(complete=True)
    assert (await tale.plan()).state is PlanState.COMPLETED
    await tale.write("Week 52, the last review: the year is over")
    await people.live(at("2027-06-01", "15:00") + timedelta(days=30))
    await tale.write("A month later: nothing more was written")

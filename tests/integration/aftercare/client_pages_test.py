"""The client's own pages over HTTP, as a browser without a script uses them."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import Preferences, keep_preferences, preferences_of
from services.aftercare.portal.wording import WORDS
from services.aftercare.tables import (
    Attendance,
    CheckIn,
    Concern,
    EnrolmentState,
    Meeting,
    Occurrence,
    PlanState,
    Stop,
)
from shared import audit, clock
from shared.contracts.aftercare import Instrument, MessageChannel, OccurrenceState, PauseReason
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem, ConsentRevoked

from .conftest import ZONE, Aftercare, SetClock, discharged
from .own_browser import come_in

NOON = datetime(2027, 2, 1, 20, tzinfo=UTC)  # a Monday, noon in Los Angeles


@pytest.fixture(autouse=True)
def _monday(set_clock: SetClock) -> None:
    set_clock(NOON)


async def client(aftercare: Aftercare, web: httpx2.AsyncClient, *, consent: bool = True) -> UUID:
    """Discharged at noon, in with this browser."""
    fact = discharged(consent=consent).model_copy(update={"occurred_at": clock.now()})
    await aftercare.hear(fact)
    await aftercare.run_jobs()
    web.cookies.clear()
    await come_in(aftercare, web, fact.case_id)
    return fact.case_id


def text_of(page: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


async def dates(aftercare: Aftercare, case_id: UUID) -> list[Occurrence]:
    query = select(Occurrence).where(Occurrence.case_id == case_id).order_by(Occurrence.starts_at)
    async with aftercare.database.reading() as session:
        return list(await session.scalars(query))


async def first_over(aftercare: Aftercare, case_id: UUID, set_clock: SetClock) -> Occurrence:
    """It is an hour after the first date's end."""
    (first, *_) = await dates(aftercare, case_id)
    set_clock(first.ends_at + timedelta(hours=1))
    return first


async def attendance(aftercare: Aftercare, date_id: UUID) -> Attendance | None:
    async with aftercare.database.reading() as session:
        return await session.get(Attendance, date_id)


async def wishes(aftercare: Aftercare, case_id: UUID) -> Preferences:
    async with aftercare.database.transaction() as session:
        return await preferences_of(session, case_id, ZONE)


async def plan_state(aftercare: Aftercare, case_id: UUID) -> PlanState:
    (plan,) = await aftercare.plans(case_id)
    return plan.state


async def test_the_week_shows_the_next_dates_and_no_link_before_its_time(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare, web)
    page = await web.get("/my")
    shown = text_of(page)
    assert "Coming up" in shown
    assert "The link appears here 15 minutes before." in shown
    assert "https://meet." not in page.text
    (first, *_) = await dates(aftercare, case_id)
    set_clock(first.starts_at - timedelta(minutes=15))
    assert page.text.count("https://meet.") == 0
    page = await web.get("/my")
    assert page.text.count("https://meet.") == 1
    # Who is on the way sees that one before anything there is to answer.
    assert page.text.index("https://meet.") < page.text.index("Coming up")
    set_clock(first.ends_at)
    assert "https://meet." not in (await web.get("/my")).text


async def test_every_look_is_on_the_record(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await client(aftercare, web)
    await web.get("/my")
    async with aftercare.database.reading() as session:
        query = select(audit.audit.c.actor, audit.audit.c.action).where(audit.audit.c.case_id == case_id)
        assert ("client", "week.read") in {tuple(row) for row in await session.execute(query)}


async def test_an_unconfirmed_date_says_so_and_offers_the_fall_back(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    async with aftercare.database.transaction() as session:
        query = select(Occurrence).where(Occurrence.case_id == case_id).order_by(Occurrence.starts_at)
        for one in await session.scalars(query):
            one.state = OccurrenceState.UNCONFIRMED
    shown = text_of(await web.get("/my"))
    assert "Not sure it is on" in shown
    assert "If nobody is there, this one is on:" in shown


@pytest.mark.parametrize("said", ["attended", "partly", "missed", "not_held"])
async def test_one_tap_says_how_it_was_and_another_changes_it(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock, said: str
) -> None:
    case_id = await client(aftercare, web)
    first = await first_over(aftercare, case_id, set_clock)
    assert f'action="/my/dates/{first.id}"' in (await web.get("/my")).text
    for _ in range(2):
        answer = await web.post(f"/my/dates/{first.id}", data={"outcome": said})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/my/dates/{first.id}")
    known = await attendance(aftercare, first.id)
    assert known is not None
    assert (known.outcome.value, known.evidence, known.recorded_by) == (said, 1, None)
    assert (await aftercare.said(case_id)).count("attendance_recorded") == 1
    assert "Saved:" in text_of(await web.get(f"/my/dates/{first.id}"))
    other = "missed" if said == "attended" else "attended"
    await web.post(f"/my/dates/{first.id}", data={"outcome": other})
    changed = await attendance(aftercare, first.id)
    assert changed is not None
    assert changed.outcome.value == other


async def test_how_much_it_helped_is_one_more_tap_for_who_likes(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare, web)
    first = await first_over(aftercare, case_id, set_clock)
    await web.post(f"/my/dates/{first.id}", data={"outcome": "attended"})
    assert 'name="helpfulness" value="5"' in (await web.get(f"/my/dates/{first.id}")).text
    await web.post(f"/my/dates/{first.id}", data={"outcome": "attended", "helpfulness": "4"})
    known = await attendance(aftercare, first.id)
    assert known is not None
    assert (known.outcome.value, known.helpfulness) == ("attended", 4)
    wrong = await web.post(f"/my/dates/{first.id}", data={"outcome": "attended", "helpfulness": "6"})
    assert wrong.status_code == 422


async def test_a_date_that_is_not_over_cannot_be_answered_yet(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    (first, *_) = await dates(aftercare, case_id)
    assert (await web.post(f"/my/dates/{first.id}", data={"outcome": "attended"})).status_code == 404
    assert await attendance(aftercare, first.id) is None


async def test_ids_of_another_client_and_made_up_ones_get_the_same_page(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    theirs = await client(aftercare, web)
    other = await first_over(aftercare, theirs, set_clock)
    enrolment = (await aftercare.enrolments(theirs))[0].id
    set_clock(NOON)
    await client(aftercare, web)
    set_clock(other.ends_at + timedelta(hours=1))
    answers = []
    for date_id, one in ((other.id, enrolment), (new_id(), new_id())):
        answers += [
            await web.get(f"/my/dates/{date_id}"),
            await web.post(f"/my/dates/{date_id}", data={"outcome": "attended"}),
            await web.post(f"/my/meetings/{one}/answer", data={"said": "yes"}),
            await web.post(f"/my/meetings/{one}/leave"),
            await web.post(f"/my/meetings/{one}/return"),
            await web.get(f"/my/meetings/{one}/swap"),
            await web.post(f"/my/meetings/{one}/swap", data={"meeting": str(new_id())}),
            await web.post("/my/check-in", data={"check_in": str(one), "mood": "5"}),
        ]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r'(name="back" value=)"[^"]*"', r"\1", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert await attendance(aftercare, other.id) is None
    assert (await web.get("/my/dates/not-an-id")).status_code == 404


async def test_yes_and_no_to_what_is_suggested(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await client(aftercare, web, consent=False)
    page = await web.get("/my")
    assert "Would these suit you?" in page.text
    open_ones = [one for one in await aftercare.enrolments(case_id) if not one.fall_back]
    first, second, *_ = open_ones
    for _ in range(2):
        yes = await web.post(f"/my/meetings/{first.id}/answer", data={"said": "yes"})
        assert yes.headers["location"] == "/my?note=yes"
    await web.post(f"/my/meetings/{second.id}/answer", data={"said": "no"})
    late = await web.post(f"/my/meetings/{second.id}/answer", data={"said": "yes"})
    assert late.headers["location"] == "/my?note=gone"
    states = {one.id: one.state for one in await aftercare.enrolments(case_id)}
    assert (states[first.id], states[second.id]) == (EnrolmentState.ACTIVE, EnrolmentState.DECLINED)
    assert (await aftercare.said(case_id)).count("meeting_enrolled") == 1
    shown = text_of(await web.get("/my?note=yes"))
    assert "It is in your week." in shown
    assert "Coming up" in shown


async def test_a_meeting_is_swapped_for_one_of_the_best_others(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    old = next(one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACTIVE)
    url = f"/my/meetings/{old.id}/swap"
    page = await web.get(url)
    shown = text_of(page)
    assert "Why not the others?" in shown
    assert any(words in shown for words in WORDS["en"]["swap"]["unfit"].values())
    offered = re.findall(r'name="meeting" value="([0-9a-f-]{36})"', page.text)
    assert 1 <= len(offered) <= 5
    assert str(old.meeting_id) not in offered
    for _ in range(2):
        answer = await web.post(url, data={"meeting": offered[0]})
        assert answer.headers["location"] == "/my?note=swapped"
    states = {str(one.meeting_id): one.state for one in await aftercare.enrolments(case_id)}
    assert states[str(old.meeting_id)] is EnrolmentState.REPLACED
    assert states[offered[0]] is EnrolmentState.ACTIVE
    assert (await aftercare.said(case_id)).count("enrolment_replaced") == 1


async def test_a_swap_for_a_meeting_that_closed_meanwhile_shows_what_there_is_now(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    old = next(one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACTIVE)
    url = f"/my/meetings/{old.id}/swap"
    offered = re.findall(r'name="meeting" value="([0-9a-f-]{36})"', (await web.get(url)).text)
    async with aftercare.database.transaction() as session:
        row = await session.get_one(Meeting, UUID(offered[0]))
        row.withdrawn_on = clock.now().date()
    answer = await web.post(url, data={"meeting": offered[0]})
    assert answer.headers["location"] == f"{url}?note=again"
    assert "not open any more" in (await web.get(answer.headers["location"])).text
    states = {one.id: one.state for one in await aftercare.enrolments(case_id)}
    assert states[old.id] is EnrolmentState.ACTIVE


async def test_one_that_is_not_for_me_goes_and_can_be_taken_back(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    old = next(one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACTIVE)
    for _ in range(2):
        answer = await web.post(f"/my/meetings/{old.id}/leave")
        assert answer.headers["location"] == f"/my/meetings?left={old.id}"
    assert "is off your calendar" in (await web.get(answer.headers["location"])).text
    await aftercare.run_jobs("rebalance")
    states = {one.id: one.state for one in await aftercare.enrolments(case_id)}
    assert states[old.id] is EnrolmentState.ENDED  # it is not suggested again
    assert old.meeting_id in (await wishes(aftercare, case_id)).blocked
    for _ in range(2):
        back = await web.post(f"/my/meetings/{old.id}/return")
        assert back.headers["location"] == "/my?note=back"
    states = {one.id: one.state for one in await aftercare.enrolments(case_id)}
    assert states[old.id] is EnrolmentState.ACTIVE
    assert (await wishes(aftercare, case_id)).blocked == []


async def test_after_a_no_to_aftercare_a_meeting_that_was_left_does_not_come_back(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    old = next(one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACTIVE)
    await web.post(f"/my/meetings/{old.id}/leave")
    await aftercare.hear(
        ConsentRevoked(
            case_id=case_id, consent_id=new_id(), item=ConsentItem.AFTERCARE, occurred_at=clock.now()
        )
    )
    back = await web.post(f"/my/meetings/{old.id}/return")
    assert back.headers["location"] == "/my?note=gone"
    assert {one.state for one in await aftercare.enrolments(case_id)} == {EnrolmentState.ENDED}


async def test_wishes_are_kept_and_changed_hours_make_us_look_again(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    (before,) = await aftercare.plans(case_id)
    sent = {
        "days.0": ["1", "3"],
        "opens.0": "18:00",
        "closes.0": "21:00",
        "days.1": "6",
        "opens.1": "22:00",
        "closes.1": "00:00",
        "opens.2": "09:00",  # a line without a day is no line
        "languages": ["es"],
        "channels": ["email"],
        "full_names": "yes",
        "check_in_day": "0",
        "written_in": "es",
    }
    answer = await web.post("/my/wishes", data=sent)
    assert answer.headers["location"] == "/my/wishes?note=saved"
    kept = await wishes(aftercare, case_id)
    assert [(one.days, one.opens, one.closes) for one in kept.windows] == [
        ([1, 3], "18:00", "21:00"),
        ([6], "22:00", "00:00"),
    ]
    assert (kept.languages, kept.channels) == (["es"], [MessageChannel.EMAIL])
    assert (kept.full_names, kept.invitations_by_email) == (True, False)
    assert (kept.check_in_day, kept.written_in) == (0, "es")
    (after,) = await aftercare.plans(case_id)
    assert after.version > before.version
    assert 'value="18:00"' in (await web.get("/my/wishes")).text


async def test_what_is_wrong_in_the_wishes_is_said_and_nothing_typed_is_lost(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    before = await wishes(aftercare, case_id)
    page = await web.post("/my/wishes", data={"days.0": "2", "opens.0": "7pm", "closes.0": "21:15"})
    assert page.status_code == 422
    assert re.findall(r'<li><a href="#([^"]+)"', page.text) == ["line-0", "languages"]
    assert 'id="line-0-fault"' in page.text
    assert 'value="21:15"' in page.text
    page = await web.post("/my/wishes", data={"languages": "en"})
    assert "Tick at least one day" in page.text
    assert await wishes(aftercare, case_id) == before


async def test_the_calendar_is_subscribed_to_and_its_address_taken_back(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    await client(aftercare, web)

    async def address() -> str:
        page = await web.get("/my/calendar")
        (found,) = re.findall(r'value="(http[^"]+\.ics)"', page.text)
        assert f'href="webcal://{found.partition("://")[2]}"' in page.text
        return str(found).partition("8030")[2] or "/" + str(found).split("/", 3)[3]

    old = await address()
    assert (await web.get(old)).headers["content-type"].startswith("text/calendar")
    answer = await web.post("/my/calendar/address", data={"wish": "new"})
    assert "opens nothing any more" in (await web.get(answer.headers["location"])).text
    assert (await web.get(old)).status_code == 404
    assert (await web.get(await address())).status_code == 200


async def open_check_in(aftercare: Aftercare, case_id: UUID) -> UUID:
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id)
        assert plan is not None
        row = CheckIn(
            id=new_id(),
            plan_id=plan.id,
            case_id=case_id,
            instrument=Instrument.WEEKLY,
            due_on=date(2027, 1, 31),
            open_until=clock.now() + timedelta(hours=40),
        )
        session.add(row)
        return row.id


async def test_the_five_questions_are_answered_once_and_may_be_left_out(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    assert "no questions for you right now" in (await web.get("/my/check-in")).text
    check_in = str(await open_check_in(aftercare, case_id))
    assert "How are you this week?" in (await web.get("/my")).text
    page = await web.get("/my/check-in")
    assert page.text.count("<fieldset") == 5
    nothing = await web.post("/my/check-in", data={"check_in": check_in, "mood": "99", "words": "  "})
    assert (nothing.status_code, "Answer at least one question" in nothing.text) == (422, True)
    sent = {"check_in": check_in, "use": "0", "mood": "7", "support": "8"}
    for _ in range(2):
        assert (await web.post("/my/check-in", data=sent)).headers["location"] == "/my?note=checked"
    assert (await aftercare.said(case_id)).count("check_in_scored") == 1
    assert "no questions for you right now" in (await web.get("/my/check-in")).text


@pytest.mark.parametrize(("language", "words"), [("en", "I want to kill myself"), ("es", "quiero morir")])
async def test_danger_is_answered_at_once_and_a_person_is_called(
    aftercare: Aftercare, web: httpx2.AsyncClient, language: str, words: str
) -> None:
    case_id = await client(aftercare, web)
    check_in = str(await open_check_in(aftercare, case_id))
    web.cookies.set("week_language", language)
    page = await web.post("/my/check-in", data={"check_in": check_in, "words": words})
    assert page.status_code == 200
    main = page.text[page.text.index("<main") :]
    assert main.index('href="tel:988"') < main.index('href="sms:988"') < main.index('href="tel:911"')
    called = {"en": "gets in touch with you", "es": "se comunica con usted"}
    assert called[language] in page.text
    assert words not in page.text
    async with aftercare.database.reading() as session:
        found = list(await session.scalars(select(Concern).where(Concern.case_id == case_id)))
    assert [one.level for one in found] == [3]


async def test_words_of_danger_are_heard_even_after_the_questions_closed(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare, web)
    check_in = str(await open_check_in(aftercare, case_id))
    set_clock(clock.now() + timedelta(days=3))
    late = await web.post("/my/check-in", data={"check_in": check_in, "mood": "5"})
    assert late.headers["location"] == "/my?note=closed"
    page = await web.post("/my/check-in", data={"check_in": check_in, "words": "I want to die"})
    assert "Please talk to somebody now" in page.text


async def test_messages_are_stopped_one_way_or_all_and_begun_again(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)

    async def stopped() -> set[MessageChannel | None]:
        query = select(Stop.channel).where(Stop.case_id == case_id, Stop.lifted_at.is_(None))
        async with aftercare.database.reading() as session:
            return set(await session.scalars(query))

    for _ in range(2):
        assert (await web.post("/my/messages", data={"wish": "stop_text"})).status_code == 303
    assert await stopped() == {MessageChannel.TEXT}
    assert 'value="resume_text"' in (await web.get("/my/messages")).text
    await web.post("/my/messages", data={"wish": "stop_all"})
    assert None in await stopped()
    await web.post("/my/messages", data={"wish": "resume_email"})
    assert await stopped() == {MessageChannel.TEXT}
    await web.post("/my/messages", data={"wish": "resume_all"})
    assert await stopped() == set()
    assert (await web.post("/my/messages", data={"wish": "stop_post"})).status_code == 422


async def test_a_plan_rests_and_goes_on(aftercare: Aftercare, web: httpx2.AsyncClient) -> None:
    case_id = await client(aftercare, web)
    for _ in range(2):
        assert (await web.post("/my/plan/pause")).headers["location"] == "/my?note=rests"
    assert await plan_state(aftercare, case_id) is PlanState.PAUSED
    shown = text_of(await web.get("/my"))
    assert "Your plan is resting" in shown
    assert "Coming up" not in shown
    for _ in range(2):
        assert (await web.post("/my/plan/go-on")).headers["location"] == "/my?note=goes_on"
    assert await plan_state(aftercare, case_id) is PlanState.ACTIVE
    assert "Coming up" in (await web.get("/my")).text


async def test_a_pause_of_the_centre_is_not_the_clients_to_end(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id)
        assert plan is not None
        plan.state, plan.pause_reason = PlanState.PAUSED, PauseReason.CUSTODY
    assert 'action="/my/plan/go-on"' not in (await web.get("/my/plan")).text
    assert (await web.post("/my/plan/go-on")).headers["location"] == "/my/plan"
    assert await plan_state(aftercare, case_id) is PlanState.PAUSED


async def test_the_end_is_asked_for_twice_and_leaves_the_door_open(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    assert "You cannot undo this here." in (await web.get("/my/plan/end")).text
    assert (await web.post("/my/plan/end")).status_code == 422
    for _ in range(2):
        assert (await web.post("/my/plan/end", data={"sure": "yes"})).headers["location"] == "/my/plan"
    assert await plan_state(aftercare, case_id) is PlanState.ENDED_BY_CLIENT
    assert "The door stays open" in (await web.get("/my/plan")).text
    assert "Your plan is over" in (await web.get("/my")).text
    assert (await web.get("/my/plan/end")).headers["location"] == "/my/plan"


async def test_proof_is_asked_for_only_where_it_is_needed_and_given(
    aftercare: Aftercare, web: httpx2.AsyncClient, set_clock: SetClock
) -> None:
    case_id = await client(aftercare, web)
    await first_over(aftercare, case_id, set_clock)
    assert "Get your proof of attendance" not in (await web.get("/my")).text
    async with aftercare.database.transaction() as session:
        wanted = await preferences_of(session, case_id, ZONE)
        await keep_preferences(session, case_id, wanted.model_copy(update={"verification_needed": True}))
        (first, *_) = await dates(aftercare, case_id)
        enrolment = next(one for one in await aftercare.enrolments(case_id) if one.id == first.enrolment_id)
        row = await session.get_one(Meeting, enrolment.meeting_id)
        row.listing = row.listing | {"verification": "instant"}
    shown = text_of(await web.get("/my"))
    assert "Get your proof of attendance" in shown
    assert "the meeting's own time" in shown
    await web.post(f"/my/dates/{first.id}", data={"outcome": "missed"})
    assert "Get your proof of attendance" not in (await web.get("/my")).text


@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_page_stands_in_both_languages_with_its_labels_and_no_inline_code(
    aftercare: Aftercare, web: httpx2.AsyncClient, language: str
) -> None:
    case_id = await client(aftercare, web)
    await open_check_in(aftercare, case_id)
    web.cookies.set("week_language", language)
    going = next(one for one in await aftercare.enrolments(case_id) if one.state is EnrolmentState.ACTIVE)
    paths = ["", "/meetings", "/wishes", "/calendar", "/check-in", "/messages", "/plan", "/plan/end", "/more"]
    for path in (*paths, f"/meetings/{going.id}/swap", "/asked", "/left", "/enter/unknown"):
        page = await web.get(f"/my{path}")
        assert page.status_code in (200, 404), path
        assert f'<html lang="{language}">' in page.text
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?! src=\"/my-assets/)", page.text)
        ids = re.findall(r' id="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), path
        described = {
            one
            for some in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', page.text)
            for one in some.split()
        }
        assert described | set(re.findall(r'<label for="([^"]+)"', page.text)) <= set(ids), path
        assert page.text.count("<h1") == 1
        assert len(page.content) < 60_000


async def test_nobody_without_a_session_sees_or_changes_anything(
    aftercare: Aftercare, web: httpx2.AsyncClient
) -> None:
    case_id = await client(aftercare, web)
    enrolment = (await aftercare.enrolments(case_id))[0].id
    (first, *_) = await dates(aftercare, case_id)
    web.cookies.clear()
    reads = ["", "/meetings", "/wishes", "/calendar", "/check-in", "/messages", "/plan", "/plan/end", "/more"]
    for path in (*reads, f"/dates/{first.id}", f"/meetings/{enrolment}/swap"):
        page = await web.get(f"/my{path}")
        assert (page.status_code, "Open my week" in page.text) == (401, True), path
    posts = {
        f"/dates/{first.id}": {"outcome": "attended"},
        f"/meetings/{enrolment}/answer": {"said": "no"},
        f"/meetings/{enrolment}/leave": {},
        f"/meetings/{enrolment}/return": {},
        f"/meetings/{enrolment}/swap": {"meeting": str(new_id())},
        "/wishes": {"languages": "es"},
        "/calendar/address": {"wish": "new"},
        "/check-in": {"mood": "5"},
        "/messages": {"wish": "stop_all"},
        "/plan/pause": {},
        "/plan/go-on": {},
        "/plan/end": {"sure": "yes"},
    }
    for path, data in posts.items():
        assert (await web.post(f"/my{path}", data=data)).status_code == 401, path
    assert await plan_state(aftercare, case_id) is PlanState.ACTIVE

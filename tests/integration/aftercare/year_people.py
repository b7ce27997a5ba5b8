"""Who acts in the year of one client: the client, the case manager, the meeting list, intake.

Everybody comes in by their own door: the client by the link in a message, staff by the desk's API, the list
as bytes. Time passes in `live`: between two acts every job runs at the very time it is due.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
from icalendar import Calendar
from sqlalchemy import select

from services.aftercare.meetings.snapshots import confirm_snapshot
from services.aftercare.messages.keeping import tray_of
from services.aftercare.messages.signatures import HEADER, sign
from services.aftercare.tables import CheckIn, FollowUp, Message, Occurrence
from shared import clock
from shared.contracts.aftercare import Attended, FollowUpState, Instrument, OccurrenceState
from shared.contracts.fact import new_id
from shared.identity import Role

from .conftest import LIST, Aftercare, bearer
from .year import Year

SECRET = "sixteen letters or more"
NUMBER = "+15005550123"
CALM = {"use": 0, "urge": 2, "mood": 7, "support": 8, "confidence": 8}
_COMING = (OccurrenceState.PLANNED, OccurrenceState.REMINDED, OccurrenceState.UNCONFIRMED)
_OPEN = (FollowUpState.OPEN, FollowUpState.ATTEMPTED, FollowUpState.OVERDUE)
_DESK_HOUR = time(17)  # UTC: a morning in Los Angeles all year round
_TAP, _QUESTIONS = time(9, 30), time(12)  # on the client's clock
_CALLS = ("first_call", "call", "peer_call", "counsellor", "same_day_call", "use_reported")


@dataclass(frozen=True)
class Habit:
    """How things go for a while. `went` None: the client does not answer; `answers` None: nor the questions.

    `missing`: slugs the daily list lacks. `call`: what becomes of the staff's calls; None: nobody calls.
    """

    went: Attended | None = Attended.ATTENDED
    answers: Mapping[str, int] | None = field(default_factory=lambda: CALM)
    call: str | None = "reached"
    missing: frozenset[str] = frozenset()


@dataclass
class People:
    """`told`: when the client answered for a date, by its id."""

    aftercare: Aftercare
    year: Year
    browser: httpx2.AsyncClient
    keys_dir: Path
    case_id: UUID
    zone: str
    told: dict[UUID, tuple[datetime, Attended]] = field(default_factory=dict)
    _listed_on: date | None = None
    _missing: frozenset[str] = frozenset()

    async def live(self, until: datetime, habit: Habit = Habit()) -> None:
        """Until then: the list and the staff's hour every day, the client's taps and answers."""
        since = clock.now()
        while clock.now() < until:
            moments = [until, self._next_desk_hour()]
            moments += [at for at, _ in await self._taps(since, habit)]
            moments += [at for at, _ in await self._questions(since, habit)]
            await self.year.until(min(moments))
            if clock.now() >= self._next_desk_hour():
                await self._desk_hour(habit)
            for at, one in await self._taps(since, habit):
                if at <= clock.now() and habit.went is not None:
                    await self.tap(one, habit.went)
            for at, check_in in await self._questions(since, habit):
                if at <= clock.now() and habit.answers is not None:
                    await self.answer(check_in, habit.answers)
        await self.year.until(clock.now())

    # The client.

    async def come_in(self, message: Message) -> None:
        """By the link of this message, as a browser does: look, then press."""
        words = (await self.words_of(message))["text"]
        path = next(urlsplit(word.strip(".,")).path for word in words.split() if "/my/enter/" in word)
        assert (await self.browser.get(path)).status_code == 200
        assert (await self.browser.post(path)).headers["location"] == "/my"

    async def events_subscribed_to(self) -> int:
        """How many series the calendar's private address holds."""
        page = (await self.browser.get("/my/calendar")).text
        path = next(iter(re.findall(r"/calendar/[0-9a-f]+\.ics", page)))
        file = Calendar.from_ical((await self.browser.get(path)).content)
        return sum("rrule" in event for event in file.walk("VEVENT"))

    async def tap(self, one: Occurrence, went: Attended) -> None:
        await self._press(f"/my/dates/{one.id}", {"outcome": went.value})
        self.told[one.id] = clock.now(), went

    async def answer(self, check_in: CheckIn, items: Mapping[str, int]) -> None:
        sent = {name: str(value) for name, value in items.items()}
        await self._press("/my/check-in", sent | {"check_in": str(check_in.id)})

    async def leave(self, enrolment_id: UUID) -> None:
        await self._press(f"/my/meetings/{enrolment_id}/leave", {})

    async def text(self, words: str) -> None:
        """To us, over the gateway."""
        content = json.dumps({"id": f"e-{new_id().hex}", "from": NUMBER, "text": words}).encode()
        headers = {HEADER: sign(SECRET, content, clock.now()), "content-type": "application/json"}
        assert (
            await self.browser.post("/texts/inbound", content=content, headers=headers)
        ).status_code == 200

    async def stop_link(self, message: Message, wish: str) -> None:
        """The page at the end of an e-mail."""
        words = (await self.words_of(message))["text"]
        path = next(urlsplit(word.strip(".,")).path for word in words.split() if "/stop/" in word)
        assert (await self.browser.post(path, data={"wish": wish})).status_code == 200

    async def _press(self, path: str, form: dict[str, str]) -> None:
        answer = await self.browser.post(path, data=form)
        assert answer.status_code == 303, (path, answer.status_code)
        assert answer.headers["location"] != "/my/enter", path

    # The case manager.

    async def ask_desk(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = bearer(self.keys_dir, Role.CASE_MANAGER)
        answer = await self.browser.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def of_case(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return await self.ask_desk(method, f"/cases/{self.case_id}{path}", body)

    async def call(self, follow_up_id: str, outcome: str, channel: str = "call") -> None:
        path = f"/follow-ups/{follow_up_id}/attempts"
        await self.ask_desk("POST", path, {"channel": channel, "outcome": outcome})

    async def to_do(self) -> list[dict[str, Any]]:
        tasks = (await self.of_case("GET", "/follow-ups"))["follow_ups"]
        return [one for one in tasks if one["state"] in ("open", "attempted", "overdue")]

    async def _desk_hour(self, habit: Habit) -> None:
        self._listed_on = clock.now().date()
        await self.list_says(habit.missing)
        for one in await self.to_do() if await self._something_to_do() else ():
            if one["kind"] in _CALLS:
                if habit.call is not None:
                    await self.call(one["follow_up_id"], habit.call)
            elif one["kind"] != "review":  # those are held with the client, in the story
                await self.ask_desk("POST", f"/follow-ups/{one['follow_up_id']}/complete")
        await self.year.until(clock.now())

    async def list_says(self, missing: frozenset[str] = frozenset()) -> None:
        """The same as yesterday: the source says so (HTTP 304), as it would on most days."""
        if missing == self._missing:
            async with self.aftercare.database.transaction() as session:
                assert await confirm_snapshot(session, "demo") is not None
            return
        self._missing = missing
        rows = [row for row in json.loads(LIST) if row["slug"] not in missing]
        await self.aftercare.import_list(json.dumps(rows).encode())

    async def _something_to_do(self) -> bool:
        query = select(FollowUp.id).where(FollowUp.case_id == self.case_id, FollowUp.state.in_(_OPEN))
        async with self.aftercare.database.reading() as session:
            return (await session.scalars(query.limit(1))).first() is not None

    def _next_desk_hour(self) -> datetime:
        today = clock.now().date()
        done = self._listed_on == today
        return datetime.combine(today + timedelta(days=done), _DESK_HOUR, UTC)

    # What there is to answer.

    async def _taps(self, since: datetime, habit: Habit) -> list[tuple[datetime, Occurrence]]:
        """Dates the client will answer for on the next morning, with the time."""
        if habit.went is None:
            return []
        query = select(Occurrence).where(Occurrence.case_id == self.case_id, Occurrence.state.in_(_COMING))
        async with self.aftercare.database.reading() as session:
            found = list(await session.scalars(query.order_by(Occurrence.starts_at)))
        taps = [(self.morning_after(one.ends_at), one) for one in found]
        return [(at, one) for at, one in taps if at > since]

    def morning_after(self, moment: datetime) -> datetime:
        there = ZoneInfo(self.zone)
        day = moment.astimezone(there).date() + timedelta(days=1)
        return datetime.combine(day, _TAP, there).astimezone(UTC)

    async def _questions(self, since: datetime, habit: Habit) -> list[tuple[datetime, CheckIn]]:
        if habit.answers is None:
            return []
        query = select(CheckIn).where(
            CheckIn.case_id == self.case_id,
            CheckIn.instrument == Instrument.WEEKLY,
            CheckIn.answered_at.is_(None),
            CheckIn.open_until > clock.now(),
        )
        async with self.aftercare.database.reading() as session:
            found = list(await session.scalars(query))
        there = ZoneInfo(self.zone)
        at = [datetime.combine(one.due_on, _QUESTIONS, there).astimezone(UTC) for one in found]
        return [(moment, one) for moment, one in zip(at, found, strict=True) if moment > since]

    # What became of it.

    async def words_of(self, message: Message) -> dict[str, str]:
        """As the tray keeps it."""
        async with self.aftercare.database.transaction() as session:
            words = await tray_of(session, message)
        assert words is not None
        return words

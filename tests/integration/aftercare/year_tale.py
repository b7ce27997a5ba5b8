"""The stage of the year: who acts, what is printed, and what the oracle must know of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from services.aftercare.main import build
from services.aftercare.tables import (
    Enrolment,
    EnrolmentState,
    Meeting,
    Message,
    MessageState,
    Occurrence,
    Plan,
    Purpose,
)
from shared import clock
from shared.contracts.fact import Fact, new_id

from .conftest import SETTINGS, Aftercare, SetClock
from .telling import messages, the_plan
from .year import year_of
from .year_diary import Diary
from .year_oracle import World
from .year_people import SECRET, People

HOME, PHOENIX = "America/Los_Angeles", "America/Phoenix"
_WEB = "http://aftercare"


def at(day: str, clock_time: str = "10:00", zone: str = HOME) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock_time}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass
class Tale:
    people: People
    diary: Diary
    world: World
    case_id: UUID

    async def write(self, what: str) -> None:
        await self.diary.write(what, self.people.zone)

    async def hear(self, *facts: Fact) -> None:
        await self.people.aftercare.hear(*facts)
        await self.people.year.until(clock.now())

    # What is on file.

    async def plan(self) -> Plan:
        return await the_plan(self.people.aftercare, self.case_id)

    async def enrolments(self) -> list[Enrolment]:
        return await self.people.aftercare.enrolments(self.case_id)

    async def meetings_on_file(self) -> list[tuple[Any, ...]]:
        columns = (
            Meeting.source_id,
            Meeting.listed,
            Meeting.unseen,
            Meeting.content_hash,
            Meeting.withdrawn_on,
        )
        async with self.people.aftercare.database.reading() as session:
            return [tuple(row) for row in await session.execute(select(*columns).order_by(Meeting.source_id))]

    async def enrolment(self, slug: str) -> Enrolment:
        """The client's place in the meeting the list calls so."""
        query = (
            select(Enrolment)
            .join(Meeting, Meeting.id == Enrolment.meeting_id)
            .where(Enrolment.case_id == self.case_id, Meeting.source_id == slug)
        )
        async with self.people.aftercare.database.reading() as session:
            return (await session.scalars(query)).one()

    async def state_of(self, slug: str) -> EnrolmentState:
        return (await self.enrolment(slug)).state

    async def last(self, purpose: Purpose) -> Message:
        rows = await messages(self.people.aftercare, self.case_id)
        return [one for one in rows if one.purpose is purpose and one.state is MessageState.SENT][-1]

    # What happens, with what the oracle must know of it.

    async def call_off(self, slug: str, start: datetime) -> None:
        enrolment = await self.enrolment(slug)
        query = select(Occurrence.id).where(
            Occurrence.enrolment_id == enrolment.id, Occurrence.starts_at == start
        )
        async with self.people.aftercare.database.reading() as session:
            date_id = (await session.scalars(query)).one()
        await self.people.of_case("POST", f"/plan/dates/{date_id}/call-off")
        self.world.called_off[enrolment.id, start] = clock.now()
        await self.people.year.until(clock.now())

    def doubt(self, slug: str, since: datetime, until: datetime) -> None:
        self.world.doubts.setdefault(slug, []).append((since, until))

    def no_texts_since(self) -> None:
        self.world.no_texts.append((clock.now(), _FOREVER))

    def texts_again(self) -> None:
        self.world.no_texts[-1] = self.world.no_texts[-1][0], clock.now()

    def stopped_since(self) -> None:
        self.world.stopped.append((clock.now(), _FOREVER))

    def written_to_again(self) -> None:
        self.world.stopped[-1] = self.world.stopped[-1][0], clock.now()

    async def moves_to(self, zone: str) -> None:
        wanted = await self.people.of_case("GET", "/preferences")
        await self.people.of_case("PUT", "/preferences", wanted | {"zone": zone})
        self.people.zone = zone
        self.world.zones.append((clock.now(), zone))
        await self.people.year.until(clock.now())

    async def expect_to_do(self, *kinds: str) -> None:
        found = {one["kind"] for one in await self.people.to_do()}
        assert set(kinds) <= found, found

    async def call(self, kind: str, outcome: str, channel: str = "call") -> None:
        """Somebody tries, for the open task of this kind."""
        task = next(one for one in await self.people.to_do() if one["kind"] == kind)
        await self.people.call(task["follow_up_id"], outcome, channel)
        await self.people.year.until(clock.now())

    async def review(self, *, leaves: str = "", **agreed: Any) -> None:
        """The review held, its task done; the client leaves the meeting named."""
        task = next(one for one in await self.people.to_do() if one["kind"] == "review")
        await self.people.ask_desk("POST", f"/follow-ups/{task['follow_up_id']}/complete")
        await self.people.of_case("POST", "/plan/review", agreed)
        if leaves:
            await self.people.leave((await self.enrolment(leaves)).id)
        await self.people.year.until(clock.now())


_FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def begin(aftercare: Aftercare, set_clock: SetClock, keys_dir: Path) -> AsyncGenerator[Tale]:
    """The service with its tray, its pages and its desk; the list is on file, the client in the house."""
    app = await _app(aftercare, keys_dir)
    case_id = new_id()
    await aftercare.import_list()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=_WEB) as browser:
        year = year_of(aftercare, set_clock)
        people = People(aftercare, year, browser, keys_dir, case_id, HOME)
        yield Tale(people, Diary(aftercare, case_id), World([(clock.now(), HOME)]), case_id)


async def _app(aftercare: Aftercare, keys_dir: Path) -> FastAPI:
    own = {"keys_dir": keys_dir, "database_url": "sqlite+aiosqlite://", "aftercare_url": _WEB}
    aftercare.settings = SETTINGS.model_copy(update=own | {"text_webhook_secret": SecretStr(SECRET)})
    app = build(aftercare.settings)
    await app.state.database.dispose()
    app.state.database = aftercare.database
    return app

"""Two clients, told to a service that lives and dies (lives.py), and what is there in the end."""

import json
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.aftercare.follow_up.concerns import acknowledge, raise_concern
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.tables import (
    Concern,
    Enrolment,
    EnrolmentState,
    FollowUp,
    Meeting,
    Message,
    MessageState,
    Occurrence,
    Plan,
    Purpose,
)
from shared import clock
from shared.contracts.aftercare import ConcernCause, MessageChannel
from shared.contracts.fact import new_id
from shared.contracts.intake import ClientDischarged, DischargeType
from shared.database import Database
from shared.jobs import jobs
from shared.messaging.outbox import outbox
from shared.sealing import KeyRing
from tests.drills.lives import KILLED, Nursery, nursery
from tests.integration.aftercare.conftest import LIST, ZONE, Aftercare
from tests.integration.aftercare.letters import NOON, Outside, outside

HOUR = timedelta(hours=1)
PAUSE = timedelta(minutes=1)  # then what the dead one was at is surely free again
CHANNELS = MessageChannel.TEXT, MessageChannel.EMAIL
# Of two that are as good as each other on one day the ids decide, and those differ from run to run.
_ONLINE = [row for row in json.loads(LIST) if "conference_url" in row and type(row["day"]) is int]
ONE_A_DAY = list({row["day"]: row for row in reversed(_ONLINE)}.values())

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Found:
    """What is there in the end, by client number and without ids of this run's own."""

    plans: Counter[Row]
    enrolments: Counter[Row]
    dates: Counter[Row]
    said: Counter[Row]
    tasks: Counter[Row]
    messages: Counter[Row]

    def against(self, other: "Found") -> dict[str, tuple[Counter[Row], Counter[Row]]]:
        """By name what is only here and only there; empty when they are the same."""
        pairs = {one.name: (getattr(self, one.name), getattr(other, one.name)) for one in fields(self)}
        return {name: (here - there, there - here) for name, (here, there) in pairs.items() if here != there}


class Story:
    """Two clients leave; an hour later a meeting of theirs moves to the night; next day one is in danger.

    One is written to by text, the other by e-mail, which cannot be repeated.
    """

    def __init__(self, database: Database, world: Outside, raised: Nursery | None) -> None:
        self.database, self.world, self.nursery = database, world, raised
        self.aftercare = Aftercare(database, world.settings)
        self.clients = [new_id() for _ in CHANNELS]

    async def begin(self) -> None:
        clock.shift(NOON - datetime.now(UTC))
        await self._lists(ONE_A_DAY)
        async with self.database.transaction() as session:
            for case_id, channel in zip(self.clients, CHANNELS, strict=True):
                await keep_preferences(session, case_id, Preferences(zone=ZONE, channels=[channel]))
        self.facts = [
            ClientDischarged(
                case_id=case_id,
                stay_id=new_id(),
                occurred_at=NOON,
                discharged_at=NOON,
                type=DischargeType.COMPLETED,
                aftercare_consent_id=new_id(),
            )
            for case_id in self.clients
        ]

    async def live(
        self, at: datetime, dies_at: Sequence[str] = (), killed_after: Sequence[float] = ()
    ) -> None:
        """Lives that are cut short, each told of the discharges again, and one that is not. A place without a
        dot is a kind of job: that life does all of these and nothing else. Without a nursery it is this
        process that lives."""
        for place in dies_at:
            ended = await self._life(at, dies_at=place)
            assert ended == (KILLED if "." in place else 0), f"{place} at {at}: {await self.open_jobs()}"
            at += PAUSE
        for seconds in killed_after:
            assert await self._life(at, killed_after=seconds) in (0, KILLED)
            at += PAUSE
        clock.shift(at - datetime.now(UTC))
        assert await self._life(at) == 0

    async def _life(self, at: datetime, **ends: Any) -> int:
        if self.nursery is not None:
            return await self.nursery.life(at, self.facts, **ends)
        await self.aftercare.hear(*self.facts)
        await self.aftercare.run_jobs()
        return 0

    async def a_meeting_moves(self, at: datetime) -> None:
        """To the night, where nobody of them can go."""
        clock.shift(at - datetime.now(UTC))
        on_calendar = select(Meeting.source_id).join(Enrolment, Enrolment.meeting_id == Meeting.id)
        query = on_calendar.where(Enrolment.state == EnrolmentState.ACTIVE).order_by(Meeting.source_id)
        async with self.database.reading() as session:
            moves = await session.scalar(query.limit(1))
        await self._lists([row | {"time": "03:00"} if row["slug"] == moves else row for row in ONE_A_DAY])

    async def _lists(self, rows: list[dict[str, Any]]) -> None:
        await self.aftercare.import_list(json.dumps(rows).encode())

    async def somebody_is_in_danger(self, at: datetime) -> UUID:
        clock.shift(at - datetime.now(UTC))
        async with self.database.transaction() as session:
            plan = await latest_plan(session, self.clients[0], lock=True)
            assert plan is not None
            return (await raise_concern(session, plan, 3, ConcernCause.SELF_HARM, key="drill")).id

    async def somebody_has_it(self, concern_id: UUID) -> None:
        async with self.database.transaction() as session:
            assert await acknowledge(session, await session.get_one(Concern, concern_id), new_id())

    async def pages(self) -> list[Message]:
        rows = [one for one in await self._rows(Message) if one.purpose is Purpose.PAGE_STAFF]
        return sorted(rows, key=lambda one: int(one.details["turn"]))

    async def found(self) -> Found:
        async with self.database.reading() as session:
            names = {row.id: row.source_id for row in await session.scalars(select(Meeting))}
            facts = (await session.execute(select(outbox.c.case_id, outbox.c.subject))).all()
        enrolments = await self._rows(Enrolment)
        slugs = {one.id: names[one.meeting_id] for one in enrolments}
        who = self.clients.index
        return Found(
            Counter((who(one.case_id), one.state) for one in await self._rows(Plan)),
            Counter((who(one.case_id), names[one.meeting_id], one.state, one.sequence) for one in enrolments),
            Counter(
                (who(one.case_id), slugs[one.enrolment_id], one.original_start, one.starts_at, one.state)
                for one in await self._rows(Occurrence)
            ),
            Counter((who(case_id), subject) for case_id, subject in facts),
            Counter((who(one.case_id), one.kind, one.state) for one in await self._rows(FollowUp)),
            Counter(
                (who(one.case_id), one.purpose, "left" if _was_handed_over(one) else one.state)
                for one in await self._rows(Message)
                if one.purpose is not Purpose.PAGE_STAFF
            ),
        )

    def letters_that_must_not_repeat(self) -> list[str]:
        """Their ids. A text is sent once a key (Gateway), a calendar entry twice is the same entry."""
        taken = self.world.mail.room.taken
        words = (
            one for one in taken if not any("calendar" in part.get_content_type() for part in one.walk())
        )
        return [str(one["message-id"]) for one in words if "night@" not in str(one["to"])]

    async def open_jobs(self) -> list[Row]:
        """Why a place may not have been reached."""
        columns = jobs.c.kind, jobs.c.due_at, jobs.c.leased_until, jobs.c.attempts, jobs.c.last_code
        query = select(*columns).where(jobs.c.done_at.is_(None)).order_by(jobs.c.due_at).limit(20)
        async with self.database.reading() as session:
            return [tuple(row) for row in await session.execute(query)]

    async def lost_jobs(self) -> list[Row]:
        """Due and not done, or given up."""
        lost = jobs.c.done_at.is_(None) & (jobs.c.due_at <= clock.now()) | jobs.c.gave_up_at.is_not(None)
        async with self.database.reading() as session:
            return [tuple(row) for row in await session.execute(select(jobs.c.kind, jobs.c.key).where(lost))]

    async def _rows(self, table: type[Any]) -> list[Any]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(table).order_by(table.id)))


def _was_handed_over(one: Message) -> bool:
    """An e-mail whose fate nobody knows after a death is not sent again; staff see it."""
    unknown = one.channel is MessageChannel.EMAIL and (one.state, one.reason) == (
        MessageState.FAILED,
        "uncertain",
    )
    return one.state is MessageState.SENT or unknown


@asynccontextmanager
async def told(url: str, folder: Path, *, killed: bool) -> AsyncGenerator[Story]:
    keys = secrets.token_bytes(32), secrets.token_bytes(32)
    database = Database(url, "aftercare", KeyRing(*keys))
    try:
        async with outside(folder) as world, AsyncExitStack() as stack:
            raised = nursery(url, keys, world.plain())
            story = Story(database, world, await stack.enter_async_context(raised) if killed else None)
            await story.begin()
            yield story
    finally:
        clock.shift(timedelta())
        await database.dispose()

"""Aftercare on a real database of each kind, with the demonstration's meetings on file."""

from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import func, select

import services.aftercare
from services.aftercare.handlers import HEARD
from services.aftercare.main import WORK, build
from services.aftercare.meetings.reading import read
from services.aftercare.meetings.snapshots import take_snapshot
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, Import, Plan
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.fact import Fact, new_id
from shared.contracts.intake import ClientDischarged, DischargeType
from shared.database import Database
from shared.identity import Role, Signer
from shared.job_runner import JobRunner
from shared.jobs import jobs
from shared.messaging.consumer import Consumer, Incoming
from shared.messaging.outbox import outbox
from tests.conftest import MakeDatabase, eventually

from .intake_door import IntakeDoor

LIST = (Path(services.aftercare.__file__).parent / "demo_meetings.json").read_bytes()
ZONE = "America/Los_Angeles"
A_MOMENT = timedelta(seconds=3)
SETTINGS = Settings(centre_zone=ZONE, demo=True, tray=True)


@dataclass
class Aftercare:
    """The service without its transport: facts in, jobs run, rows and facts out."""

    database: Database
    settings: Settings = field(default_factory=lambda: SETTINGS)
    door: IntakeDoor = field(default_factory=IntakeDoor)

    async def hear(self, *facts: Fact) -> None:
        await Consumer(self.database, HEARD).apply(
            [Incoming(fact.subject, fact.model_dump_json().encode()) for fact in facts]
        )

    async def import_list(self, raw: bytes = LIST, source: str = "demo") -> Import:
        async with self.database.transaction() as session:
            return (await take_snapshot(session, source, raw, read(raw, source))).snapshot

    async def run_jobs(self, *kinds: str) -> None:
        """Run what is due now until nothing is left; only these kinds of job, or all of the service's."""
        place = Workplace(self.database, self.settings, self.door.peer())
        wanted = {kind: partial(work, place) for kind, work in WORK.items() if not kinds or kind in kinds}
        runner = JobRunner(self.database, wanted)

        async def idle() -> bool:
            await runner.run_due()
            return await self.due_jobs(*wanted) == 0

        await eventually(idle, within=45)

    async def due_jobs(self, *kinds: str) -> int:
        """How many jobs of these kinds are due and not done, those put back for a moment too."""
        due = select(func.count()).select_from(jobs).where(jobs.c.done_at.is_(None), jobs.c.kind.in_(kinds))
        due = due.where(jobs.c.gave_up_at.is_(None))
        async with self.database.reading() as session:
            return await session.scalar(due.where(jobs.c.due_at <= clock.now() + A_MOMENT)) or 0

    async def plans(self, case_id: UUID) -> list[Plan]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Plan).where(Plan.case_id == case_id).order_by(Plan.id)))

    async def enrolments(self, case_id: UUID) -> list[Enrolment]:
        """Without the one that is only kept beside the week as a fall-back."""
        mine = Enrolment.case_id == case_id, Enrolment.fall_back.is_(False)
        query = select(Enrolment).where(*mine).order_by(Enrolment.id)
        async with self.database.reading() as session:
            return list(await session.scalars(query))

    async def said(self, case_id: UUID) -> list[str]:
        """The facts said of a case, by their short names, in order."""
        query = select(outbox.c.subject).where(outbox.c.case_id == case_id).order_by(outbox.c.id)
        async with self.database.reading() as session:
            return [subject.split(".")[2] for subject in await session.scalars(query)]


def discharged(
    case_id: UUID | None = None,
    kind: DischargeType = DischargeType.COMPLETED,
    *,
    consent: bool = True,
    stay_id: UUID | None = None,
) -> ClientDischarged:
    return ClientDischarged(
        case_id=case_id or new_id(),
        stay_id=stay_id or new_id(),
        occurred_at=clock.now(),
        discharged_at=clock.now(),
        type=kind,
        aftercare_consent_id=new_id() if consent else None,
    )


SetClock = Callable[[datetime], None]


@pytest.fixture
def set_clock() -> Generator[SetClock]:
    """`set_clock(moment)`: it is that moment now, and time runs on from there. Put right after the test."""

    def to(moment: datetime) -> None:
        clock.shift(moment - datetime.now(UTC))

    yield to
    clock.shift(timedelta())


def bearer(keys_dir: Path, role: Role) -> dict[str, str]:
    token = Signer.from_keys(keys_dir, "operator").token("aftercare", role=role, subject=new_id())
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
async def aftercare(make_database: MakeDatabase) -> Aftercare:
    service = Aftercare(await make_database("aftercare"))
    await service.import_list()
    return service


@pytest.fixture
async def web(aftercare: Aftercare, keys_dir: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    """The service's HTTP face on the same database, called by a case manager."""
    app = build(
        Settings(keys_dir=keys_dir, database_url="sqlite+aiosqlite://", aftercare_url="http://aftercare")
    )
    await app.state.database.dispose()
    app.state.database = aftercare.database
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app),
        base_url="http://aftercare",
        headers=bearer(keys_dir, Role.CASE_MANAGER),
    ) as client:
        yield client

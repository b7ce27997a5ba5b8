"""What happens to one client with two stays, and how it is heard of: in order, late, twice, or never.

The facts are made in order; hearing of them is another matter. `plan_life_test.py` says what must hold.
"""

import asyncio
import json
import secrets
import tempfile
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select

from services.aftercare.plans.enrolment import accept, decline
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import clock
from shared.contracts.fact import Fact, new_id
from shared.contracts.intake import (
    ClientAdmitted,
    ClientDischarged,
    ConsentGiven,
    ConsentItem,
    ConsentRevoked,
    DischargeCancelled,
    DischargePlanned,
    DischargeType,
)
from shared.database import Database
from shared.sealing import KeyRing
from tests.templates import Templates

from .conftest import LIST, Aftercare

HEARD = st.sampled_from(["now", "now", "twice", "later"])
START = datetime(2026, 10, 19, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
T = TypeVar("T")
# Few meetings, so that matching costs little and suggestions repeat; more fit than are wanted. One row each.
FEW = [row for row in json.loads(LIST) if "conference_url" in row and isinstance(row["day"], int)][:8]
KINDS = [kind for kind in DischargeType if kind is not DischargeType.DECEASED]


class Events(RuleBasedStateMachine):
    """Each example has a database of its own. Days pass between the events."""

    templates: Templates
    runner: asyncio.Runner

    facts = Bundle("facts")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        clock.shift(START - datetime.now(UTC))
        self.case_id = new_id()
        self.first, self.second = new_id(), new_id()
        # The world as it is, whatever was heard of it: where the client lies, and when which stay ended.
        self.house: UUID | None = self.first
        self.gone: dict[UUID, datetime] = {}
        self.heard: list[Fact] = []
        self.folder = tempfile.TemporaryDirectory(prefix="throughcare-")
        self.aftercare = Aftercare(self.do(self._open()))
        self.lists(FEW)

    async def _open(self) -> Database:
        ring = KeyRing(secrets.token_bytes(32), secrets.token_bytes(32))
        return Database(await self.templates.sqlite(Path(self.folder.name), "aftercare"), "aftercare", ring)

    def teardown(self) -> None:
        self.do(self.aftercare.database.dispose())
        self.folder.cleanup()

    def do(self, what: Awaitable[T]) -> T:
        async def it() -> T:
            return await what

        return self.runner.run(it())

    def lists(self, rows: list[dict[str, Any]]) -> None:
        self.do(self.aftercare.import_list(json.dumps(rows).encode()))

    def rows(self, table: type[Any]) -> list[Any]:
        async def read() -> list[Any]:
            async with self.aftercare.database.reading() as session:
                query = select(table).where(table.case_id == self.case_id)
                return list(await session.scalars(query))

        return self.do(read())

    def _pass(self, hours: int = 1) -> datetime:
        """Each fact has an instant of its own."""
        self.now += hours * HOUR
        clock.shift(self.now - datetime.now(UTC))
        return self.now

    # What happens.

    @initialize(target=facts, agreed=st.booleans(), heard=HEARD, running=st.booleans())
    def leaves(self, agreed: bool, heard: str, running: bool) -> Fact:
        """Every other time with a plan that runs already: left alone, chance seldom gets that far."""
        if running:
            fact = self._leave(self.first, DischargeType.COMPLETED, "now", new_id())
            self.time_passes(1)
            assert any(plan.state is PlanState.ACTIVE for plan in self.rows(Plan))
            return fact
        return self._leave(self.first, DischargeType.COMPLETED, heard, new_id() if agreed else None)

    @precondition(lambda self: self.house is not None)
    @rule(target=facts, kind=st.sampled_from(KINDS), heard=HEARD)
    def leaves_again(self, kind: DischargeType, heard: str) -> Fact:
        assert self.house is not None
        return self._leave(self.house, kind, heard)

    @precondition(lambda self: self.gone)
    @rule(target=facts, second=st.booleans(), kind=st.sampled_from(KINDS), heard=HEARD)
    def it_is_told_otherwise_how(self, second: bool, kind: DischargeType, heard: str) -> Fact:
        return self._correct(second, kind, heard)

    @precondition(lambda self: self.gone)
    @rule(target=facts, second=st.booleans(), really=st.integers(0, 3), heard=HEARD)
    def dies(self, second: bool, really: int, heard: str) -> Fact:
        """Seldom: all that follows is silence."""
        return self._correct(second, DischargeType.HOME if really else DischargeType.DECEASED, heard)

    @precondition(lambda self: self.house is None)
    @rule(target=facts, heard=HEARD)
    def stays_after_all(self, heard: str) -> Fact:
        """Only the last discharge can be taken back."""
        stay = max(self.gone, key=lambda each: self.gone[each])
        del self.gone[stay]
        self.house = stay
        ids = {"case_id": self.case_id, "stay_id": stay}
        return self._made(DischargeCancelled(occurred_at=self._pass(), **ids), heard)

    @precondition(lambda self: self.house is not None)
    @rule(target=facts, heard=HEARD)
    def is_to_leave(self, heard: str) -> Fact:
        now = self._pass()
        ids = {"case_id": self.case_id, "stay_id": self.house}
        return self._made(DischargePlanned(occurred_at=now, planned_for=now + 72 * HOUR, **ids), heard)

    @precondition(lambda self: self.house is None and self.second not in self.gone)
    @rule(target=facts, heard=HEARD)
    def comes_back(self, heard: str) -> Fact:
        now = self._pass()
        self.house = self.second
        ids = {"case_id": self.case_id, "stay_id": self.second}
        return self._made(ClientAdmitted(occurred_at=now, admitted_at=now, **ids), heard)

    @rule(target=facts, yes=st.booleans(), heard=HEARD)
    def consents(self, yes: bool, heard: str) -> Fact:
        kind = ConsentGiven if yes else ConsentRevoked
        ids = {"case_id": self.case_id, "consent_id": new_id()}
        return self._made(kind(occurred_at=self._pass(), item=ConsentItem.AFTERCARE, **ids), heard)

    @rule(yes=st.booleans(), which=st.integers(0, 4))
    def client_answers(self, yes: bool, which: int) -> None:
        async def answer() -> None:
            async with self.aftercare.database.transaction() as session:
                plan = await latest_plan(session, self.case_id, lock=True)
                if plan is None:
                    return
                query = select(Enrolment).where(
                    Enrolment.plan_id == plan.id, Enrolment.state == EnrolmentState.SUGGESTED
                )
                offers = list(await session.scalars(query.order_by(Enrolment.id)))
                if offers:
                    chosen = offers[which % len(offers)]
                    await (accept if yes else decline)(session, plan, chosen)

        self.do(answer())

    @rule(which=st.integers(0, 4), to=st.sampled_from(["18:15", "03:00"]), followed=st.booleans())
    def a_meeting_moves(self, which: int, to: str, followed: bool) -> None:
        """One the client goes to, if there is any: within the evening it is kept, to the night replaced. What
        moved before goes back."""
        going = [one.meeting_id for one in self.rows(Enrolment) if one.state is EnrolmentState.ACTIVE]
        moves = self._slug(going[which % len(going)]) if going else FEW[which]["slug"]
        self.lists([row | {"time": to} if row["slug"] == moves else row for row in FEW])
        if followed:
            self.do(self.aftercare.run_jobs())

    def _slug(self, meeting_id: UUID) -> str:
        async def read() -> str:
            async with self.aftercare.database.reading() as session:
                return (await session.get_one(Meeting, meeting_id)).source_id

        return self.do(read())

    # How it is heard of, and what the service does meanwhile.

    @rule(fact=facts)
    def hear_again(self, fact: Fact) -> None:
        """Late, or once more."""
        self.do(self.aftercare.hear(fact.model_copy(update={"event_id": new_id()})))
        self.heard.append(fact)

    @rule(hours=st.sampled_from([1, 26, 80]))
    def time_passes(self, hours: int) -> None:
        self._pass(hours)
        self.do(self.aftercare.run_jobs())

    def _leave(self, stay: UUID, kind: DischargeType, heard: str, consent: UUID | None = None) -> Fact:
        self.house, self.gone[stay] = None, self._pass()
        return self._made(self._left(stay, kind, consent), heard)

    def _correct(self, second: bool, kind: DischargeType, heard: str) -> Fact:
        wanted = self.second if second else self.first
        self._pass()
        return self._made(self._left(wanted if wanted in self.gone else next(iter(self.gone)), kind), heard)

    def _left(self, stay: UUID, kind: DischargeType, consent: UUID | None = None) -> ClientDischarged:
        return ClientDischarged(
            occurred_at=self.now,
            case_id=self.case_id,
            stay_id=stay,
            discharged_at=self.gone[stay],
            type=kind,
            aftercare_consent_id=consent,
        )

    def _made(self, fact: Fact, heard: str) -> Fact:
        for _ in range({"later": 0, "now": 1, "twice": 2}[heard]):
            self.hear_again(fact)
        return fact

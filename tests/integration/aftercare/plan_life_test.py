"""A plan's life told by an independent reading of the specification: whatever is told twice, late or in any
order, the plan ends where the orderly telling ends, and no date or enrolment takes a way it may not."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from services.aftercare.plans.enrolment import accept, decline
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import (
    Enrolment,
    EnrolmentState,
    Message,
    MessageState,
    Occurrence,
    Plan,
    PlanState,
    Purpose,
)
from shared import clock
from shared.contracts.aftercare import OccurrenceState
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

from .conftest import LIST, SETTINGS, Aftercare

HEARD = st.sampled_from(["now", "now", "twice", "later"])
START = datetime(2026, 10, 19, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
T = TypeVar("T")
# Few meetings, so that matching costs little and suggestions repeat.
FEW = json.dumps(json.loads(LIST)[:8]).encode()
KINDS = [kind for kind in DischargeType if kind is not DischargeType.DECEASED]

# The specification's list of ways (8.2), written down here once more; a row may also vanish.
WAYS = {
    "planned": {"reminded", "unconfirmed", "cancelled", "not_held", "attended", "missed", "unknown"},
    "reminded": {"unconfirmed", "cancelled", "not_held", "attended", "missed", "unknown"},
    "unconfirmed": {"planned", "not_held", "cancelled", "unknown"},
}
OPEN = {"suggested", "accepted", "waiting"}
ENROLMENT_WAYS = {
    "suggested": {"accepted", "active", "declined", "ended", "waiting"},
    "accepted": {"active", "ended", "declined"},
    # Ended and, within the same step, suggested and taken up again.
    "active": {"suspended", "replaced", "ended", "suggested"},
    "ended": {"suggested", "active", "accepted"},
    "replaced": {"suggested", "active"},
    "declined": set(),
}


class OrderlyTelling:
    """The same facts in the order in which they happened, read by somebody with a pencil."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.house: UUID | None = None  # the stay in which the client lies, after leaving one
        self.left: dict[UUID, tuple[datetime, DischargeType]] = {}
        self.expected: set[UUID] = set()
        self.agreed: bool | None = None
        for fact in sorted(facts, key=lambda fact: fact.occurred_at):
            self._tell(fact)

    def _tell(self, fact: Fact) -> None:
        match fact:
            case ClientAdmitted():
                self.house = fact.stay_id
            case DischargePlanned():
                self.expected.add(fact.stay_id)
            case ClientDischarged():
                self.left[fact.stay_id] = (fact.discharged_at, fact.type)
            case DischargeCancelled():
                self.left.pop(fact.stay_id, None)
                self.expected.discard(fact.stay_id)
            case ConsentGiven():
                self.agreed = True
            case ConsentRevoked():
                self.agreed = False

    def plan_of(self, stay: UUID) -> set[PlanState]:
        """Where the plan of this stay may be; `set()`: there need not be one."""
        if any(kind is DischargeType.DECEASED for _, kind in self.left.values()):
            return {PlanState.CLOSED, PlanState.SUPERSEDED}
        if stay not in self.left:
            return {PlanState.DRAFT, PlanState.OFFERED} if stay in self.expected else {PlanState.DRAFT}
        at, kind = self.left[stay]
        if any(other > at for other, _ in self.left.values()):
            return {PlanState.SUPERSEDED}
        if self.house is not None and self.house != stay and self.house not in self.left:
            return {PlanState.PAUSED, PlanState.SUPERSEDED}
        if kind is DischargeType.TRANSFERRED:
            return {PlanState.DRAFT}
        return {PlanState.OFFERED, PlanState.ACTIVE, PlanState.DRAFT}


class PlanLife(RuleBasedStateMachine):
    """Facts are made in order, and heard in any. Two stays of one client; days pass between."""

    database: Database
    runner: asyncio.Runner

    facts = Bundle("facts")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.case_id = new_id()
        self.first, self.second = new_id(), new_id()
        # One database for all examples: the clients before this one must not fill the meetings.
        self.aftercare = Aftercare(self.database, SETTINGS.model_copy(update={"courtesy_cap": 10_000}))
        # The world as it is, whatever was heard of it: where the client lies, and when which stay ended.
        self.house: UUID | None = self.first
        self.gone: dict[UUID, datetime] = {}
        self.heard: list[Fact] = []
        self.dates: dict[UUID, str] = {}
        self.enrolments: dict[UUID, str] = {}
        self.superseded: set[UUID] = set()

    def do(self, what: Awaitable[T]) -> T:
        async def it() -> T:
            return await what

        return self.runner.run(it())

    def _now(self) -> datetime:
        """Each fact has an instant of its own."""
        self.now += HOUR
        clock.shift(self.now - datetime.now(UTC))
        return self.now

    # What happens, in order; hearing of it is another matter.

    @initialize(target=facts, agreed=st.booleans(), heard=HEARD, running=st.booleans())
    def leaves(self, agreed: bool, heard: str, running: bool) -> Fact:
        """Every other time with a plan that runs already: left alone, chance seldom gets that far."""
        if running:
            fact = self._leave(self.first, DischargeType.COMPLETED, "now", new_id())
            self.time_passes(1)
            assert any(plan.state is PlanState.ACTIVE for plan in self._rows(Plan))
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
        return self._made(DischargeCancelled(occurred_at=self._now(), **ids), heard)

    @precondition(lambda self: self.house is not None)
    @rule(target=facts, heard=HEARD)
    def is_to_leave(self, heard: str) -> Fact:
        now = self._now()
        ids = {"case_id": self.case_id, "stay_id": self.house}
        return self._made(DischargePlanned(occurred_at=now, planned_for=now + 72 * HOUR, **ids), heard)

    @precondition(lambda self: self.house is None and self.second not in self.gone)
    @rule(target=facts, heard=HEARD)
    def comes_back(self, heard: str) -> Fact:
        now = self._now()
        self.house = self.second
        ids = {"case_id": self.case_id, "stay_id": self.second}
        return self._made(ClientAdmitted(occurred_at=now, admitted_at=now, **ids), heard)

    def _leave(self, stay: UUID, kind: DischargeType, heard: str, consent: UUID | None = None) -> Fact:
        self.house, self.gone[stay] = None, self._now()
        return self._made(self._left(stay, kind, consent), heard)

    def _correct(self, second: bool, kind: DischargeType, heard: str) -> Fact:
        wanted = self.second if second else self.first
        self._now()
        return self._made(self._left(wanted if wanted in self.gone else next(iter(self.gone)), kind), heard)

    @rule(target=facts, yes=st.booleans(), heard=HEARD)
    def consents(self, yes: bool, heard: str) -> Fact:
        kind = ConsentGiven if yes else ConsentRevoked
        ids = {"case_id": self.case_id, "consent_id": new_id()}
        return self._made(kind(occurred_at=self._now(), item=ConsentItem.AFTERCARE, **ids), heard)

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

    # How it is heard of, and what else goes on.

    @rule(fact=facts)
    def hear_again(self, fact: Fact) -> None:
        """Late, or once more."""
        self.do(self.aftercare.hear(fact.model_copy(update={"event_id": new_id()})))
        self.heard.append(fact)

    @rule()
    def jobs_run(self) -> None:
        """When all that is due is done, somebody who left and agreed has been offered or has meetings."""
        self.do(self.aftercare.run_jobs())
        told = OrderlyTelling(self.heard)
        for plan in self._rows(Plan):
            if plan.state is PlanState.SUPERSEDED or PlanState.ACTIVE not in told.plan_of(plan.stay_id):
                continue
            mine = [one for one in self._rows(Enrolment) if one.plan_id == plan.id and not one.fall_back]
            suggested = [one for one in mine if one.state is EnrolmentState.SUGGESTED]
            if told.agreed is False:
                continue
            assert plan.state is not PlanState.DRAFT
            _, kind = told.left[plan.stay_id]
            consent = plan.consent_id is not None
            if consent and kind is not DischargeType.UNKNOWN:
                assert plan.state is PlanState.ACTIVE or not suggested

    @rule(hours=st.sampled_from([1, 26, 80]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        clock.shift(self.now - datetime.now(UTC))
        self.do(self.aftercare.run_jobs())

    @rule(yes=st.booleans(), which=st.integers(0, 4))
    def client_answers(self, yes: bool, which: int) -> None:
        async def answer() -> None:
            async with self.database.transaction() as session:
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

    @rule()
    def a_listing_is_withdrawn_and_comes_back(self) -> None:
        """The list without its first meeting, for nine days' worth of looks, is B's; here its dates go."""
        rows = json.loads(FEW)
        rows[0]["time"] = "17:30" if self.now.hour % 2 else "18:30"
        self.do(self.aftercare.import_list(json.dumps(rows).encode()))

    # What must hold whatever was heard so far.

    @invariant()
    def dates_and_enrolments_took_allowed_ways(self) -> None:
        for row in self._rows(Occurrence):
            before, state = self.dates.get(row.id), row.state.value
            assert before in (None, state) or state in WAYS.get(before, set()), (before, state)
            self.dates[row.id] = state
        for one in self._rows(Enrolment):
            before, state = self.enrolments.get(one.id), one.state.value
            assert before in (None, state) or state in ENROLMENT_WAYS[before], (before, state)
            self.enrolments[one.id] = state

    @invariant()
    def the_plans_are_where_the_orderly_telling_leaves_them(self) -> None:
        told = OrderlyTelling(self.heard)
        for plan in self._rows(Plan):
            # A later stay's plan that took over is not undone by taking that stay's discharge back.
            if plan.state is PlanState.SUPERSEDED:
                self.superseded.add(plan.id)
            if plan.id in self.superseded:
                assert plan.state in (PlanState.SUPERSEDED, PlanState.CLOSED)
                continue
            assert plan.state in told.plan_of(plan.stay_id), plan.state

    @invariant()
    def nothing_is_ahead_of_somebody_who_is_not_out_there(self) -> None:
        running = {plan.id for plan in self._rows(Plan) if plan.state is PlanState.ACTIVE}
        now = clock.now()
        for row in self._rows(Occurrence):
            ahead = row.state in (OccurrenceState.PLANNED, OccurrenceState.REMINDED)
            assert not (ahead and row.starts_at > now) or row.plan_id in running
        assert len(running) <= 1

    @invariant()
    def after_a_death_nothing_waits_to_be_written(self) -> None:
        plans = self._rows(Plan)
        if plans and all(plan.state is PlanState.CLOSED for plan in plans):
            waiting = [one for one in self._rows(Message) if one.state is MessageState.WAITING]
            assert {one.purpose for one in waiting} <= {Purpose.PAGE_STAFF}

    @invariant()
    def after_a_no_nothing_is_on_the_calendar_without_the_clients_own_yes(self) -> None:
        if OrderlyTelling(self.heard).agreed is False and self.heard:
            last = max(self.heard, key=lambda fact: fact.occurred_at)
            if isinstance(last, ConsentRevoked) and self.heard[-1] is last:
                states = {one.state.value for one in self._rows(Enrolment)}
                assert not states & {"active", "suspended"} | (states & OPEN)

    def _rows(self, table: type[Any]) -> list[Any]:
        async def read() -> list[Any]:
            async with self.database.reading() as session:
                query = select(table).where(table.case_id == self.case_id)
                return list(await session.scalars(query))

        return self.do(read())


async def _open(tmp_path: Path, templates: Templates) -> Database:
    ring = KeyRing(secrets.token_bytes(32), secrets.token_bytes(32))
    database = Database(await templates.sqlite(tmp_path, "aftercare"), "aftercare", ring)
    await Aftercare(database).import_list(FEW)
    return database


@pytest.mark.long
@pytest.mark.timeout(180)  # some six hundred steps, each with a commit that waits for the disk
def test_whatever_is_told_twice_late_or_out_of_order_ends_where_the_orderly_telling_ends(
    tmp_path: Path, templates: Templates
) -> None:
    with asyncio.Runner() as runner:
        database = runner.run(_open(tmp_path, templates))
        machine = type("PlanLifeHere", (PlanLife,), {"database": database, "runner": runner})
        try:
            clock.shift(START - datetime.now(UTC))
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=16,
                    stateful_step_count=25,
                    deadline=None,
                    phases=[Phase.explicit, Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            clock.shift(timedelta())
            runner.run(database.dispose())

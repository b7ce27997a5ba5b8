"""What a plan's representative said on the phone, and how it is kept: JSON in a sealed column. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import TypeAdapter

from services.insurance.rules.shares import Share, ShareKind
from services.insurance.rules.statements import Basis, Evidence, LevelAnswer
from shared.contracts.care import LevelOfCare, Network


class Accumulator(StrEnum):
    """A sum that runs over the plan year."""

    DEDUCTIBLE = "deductible"
    OUT_OF_POCKET = "out_of_pocket"


class Whose(StrEnum):
    """Whose money an accumulator counts, in X12's words (EB02)."""

    ONE_PERSON = "IND"
    FAMILY = "FAM"


@dataclass(frozen=True, slots=True)
class AccumulatorAnswer:
    """A deductible or an out-of-pocket limit in dollars; None is "was not told"."""

    call_id: UUID
    kind: Accumulator
    network: Network
    whose: Whose
    total: Decimal | None = None
    remaining: Decimal | None = None

    @property
    def share(self) -> Share:
        """As what the client pays, next to what the payer stated by itself."""
        return Share(
            kind=ShareKind(self.kind.value),
            network=self.network,
            level=self.whose.value,
            basis=Basis.HUMAN,
            total=self.total,
            remaining=self.remaining,
            evidence=(Evidence(call_id=self.call_id),),
        )


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """What was said about the plan as a whole. `active` on the service date; None is "was not told".

    `plan_year_starts`: the day the running plan year began.
    """

    active: bool | None = None
    plan_year_starts: date | None = None
    accumulators: tuple[AccumulatorAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it was made (insurance.md 1.2). `reference` is None where the plan gives none.

    `corrects`: an earlier call whose answers this one replaces as a whole.
    """

    id: UUID
    dialled: str
    representative: str
    reference: str | None
    started_at: datetime
    ended_at: datetime
    disclaimers: str = ""
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A call with everything it brought."""

    call: CallRecord
    plan: PlanAnswer
    levels: tuple[LevelAnswer, ...]


_FORM = TypeAdapter(Said)


def newest_word(calls: Sequence[Said]) -> tuple[LevelAnswer, ...]:
    """Of several calls, in the order they were made, what counts for each level and network.

    The later call counts for a level it speaks of at all, and a corrected call for nothing: a person who
    phones again asks the whole level again.
    """
    corrected = {said.call.corrects for said in calls}
    found: dict[tuple[LevelOfCare, Network], LevelAnswer] = {}
    for said in calls:
        if said.call.id not in corrected:
            found |= {(one.level, one.network): one for one in said.levels}
    return tuple(found.values())


def newest_plan(calls: Sequence[Said]) -> PlanAnswer:
    """The same for the plan: each thing as it was told last."""
    corrected = {said.call.corrects for said in calls}
    active, year = None, None
    sums: dict[tuple[Accumulator, Network, Whose], AccumulatorAnswer] = {}
    for said in calls:
        if said.call.id in corrected:
            continue
        active = said.plan.active if said.plan.active is not None else active
        year = said.plan.plan_year_starts or year
        sums |= {(one.kind, one.network, one.whose): one for one in said.plan.accumulators}
    return PlanAnswer(active, year, tuple(sums.values()))


def written(said: Said) -> str:
    """`said` as JSON text."""
    return _FORM.dump_json(said).decode()


def read(text: str) -> Said:
    """The inverse of `written`."""
    return _FORM.validate_json(text)

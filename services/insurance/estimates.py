"""What a stay may cost: worked out from a verification and the rates, kept as it was told, held against what
was paid. Inside `transaction()` only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insurance.episodes import Step, allowed_part_of, in_order, last_day, planned
from services.insurance.findings import Findings
from services.insurance.rates import EVERYBODY, load_rates
from services.insurance.rules import changes, estimate
from services.insurance.rules.estimate import RULESET, Inputs, PayerWays, inputs_from
from services.insurance.rules.good_faith import GoodFaithEstimate
from services.insurance.rules.states import State
from services.insurance.tables import Estimate, of
from shared import clock
from shared.contracts.care import Network
from shared.contracts.insurance import EstimatePrepared
from shared.database import insert_or_ignore
from shared.messaging.outbox import say
from shared.sealing import Box, box

INPUTS, RESULT = "estimates.inputs", "estimates.result"
ESTIMABLE = frozenset({State.VERIFIED_ACTIVE, State.EXPIRED})

_inputs = TypeAdapter(Inputs)
_result = TypeAdapter(estimate.Estimate)
_good_faith = TypeAdapter(GoodFaithEstimate)


class NotVerified(Exception):
    """The plan is not known to be active: there is nothing an estimate could stand on."""


class EstimateNotFound(Exception):
    """No estimate has this id."""


class EstimateDiffers(Exception):
    """The same key came with another request: nothing was worked out."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored estimate, opened. One of the two is there: a plan's estimate or a Good Faith Estimate."""

    row: Estimate
    inputs: Inputs | None = None
    result: estimate.Estimate | None = None
    good_faith: GoodFaithEstimate | None = None
    due_by: date | None = None  # the last day to hand over a Good Faith Estimate


async def prepare(
    session: AsyncSession,
    estimate_id: UUID,
    found: Findings,
    steps: Sequence[Step],
    *,
    network: Network | None,
    today: date,
    next_plan_year: date | None = None,
    ways: Mapping[str, Any] = {},
    staff_id: UUID | None = None,
) -> Kept:
    """Work out and keep the estimate for `steps` in `network` (None: not known yet), and say so.

    The same id again with the same request is the first estimate. `ways` go before the payer's terms.
    Raises NotVerified, RatesMissing, EstimateDiffers.
    """
    verification = found.verification
    asked = _asked(steps, network, next_plan_year, ways)
    if (before := await asked_before(session, estimate_id, asked)) is not None:
        return before
    if verification.state not in ESTIMABLE:
        raise NotVerified
    first = verification.admission_on or verification.service_date or today
    payer_code = verification.payer_code or EVERYBODY
    dated = in_order(steps, max(first, today))
    book = await load_rates(session, payer_code, EVERYBODY)
    terms = dict(found.payer.terms if found.payer else {}) | dict(ways)
    ways_known = _ways(terms)
    care = planned(
        dated,
        network,
        book,
        payer_code,
        allowed_part_of(terms),
        balance_billing=ways_known.balance_billing,
    )
    last = max(last_day(step) for step in dated)
    renews = _renewal(found, today, next_plan_year)
    inputs = inputs_from(
        found.levels_for(tuple(dict.fromkeys(step.level for step in dated))),
        found.shares,
        care,
        network=network,
        next_plan_year=renews if renews <= last else None,
        ways=ways_known,
    )
    result = estimate.estimate(inputs)
    sealing = await box(session, verification.case_id)
    kept = {"asked": asked, "inputs": json.loads(_inputs.dump_json(inputs))}
    values = {
        "case_id": verification.case_id,
        "verification_id": verification.id,
        "payer_code": verification.payer_code,
        "prepared_by": staff_id,
        "low": str(result.low.total),
        "likely": str(result.likely.total),
        "high": str(result.high.total),
        "inputs": sealing.seal(INPUTS, estimate_id, json.dumps(kept)),
        "result": sealing.seal(RESULT, estimate_id, _result.dump_json(result).decode()),
    }
    return await _keep(session, estimate_id, values, asked)


async def prepare_good_faith(
    session: AsyncSession,
    estimate_id: UUID,
    case_id: UUID,
    one: GoodFaithEstimate,
    asked: Mapping[str, Any],
    due_by: date,
    staff_id: UUID | None = None,
) -> Kept:
    """Keep a Good Faith Estimate for somebody who pays without a plan. Raises EstimateDiffers.

    `asked` is the request as JSON values: what tells a repeat from another one, whatever rates hold by then.
    """
    sealing = await box(session, case_id)
    kept = {
        "asked": asked,
        "good_faith": json.loads(_good_faith.dump_json(one)),
        "due_by": due_by.isoformat(),
    }
    values = {
        "case_id": case_id,
        "prepared_by": staff_id,
        **dict.fromkeys(("low", "likely", "high"), str(one.total)),
        "inputs": sealing.seal(INPUTS, estimate_id, json.dumps(kept)),
        "result": sealing.seal(RESULT, estimate_id, "null"),
    }
    return await _keep(session, estimate_id, values, asked)


async def load_estimate(session: AsyncSession, estimate_id: UUID) -> Kept:
    """One estimate with what it was worked out from. Raises EstimateNotFound."""
    row = await _row(session, estimate_id)
    if row is None:
        raise EstimateNotFound
    return _opened(row, await box(session, row.case_id))


async def latest_estimate(session: AsyncSession, verification_id: UUID) -> Kept | None:
    """The newest estimate made on a verification."""
    query = select(Estimate.id).where(Estimate.verification_id == verification_id)
    newest = await session.scalar(query.order_by(Estimate.prepared_at.desc(), Estimate.id.desc()).limit(1))
    return await load_estimate(session, newest) if newest else None


async def record_actual(session: AsyncSession, estimate_id: UUID, amount: Decimal) -> Estimate:
    """What the client's share was in the end, in dollars. Recording it again corrects it."""
    row = await session.get(Estimate, estimate_id, with_for_update=True)
    if row is None:
        raise EstimateNotFound
    row.actual, row.actual_at = str(amount), clock.now()
    return row


async def accuracy(session: AsyncSession) -> tuple[changes.Accuracy, ...]:
    """How near the estimates came, per payer, of all whose actual share is known."""
    query = select(Estimate).where(Estimate.actual.is_not(None), Estimate.payer_code.is_not(None))
    settled = [
        changes.Settled(
            row.payer_code or "",
            Decimal(row.low),
            Decimal(row.likely),
            Decimal(row.high),
            Decimal(row.actual or "0"),
        )
        for row in await session.scalars(query)
    ]
    return changes.accuracy(settled)


def _ways(terms: Mapping[str, Any]) -> PayerWays:
    known = {name: terms[name] for name in PayerWays.__slots__ if terms.get(name) is not None}
    for name in ("assumed_coinsurance_in", "assumed_coinsurance_out"):
        if name in known:
            known[name] = Decimal(str(known[name]))
    return PayerWays(**known)


def _renewal(found: Findings, today: date, told: date | None) -> date:
    """When the next plan year begins after the day the plan was asked about: as told, else the anniversary
    of the one stated, else 1 January. What was paid of a deductible until then counts for nothing after
    it."""
    answered = found.verification.service_date or today
    begins = told or found.plan.plan_year_starts
    if told is not None and told > answered:
        return told
    month, day = (begins.month, min(begins.day, 28)) if begins else (1, 1)
    this_year = date(answered.year, month, day)
    return this_year if this_year > answered else this_year.replace(year=answered.year + 1)


def _asked(
    steps: Sequence[Step], network: Network | None, next_plan_year: date | None, ways: Mapping[str, Any]
) -> dict[str, Any]:
    """The request as JSON values, to tell a repeat from another request under the same key."""
    return {
        "steps": [[s.level.value, s.units, str(s.starts_on), s.per_week] for s in steps],
        "network": network.value if network else None,
        "next_plan_year": str(next_plan_year),
        "ways": {name: str(value) for name, value in sorted(ways.items())},
    }


async def asked_before(session: AsyncSession, estimate_id: UUID, asked: Mapping[str, Any]) -> Kept | None:
    """The estimate made for this very request. Raises EstimateDiffers when the key stands for another."""
    row = await _row(session, estimate_id)
    if row is None:
        return None
    sealing = await box(session, row.case_id)
    if json.loads(sealing.open(INPUTS, row.id, row.inputs))["asked"] != asked:
        raise EstimateDiffers
    return _opened(row, sealing)


async def _row(session: AsyncSession, estimate_id: UUID) -> Estimate | None:
    sealed = [undefer(Estimate.inputs), undefer(Estimate.result)]
    return await session.scalar(select(Estimate).where(Estimate.id == estimate_id).options(*sealed))


async def _keep(session: AsyncSession, estimate_id: UUID, values: dict[str, Any], asked: Any) -> Kept:
    """Store it and say so; where the same request came at the same moment, the one that was first counts."""
    row = {"id": estimate_id, "ruleset": RULESET, "prepared_at": clock.now(), **values}
    inserted = await insert_or_ignore(session, of(Estimate), [row], ["id"])
    kept = await asked_before(session, estimate_id, asked)
    assert kept is not None
    if inserted:
        ids = {"case_id": kept.row.case_id, "verification_id": kept.row.verification_id}
        say(session, EstimatePrepared(estimate_id=estimate_id, **ids))
    return kept


def _opened(row: Estimate, sealing: Box) -> Kept:
    stored = json.loads(sealing.open(INPUTS, row.id, row.inputs))
    if "good_faith" in stored:
        due = stored.get("due_by")
        return Kept(
            row,
            good_faith=_good_faith.validate_python(stored["good_faith"]),
            due_by=date.fromisoformat(due) if due else None,
        )
    result = _result.validate_json(sealing.open(RESULT, row.id, row.result))
    return Kept(row, _inputs.validate_python(stored["inputs"]), result)

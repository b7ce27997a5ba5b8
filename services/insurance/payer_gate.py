"""Whether a payer may be asked right now: its breaker, its agreed rate, and how many questions are out at
once.

Inside `transaction()` only, with the payer's row locked: what is decided here holds for all processes.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.rules.breaker import PROBE_EVERY, Breaker
from services.insurance.rules.states import QuestionState
from services.insurance.tables import Attempt, PayerHealth, Question, of
from shared import clock, jobs
from shared.upsert import insert_or_ignore

LONGEST_PAUSE = timedelta(hours=2)  # of our own between two attempts
LOOKS_AHEAD = 4  # how many looks those who wait for a payer are spread over
BUSY_PAUSE = timedelta(seconds=2)  # until one of the questions that are out may have come back


@dataclass(frozen=True, slots=True)
class Pace:
    """What was agreed with payers and clearinghouses. `scale` compresses time for demonstrations and
    drills."""

    a_minute: int
    at_once: int
    deadline: timedelta
    scale: float = 1.0

    @property
    def minute(self) -> timedelta:
        return timedelta(minutes=1) * self.scale

    @property
    def interval(self) -> timedelta:
        return self.minute / self.a_minute


@dataclass(frozen=True, slots=True)
class Hold:
    """Ask after `wait`. `out`: because the payer does not answer."""

    wait: timedelta
    out: bool = False


async def enter(
    session: AsyncSession, adapter: str, payer: str, question: Question, pace: Pace
) -> Hold | None:
    """Let `question` out to `payer`, or say how long it waits; a place in the rate that lies ahead is kept
    for it."""
    now = clock.now()
    health = await _locked(session, adapter, payer)
    breaker = breaker_of(health)
    if wait := breaker.wait(now):
        # One of many is enough for the next look: the others are let go when it succeeds.
        others = min(await _waiting(session, payer), LOOKS_AHEAD)
        wait += PROBE_EVERY * pace.scale * others * random.random()
        question.has_slot, question.next_attempt_at = False, now + wait
        return Hold(wait, out=True)
    if await _out(session, adapter, payer, now - pace.deadline) >= pace.at_once:
        return Hold(BUSY_PAUSE * pace.scale * random.uniform(0.5, 1.5))
    # Slots that were kept while no process ran are all due at once: the minute is counted besides.
    full = await _sent(session, adapter, payer, now - pace.minute) >= pace.a_minute
    if full or not question.has_slot:
        slot = max(now, health.next_slot_at or now)
        health.next_slot_at = slot + pace.interval
        if full:
            slot = max(slot, now + pace.interval)
        if slot > now:
            question.has_slot, question.next_attempt_at = True, slot
            return Hold(slot - now)
    question.has_slot = False
    _keep(health, breaker.probing(now, pace.scale))
    return None


async def came_back(
    session: AsyncSession, adapter: str, payer: str, pace: Pace, resend_after: timedelta, *, answered: bool
) -> Breaker:
    """Note how it went. When a payer is back, everybody who waits for it is let go on, within the agreed
    rate."""
    now = clock.now()
    health = await _locked(session, adapter, payer)
    before = breaker_of(health)
    if not answered:
        health.last_failure_at = now
        _keep(health, before.failed(now, pace.scale))
        return breaker_of(health)
    health.last_success_at = now
    _keep(health, before.succeeded())
    if before.open_since is not None:
        await _let_go(session, payer, now, pace.scale, resend_after)
    return breaker_of(health)


def breaker_of(health: PayerHealth) -> Breaker:
    recent = tuple(datetime.fromisoformat(at) for at in health.recent_failures)
    return Breaker(recent, health.open_since, health.probe_at)


def _keep(health: PayerHealth, breaker: Breaker) -> None:
    health.recent_failures = [at.isoformat() for at in breaker.recent_failures]
    health.open_since, health.probe_at = breaker.open_since, breaker.probe_at


async def _locked(session: AsyncSession, adapter: str, payer: str) -> PayerHealth:
    key = {"adapter": adapter, "payer_code": payer}
    await insert_or_ignore(session, of(PayerHealth), [{**key, "recent_failures": []}], list(key))
    return await session.get_one(PayerHealth, (adapter, payer), with_for_update=True)


async def _waiting(session: AsyncSession, payer: str) -> int:
    query = select(func.count()).where(
        Question.payer_code == payer, Question.state == QuestionState.UNAVAILABLE
    )
    return await session.scalar(query) or 0


async def _sent(session: AsyncSession, adapter: str, payer: str, since: datetime) -> int:
    query = select(func.count()).where(
        Attempt.payer_code == payer, Attempt.adapter == adapter, Attempt.started_at > since
    )
    return await session.scalar(query) or 0


async def _out(session: AsyncSession, adapter: str, payer: str, since: datetime) -> int:
    """How many questions are out. Older ones than the deadline were left behind by a process that died."""
    query = select(func.count()).where(
        Attempt.payer_code == payer,
        Attempt.adapter == adapter,
        Attempt.started_at > since,
        Attempt.result.is_(None),
    )
    return await session.scalar(query) or 0


async def _let_go(
    session: AsyncSession, payer: str, now: datetime, scale: float, resend_after: timedelta
) -> None:
    query = select(Question).where(
        Question.payer_code == payer,
        Question.state == QuestionState.UNAVAILABLE,
        # Where the payer itself named a day to ask again (AAA04 W, X, Y), that stands.
        Question.next_attempt_at.between(now, now + LONGEST_PAUSE * scale),
    )
    # Locked ones are being dealt with at this moment; waiting for them could be waiting in a circle.
    found = list(await session.scalars(query.with_for_update(skip_locked=True)))
    sent = (
        select(Attempt.question_id, func.max(Attempt.started_at))
        .where(Attempt.question_id.in_([question.id for question in found]))
        .group_by(Attempt.question_id)
    )
    last = {row[0]: row[1] for row in await session.execute(sent)}
    for question in found:
        # No repeat before 90 s from the original, not even now.
        again = last[question.id] + resend_after if question.id in last else now
        question.next_attempt_at = max(now, again)
    await jobs.hasten(session, "ask_payer", [question.id for question in found])

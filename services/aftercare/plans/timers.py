"""The timers of one date: jobs with a due instant, each for the date as it was when it was set.

A date that moves gets new timers; the old ones find that it starts at another time and do nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Occurrence, Plan
from shared import clock
from shared.jobs import Job, schedule, schedule_all

DATE_TIMER = "date_timer"
LOOK_AHEAD = "look_ahead"
WATCH_PLANS = "watch_plans"
NOBODY = UUID(int=0)  # the watch is about every plan
_STAMP = "%Y%m%dT%H%M%SZ"


class Timer(StrEnum):
    DAY_BEFORE = "day_before"
    HOUR_BEFORE = "hour_before"
    AT_THE_DOOR = "at_the_door"
    IS_IT_HELD = "is_it_held"
    ASK = "ask"
    ASK_AGAIN = "ask_again"
    GIVE_UP = "give_up"
    PROOF = "proof"
    PROOF_LAST = "proof_last"


_LATE_IS_BETTER = frozenset({Timer.ASK, Timer.GIVE_UP})


@dataclass(frozen=True)
class Ringing:
    """Which timer, and the start of the date it was set for."""

    timer: Timer
    starts_at: datetime


async def set_timers(
    session: AsyncSession, occurrence: Occurrence, due: Mapping[Timer, datetime], now: datetime
) -> None:
    """One job a timer. Once set for this start, a timer is not set again; one already past is left out,
    but for those that are worth something late."""
    instants = {
        key_of(timer, occurrence.id, occurrence.starts_at): instant
        for timer, instant in due.items()
        if instant > now or timer in _LATE_IS_BETTER
    }
    await schedule_all(session, DATE_TIMER, occurrence.id, instants)


def ringing(job: Job) -> Ringing:
    name, _, at = job.key.split(":", 2)
    return Ringing(Timer(name), datetime.strptime(at, _STAMP).replace(tzinfo=UTC))


def key_of(timer: str, occurrence_id: UUID, starts_at: datetime) -> str:
    return f"{timer}:{occurrence_id}:{stamp(starts_at)}"


def stamp(moment: datetime) -> str:
    """Seconds are enough: a meeting starts on a minute."""
    return moment.astimezone(UTC).strftime(_STAMP)


async def watch_plans(session: AsyncSession, on: datetime) -> None:
    """Once a day, whoever asks."""
    day = on.astimezone(UTC).date()
    due = max(datetime.combine(day, time(), UTC), clock.now())
    await schedule(session, WATCH_PLANS, NOBODY, due_at=due, key=f"{WATCH_PLANS}:{day}")


async def begin_looking_ahead(session: AsyncSession, plan: Plan) -> None:
    """Start the plan's daily look. A chain that still runs and this one meet at the next day's job."""
    await watch_plans(session, clock.now())
    await schedule(session, LOOK_AHEAD, plan.id, key=f"{LOOK_AHEAD}:{plan.id}:{stamp(clock.now())}")

"""How payers answer, one line a payer and adapter, from our own attempts (insurance.md 4 and 8.8)."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.payer_records import load_directory
from services.insurance.payers.adapter import ResultKind
from services.insurance.rules.states import PENDING
from services.insurance.tables import Attempt, PayerHealth, Question

LATELY = timedelta(hours=24)
# An attempt that ended so tells something of the payer; a refused envelope tells of ourselves.
ANSWERED = frozenset({ResultKind.ANSWERED.value})
FAILED = frozenset({ResultKind.UNAVAILABLE.value})


async def board(session: AsyncSession, now: datetime) -> list[dict[str, Any]]:
    """Payers in trouble first. `latency_ms` is the median of answered attempts of the last 24 hours;
    `failure_share` (0-1) of those that could have been answered; both None without any."""
    names = {payer.code: payer.name for payer in await load_directory(session)}
    health = {(row.payer_code, row.adapter): row for row in await session.scalars(select(PayerHealth))}
    lately = await _lately(session, now)
    waiting = await _waiting(session)
    keys = {*health, *lately}
    quiet = set(names) - {code for code, _ in keys}
    lines = [_line(code, names, adapter, health, lately, waiting, now) for code, adapter in keys]
    lines += [_line(code, names, None, health, lately, waiting, now) for code in quiet]
    order = {"open": 0, "probing": 1, "closed": 2}
    return sorted(lines, key=lambda one: (order[one["breaker"]], -(one["failure_share"] or 0), one["name"]))


def _line(
    code: str,
    names: dict[str, str],
    adapter: str | None,
    health: dict[tuple[str, str], PayerHealth],
    lately: dict[tuple[str, str], list[tuple[str, float]]],
    waiting: dict[str, int],
    now: datetime,
) -> dict[str, Any]:
    row = health.get((code, adapter or ""))
    attempts = lately.get((code, adapter or ""), [])
    answered = [seconds for result, seconds in attempts if result in ANSWERED]
    failed = sum(result in FAILED for result, _ in attempts)
    counted = len(answered) + failed
    return {
        "code": code,
        "name": names.get(code, code),
        "adapter": adapter,
        "breaker": _breaker(row, now),
        "open_since": row.open_since if row else None,
        "next_probe_at": row.probe_at if row else None,
        "last_success_at": row.last_success_at if row else None,
        "last_failure_at": row.last_failure_at if row else None,
        "attempts": len(attempts),
        "latency_ms": round(median(answered) * 1000) if answered else None,
        "failure_share": round(failed / counted, 3) if counted else None,
        "waiting": waiting.get(code, 0),
    }


def _breaker(row: PayerHealth | None, now: datetime) -> str:
    """closed: asked freely; open: left alone; probing: the next question is let through to try."""
    if row is None or row.open_since is None:
        return "closed"
    return "open" if row.probe_at is not None and row.probe_at > now else "probing"


async def _lately(session: AsyncSession, now: datetime) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Per payer and adapter: each ended attempt's result and how many seconds it took."""
    query = select(
        Attempt.payer_code, Attempt.adapter, Attempt.result, Attempt.started_at, Attempt.ended_at
    ).where(Attempt.started_at > now - LATELY)
    found: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for code, adapter, result, started_at, ended_at in await session.execute(query):
        if code is not None and ended_at is not None:
            found[code, adapter].append((result or "", (ended_at - started_at).total_seconds()))
    return found


async def _waiting(session: AsyncSession) -> dict[str, int]:
    query = select(Question.payer_code, func.count()).where(Question.state.in_(PENDING))
    rows = await session.execute(query.group_by(Question.payer_code))
    return {code: count for code, count in rows if code is not None}

"""What cannot wait (aftercare.md 8.7). Level 3 calls whoever is on call until somebody says "I have it".

No pause, quiet hour, missing consent or lost contact stands before it. An automatic text is never the only
answer: every concern has a person and a time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.tables import Concern, Plan
from shared import clock
from shared.contracts.aftercare import (
    ConcernAcknowledged,
    ConcernCause,
    ConcernRaised,
    ConcernResolved,
    FollowUpKind,
)
from shared.contracts.fact import new_id
from shared.jobs import schedule
from shared.messaging.outbox import say
from shared.sealing import box
from shared.upsert import insert_or_ignore

PAGE_CONCERN = "page_concern"
BY_TONIGHT = "by_tonight"
ASK_AGAIN = "ask_again"
NOTE = "concerns.note"
PAGES, SAME_DAY = 3, 2
_WITHIN = {3: timedelta(minutes=15), 2: timedelta(hours=8), 1: timedelta(hours=48)}
_AFTER_USE = timedelta(hours=48)


async def raise_concern(
    session: AsyncSession, plan: Plan, level: int, cause: ConcernCause, *, key: str
) -> Concern:
    """Once per key; the same key again is the same concern, whatever became of it."""
    now = clock.now()
    row = {
        "id": new_id(),
        "plan_id": plan.id,
        "case_id": plan.case_id,
        "key": key,
        "level": level,
        "cause": cause,
        "opened_at": now,
        "due_by": now + _WITHIN[level],
        "pages": 0,
    }
    made = await insert_or_ignore(session, cast(Table, Concern.__table__), [row], ["plan_id", "key"])
    query = select(Concern).where(Concern.plan_id == plan.id, Concern.key == key)
    concern = (await session.scalars(query)).one()
    if made:
        say(
            session,
            ConcernRaised(
                case_id=plan.case_id,
                plan_id=plan.id,
                concern_id=concern.id,
                level=level,
                due_by=concern.due_by,
            ),
        )
        await _call(session, plan, concern, now)
    return concern


async def _call(session: AsyncSession, plan: Plan, concern: Concern, now: datetime) -> None:
    """Somebody with a time, whatever the level. Use is always met the same day, whoever told of it."""
    used = concern.cause is ConcernCause.USE
    if concern.level >= PAGES:
        await schedule(session, PAGE_CONCERN, concern.id, key=page_key(concern.id, 0))
    if concern.level < PAGES or used:
        due_by = min(concern.due_by, now + _WITHIN[SAME_DAY]) if used else concern.due_by
        kind, key = call_kind(concern), call_key(concern)
        await ask_person(session, plan, kind, key=key, due_from=now, due_by=due_by)
    if concern.level == SAME_DAY or (used and concern.level < PAGES):
        await schedule(session, BY_TONIGHT, concern.id)
    if used:
        key = f"{ASK_AGAIN}:{concern.id}"
        await schedule(session, ASK_AGAIN, plan.id, due_at=now + _AFTER_USE, key=key)


def call_kind(concern: Concern) -> FollowUpKind:
    if concern.cause is ConcernCause.USE:
        return FollowUpKind.USE_REPORTED
    return FollowUpKind.SAME_DAY_CALL if concern.level >= SAME_DAY else FollowUpKind.COUNSELLOR


def call_key(concern: Concern) -> str:
    return f"concern:{concern.id}"


def page_key(concern_id: UUID, turn: int) -> str:
    return f"{PAGE_CONCERN}:{concern_id}:{turn}"


async def acknowledge(session: AsyncSession, concern: Concern, staff_id: UUID) -> bool:
    """ "I have it": nobody else is called. False when somebody had it already; the first stays the owner."""
    if concern.acknowledged_at is not None:
        return False
    concern.acknowledged_at, concern.owner_id = clock.now(), staff_id
    ids = {"plan_id": concern.plan_id, "concern_id": concern.id, "staff_id": staff_id}
    say(session, ConcernAcknowledged(case_id=concern.case_id, **ids))
    return True


async def resolve(session: AsyncSession, concern: Concern, staff_id: UUID, note: str) -> bool:
    """What came of it, in words that stay sealed. False when it was resolved before: that word stands."""
    if concern.resolved_at is not None:
        return False
    await acknowledge(session, concern, staff_id)
    concern.resolved_at = clock.now()
    concern.note = (await box(session, concern.case_id)).seal(NOTE, concern.id, note)
    ids = {"plan_id": concern.plan_id, "concern_id": concern.id, "staff_id": staff_id}
    say(session, ConcernResolved(case_id=concern.case_id, **ids))
    return True


async def open_concerns(session: AsyncSession, *, consented_only: bool = False) -> Sequence[Concern]:
    """What nobody resolved: not taken on before taken on, the gravest first, then the oldest.

    `consented_only`: of clients who agreed to aftercare, and whatever pages somebody.
    """
    query = select(Concern).where(Concern.resolved_at.is_(None))
    if consented_only:
        consenting = select(Plan.id).where(Plan.consent_id.is_not(None))
        query = query.where(Concern.plan_id.in_(consenting) | (Concern.level >= PAGES))
    untaken_first = Concern.acknowledged_at.is_not(None)
    in_order = query.order_by(untaken_first, Concern.level.desc(), Concern.opened_at, Concern.id)
    return (await session.scalars(in_order)).all()


async def concerns_of(session: AsyncSession, case_id: UUID) -> Sequence[Concern]:
    query = select(Concern).where(Concern.case_id == case_id)
    return (await session.scalars(query.order_by(Concern.opened_at.desc(), Concern.id))).all()


async def note_of(session: AsyncSession, concern: Concern) -> str | None:
    """The caller has written the audit row."""
    if concern.note is None:
        return None
    return (await box(session, concern.case_id)).open(NOTE, concern.id, concern.note)

"""What a person has to do for a client: asked for once, due from an instant, late from another.

Asking only writes rows; two jobs tell when the time has come. Nothing here ends by itself but with its plan:
what is late stays on the list until somebody has done it. The caller has locked the plan.
"""

from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.ladder import LOST_AFTER, Rung
from services.aftercare.tables import FollowUp, Plan, PlanState
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import FollowUpDue, FollowUpKind, FollowUpOverdue, FollowUpState
from shared.contracts.fact import new_id
from shared.jobs import Job, finish, schedule
from shared.messaging.outbox import say
from shared.upsert import insert_or_ignore

FOLLOW_UP_DUE = "follow_up_due"
FOLLOW_UP_LATE = "follow_up_late"
REGAIN_CONTACT = "regain_contact"
TO_DO = (FollowUpState.SCHEDULED, FollowUpState.OPEN, FollowUpState.ATTEMPTED, FollowUpState.OVERDUE)
# Somebody's safety: neither a pause nor a client who ends the plan takes these from the list.
_SAFETY = (FollowUpKind.SAME_DAY_CALL, FollowUpKind.USE_REPORTED)
_STAMP = "%Y%m%dT%H%M%S"


async def ask_person(
    session: AsyncSession,
    plan: Plan,
    kind: FollowUpKind,
    *,
    key: str,
    due_from: datetime,
    due_by: datetime,
) -> None:
    """Once per key. One that was cancelled with its plan comes back when it is asked for again.

    Nobody is asked to call the dead: their family would answer.
    """
    if plan.state is PlanState.CLOSED:
        return
    follow_up, is_new = await _row(session, plan, kind, key, due_from, due_by)
    if is_new or follow_up.state is FollowUpState.CANCELLED:
        await _begin(session, follow_up, due_from, due_by)


async def set_call(
    session: AsyncSession, plan: Plan, kind: FollowUpKind, *, key: str, due_from: datetime, due_by: datetime
) -> None:
    """Like `ask_person`, but moves one that nobody has begun: another tier, another day of leaving.

    What was done before this leaving was done for an earlier one (its discharge was cancelled): due anew.
    """
    follow_up, is_new = await _row(session, plan, kind, key, due_from, due_by)
    untouched = follow_up.state in (FollowUpState.SCHEDULED, FollowUpState.OPEN) and not follow_up.attempts
    moved = (follow_up.due_from, follow_up.due_by) != (due_from, due_by)
    earlier = follow_up.done_at and plan.left_at and follow_up.done_at < plan.left_at
    if is_new or earlier or follow_up.state is FollowUpState.CANCELLED or (untouched and moved):
        await _begin(session, follow_up, due_from, due_by)


async def cancel_follow_ups(session: AsyncSession, plan: Plan) -> None:
    """The plan rests or is over. What is about somebody's safety stays, but for the dead."""
    query = select(FollowUp).where(FollowUp.plan_id == plan.id, FollowUp.state.in_(TO_DO))
    for follow_up in await session.scalars(query.order_by(FollowUp.id)):
        if plan.state is PlanState.CLOSED or follow_up.kind not in _SAFETY:
            follow_up.state = FollowUpState.CANCELLED
            follow_up.version += 1


async def withdraw_task(session: AsyncSession, plan: Plan, key: str) -> None:
    """What asked for it was an error. What somebody has begun stays."""
    query = select(FollowUp).where(FollowUp.plan_id == plan.id, FollowUp.key == key)
    follow_up = (await session.scalars(query)).first()
    if follow_up is not None and follow_up.state in TO_DO and not follow_up.attempts:
        follow_up.state = FollowUpState.CANCELLED
        follow_up.version += 1


async def sign_of_life(session: AsyncSession, plan: Plan, at: datetime | None = None) -> None:
    """The client was heard of, now or `at` that time. A plan whose contact was lost goes on: a job of its
    own does that. What is told so late that contact would be lost since is no sign of life any more."""
    now = clock.now()
    at = at or now
    plan.last_contact_at = max(plan.last_contact_at or at, at)
    if now - at >= LOST_AFTER:
        return
    plan.rung = min(plan.rung, Rung.COUNSELLOR)  # the rungs above it are about silence
    if plan.state is PlanState.LOST_CONTACT:
        await schedule(session, REGAIN_CONTACT, plan.id, key=f"{REGAIN_CONTACT}:{plan.id}:{_stamp(now)}")


async def open_follow_up(place: Workplace, job: Job) -> None:
    """The job at `due_from`. One that was moved since has another job."""
    async with place.database.transaction() as session:
        follow_up = await _meant(session, job)
        if follow_up is not None and follow_up.state is FollowUpState.SCHEDULED:
            _open(session, follow_up)
        await finish(session, job)


async def note_late(place: Workplace, job: Job) -> None:
    """The job at `due_by`: said once, and the task stays."""
    async with place.database.transaction() as session:
        follow_up = await _meant(session, job)
        if follow_up is not None and follow_up.state in TO_DO and follow_up.overdue_at is None:
            follow_up.state, follow_up.overdue_at = FollowUpState.OVERDUE, clock.now()
            follow_up.version += 1
            ids = {"plan_id": follow_up.plan_id, "follow_up_id": follow_up.id}
            say(session, FollowUpOverdue(case_id=follow_up.case_id, kind=follow_up.kind, **ids))
        await finish(session, job)


async def _row(
    session: AsyncSession,
    plan: Plan,
    kind: FollowUpKind,
    key: str,
    due_from: datetime,
    due_by: datetime,
) -> tuple[FollowUp, bool]:
    row = {
        "id": new_id(),
        "plan_id": plan.id,
        "case_id": plan.case_id,
        "key": key,
        "kind": kind,
        "state": FollowUpState.SCHEDULED,
        "due_from": due_from,
        "due_by": due_by,
        "attempts": 0,
        "version": 1,
    }
    made = await insert_or_ignore(session, cast(Table, FollowUp.__table__), [row], ["plan_id", "key"])
    query = select(FollowUp).where(FollowUp.plan_id == plan.id, FollowUp.key == key)
    return (await session.scalars(query)).one(), bool(made)


async def _begin(session: AsyncSession, follow_up: FollowUp, due_from: datetime, due_by: datetime) -> None:
    """From the start: scheduled or, when its time has come, open."""
    if follow_up.state is not FollowUpState.SCHEDULED:
        follow_up.outcome = follow_up.done_at = follow_up.overdue_at = None
        follow_up.version += 1
    was_open = follow_up.state is FollowUpState.OPEN
    follow_up.due_from, follow_up.due_by = due_from, due_by
    follow_up.state = FollowUpState.SCHEDULED
    late = {FOLLOW_UP_LATE: due_by}
    if due_from > clock.now() and not was_open:
        late[FOLLOW_UP_DUE] = due_from
    else:
        _open(session, follow_up)
    for kind, at in late.items():
        await schedule(
            session,
            kind,
            follow_up.id,
            due_at=at,
            key=f"{kind}:{follow_up.id}:{_stamp(at)}:{follow_up.version}",
        )


def _open(session: AsyncSession, follow_up: FollowUp) -> None:
    follow_up.state = FollowUpState.OPEN
    follow_up.version += 1
    ids = {"plan_id": follow_up.plan_id, "follow_up_id": follow_up.id}
    say(
        session,
        FollowUpDue(case_id=follow_up.case_id, kind=follow_up.kind, due_by=follow_up.due_by, **ids),
    )


async def _meant(session: AsyncSession, job: Job) -> FollowUp | None:
    """The task, if the job was set for the times it has now."""
    follow_up = await session.get(FollowUp, job.subject_id, with_for_update=True)
    if follow_up is None:
        return None
    at = follow_up.due_from if job.kind == FOLLOW_UP_DUE else follow_up.due_by
    return follow_up if job.key.split(":")[2] == _stamp(at) else None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)

"""The open work of the benefits desk, the most urgent first (insurance.md 8.8). Ids and codes only.

Of a case only its newest verification asks for work, except for a plan still to be phoned: whoever asked
anew has taken care of the older ones.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.phone.tasks import TaskState
from services.insurance.rules.states import PENDING, State
from services.insurance.tables import Change, ClientInCare, PhoneTask, Question, Verification
from services.insurance.words.payer_words import codes_in

MOST = 1000  # lines; a desk with more open work needs people, not a longer list
NEAR = timedelta(days=1)
WITHIN = timedelta(hours=4)  # what is to be corrected or looked at, as calls to plans are: half a working day


class WorkKind(StrEnum):
    """What is to be done. `check`: a second person confirms a call. `waiting`: nothing but to know of it."""

    CORRECT = "correct"
    REVIEW = "review"
    PHONE = "phone"
    CHECK = "check"
    EXPIRED = "expired"
    CHANGED = "changed"
    WAITING = "waiting"


class Urgency(StrEnum):
    """`overdue`: its time has come, or the client comes within a day."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line. `due_at`: when it should be done, for `waiting` when it is tried again by itself.

    `refusals`: the payer's own codes (AAA03). `owner_id`: who has taken the phone task.
    """

    kind: WorkKind
    case_id: UUID
    verification_id: UUID
    state: str
    due_at: datetime
    since: datetime
    payer_code: str | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    admission_on: date | None = None
    task_id: UUID | None = None
    owner_id: UUID | None = None


KINDS = {
    State.NEEDS_CORRECTION: WorkKind.CORRECT,
    State.MANUAL_REVIEW: WorkKind.REVIEW,
    State.PAYER_UNAVAILABLE: WorkKind.WAITING,
    State.EXPIRED: WorkKind.EXPIRED,
}


async def worklist(session: AsyncSession, now: datetime, zone: ZoneInfo) -> list[WorkItem]:
    """All open work, the most urgent first."""
    newest = await _newest(session)
    questions = await _questions(session, newest)
    in_care = set(await session.scalars(select(ClientInCare.case_id).where(ClientInCare.left_at.is_(None))))
    today = now.astimezone(zone).date()
    items = [
        _of_verification(row, questions.get(row.id, []))
        for row in newest
        if row.state != State.EXPIRED or _still_needed(row, in_care, today)
    ]
    items += await _phone_tasks(session)
    items += await _changes(session)
    return sorted(items, key=_order(now, zone))[:MOST]


def urgency(item: WorkItem, now: datetime, zone: ZoneInfo) -> Urgency:
    """How much of a hurry it is on the centre's clock."""
    today = now.astimezone(zone).date()
    if item.admission_on is not None and item.admission_on <= today + NEAR:
        return Urgency.OVERDUE
    if item.kind is not WorkKind.WAITING and item.due_at <= now:
        return Urgency.OVERDUE
    return Urgency.TODAY if item.due_at.astimezone(zone).date() <= today else Urgency.LATER


def _order(now: datetime, zone: ZoneInfo) -> Callable[[WorkItem], tuple[int, bool, bool, datetime, datetime]]:
    """By urgency; then who comes within a day; what only waits goes last."""
    ranks = list(Urgency)
    today = now.astimezone(zone).date()

    def key(item: WorkItem) -> tuple[int, bool, bool, datetime, datetime]:
        near = item.admission_on is not None and item.admission_on <= today + NEAR
        waits = item.kind is WorkKind.WAITING
        return ranks.index(urgency(item, now, zone)), not near, waits, item.due_at, item.since

    return key


def _of_verification(row: Verification, questions: Sequence[Question]) -> WorkItem:
    retries = [q.next_attempt_at for q in questions if q.state in PENDING and q.next_attempt_at is not None]
    kind = KINDS[State(row.state)]
    since = row.answered_at or row.requested_at
    return WorkItem(
        kind=kind,
        case_id=row.case_id,
        verification_id=row.id,
        state=row.state,
        due_at=min(retries, default=since) if kind is WorkKind.WAITING else since + WITHIN,
        since=since,
        payer_code=row.payer_code,
        reason=row.reason,
        fields=tuple(row.fields),
        refusals=tuple(dict.fromkeys(code for q in questions for code in codes_in(q.reason))),
        admission_on=row.admission_on,
    )


def _still_needed(row: Verification, in_care: set[UUID], today: date) -> bool:
    """An answer that has grown old is work only while somebody relies on it."""
    coming = row.admission_on is not None and row.admission_on >= today
    return coming or row.case_id in in_care


async def _newest(session: AsyncSession) -> list[Verification]:
    """Each case's newest verification, where it stands in a state somebody has to look at."""
    place = func.row_number().over(
        partition_by=Verification.case_id,
        order_by=(Verification.requested_at.desc(), Verification.id.desc()),
    )
    ranked = select(Verification.id, place.label("place")).subquery()
    query = (
        select(Verification)
        .join(ranked, ranked.c.id == Verification.id)
        .where(ranked.c.place == 1, Verification.state.in_(KINDS))
    )
    return list(await session.scalars(query))


async def _questions(session: AsyncSession, rows: Iterable[Verification]) -> dict[UUID, list[Question]]:
    open_states = {State.NEEDS_CORRECTION, State.PAYER_UNAVAILABLE}
    ids = [row.id for row in rows if row.state in open_states]
    found: dict[UUID, list[Question]] = {}
    for question in await session.scalars(select(Question).where(Question.verification_id.in_(ids))):
        found.setdefault(question.verification_id, []).append(question)
    return found


async def _phone_tasks(session: AsyncSession) -> list[WorkItem]:
    query = (
        select(PhoneTask, Verification)
        .join(Verification, Verification.id == PhoneTask.verification_id)
        .where(PhoneTask.state != TaskState.DONE)
    )
    return [
        WorkItem(
            kind=WorkKind.CHECK if task.state == TaskState.TO_CHECK else WorkKind.PHONE,
            case_id=task.case_id,
            verification_id=task.verification_id,
            state=row.state,
            due_at=task.due_at,
            since=task.opened_at,
            payer_code=row.payer_code,
            reason=task.reason,
            admission_on=row.admission_on,
            task_id=task.id,
            owner_id=task.owner_id,
        )
        for task, row in await session.execute(query)
    ]


async def _changes(session: AsyncSession) -> list[WorkItem]:
    query = (
        select(Change, Verification)
        .join(Verification, Verification.id == Change.verification_id)
        .where(Change.noted_at.is_(None))
    )
    return [
        WorkItem(
            kind=WorkKind.CHANGED,
            case_id=change.case_id,
            verification_id=change.verification_id,
            state=row.state,
            due_at=change.found_at + NEAR,
            since=change.found_at,
            payer_code=row.payer_code,
            differences=tuple(change.differences),
            admission_on=row.admission_on,
        )
        for change, row in await session.execute(query)
    ]

"""Somebody asks for help: one transaction makes the case, keeps the answers sealed and tells the others.

Only after it is "received" said. The same submission sent twice, or fifty times at once, is one case.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import consents, coverage, indexes
from services.intake.answers import Inquiry
from services.intake.case import BEFORE_ADMISSION, Coverage, Stage
from services.intake.records import take, touched
from services.intake.reference import new_reference
from services.intake.tables import Case, of
from services.intake.urgency import priority_of, respond_by
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import Channel, ConsentItem, InquiryReceived, Priority
from shared.database import insert_or_ignore
from shared.messaging.outbox import say
from shared.sealing import box, keyring

SEALED_ANSWERS = (
    "name_to_use",
    "first_name",
    "last_name",
    "phone",
    "email",
    "birth_date",
    "payer",
    "member_id",
)


@dataclass(frozen=True)
class Submission:
    """How an inquiry came: `key` is the sender's own name for this one sending of it."""

    key: str
    channel: Channel = Channel.WEB
    language: str = "en"
    suspicion: str | None = None


@dataclass(frozen=True)
class Received:
    """What the person is told. `replayed`: this very submission had been taken before."""

    case_id: UUID
    reference: str
    respond_by: datetime
    priority: Priority
    replayed: bool = False


class OtherAnswers(Exception):
    """The key was used before with other answers; `first` is what was taken then."""

    def __init__(self, first: Received) -> None:
        super().__init__("one key, two sets of answers")
        self.first = first


async def receive(session: AsyncSession, inquiry: Inquiry, submission: Submission, centre: str) -> Received:
    """Take an inquiry. Raises OtherAnswers; otherwise it is on the desk when this transaction commits."""
    now = clock.now()
    ring = keyring(session)
    fingerprint = ring.blind_index("submission", inquiry.model_dump_json())
    key = ring.blind_index("idempotency", submission.key)
    priority = priority_of(danger=inquiry.danger)
    case_id, due = new_id(), respond_by(now, priority)
    row = {
        "id": case_id,
        "version": 1,
        "language": submission.language,
        "channel": submission.channel.value,
        "for_whom": inquiry.for_whom,
        "priority": priority.value,
        "stage": Stage.NEW.value,
        "coverage": _first_coverage(inquiry).value,
        "coverage_detail": {},
        "restricted": False,
        "suspicion": submission.suspicion,
        "voicemail_ok": inquiry.safe_contact.voicemail,
        "texts_ok": inquiry.safe_contact.texts,
        "say_who_calls_ok": inquiry.safe_contact.say_who_calls,
        "identifiers_complete": inquiry.identifiers_complete,
        "received_at": now,
        "respond_by": due,
        "touched_at": now,
        "phone_index": indexes.phone_index(ring, inquiry.phone),
        "name_birth_index": inquiry.birth_date
        and indexes.name_birth_index(ring, inquiry.first_name, inquiry.last_name, inquiry.birth_date),
        "idempotency_index": key,
        "submission_index": fingerprint,
    }
    reference = await _insert(session, row)
    if reference is None:
        return await _first_answer(session, key, fingerprint)
    received = Received(case_id, reference, due, priority)
    await _seal_answers(session, received.case_id, inquiry)
    say(
        session,
        InquiryReceived(
            case_id=received.case_id,
            channel=submission.channel,
            priority=priority,
            respond_by=received.respond_by,
        ),
    )
    case = await session.get_one(Case, received.case_id)
    for item in inquiry.consents:
        await consents.record(session, case, item, given=True, channel="web", centre=centre, now=now)
    # A machine's form waits for a person's eye before anything leaves the house.
    if ConsentItem.INSURER in inquiry.consents and submission.suspicion is None:
        await coverage.request(session, case, now)
    return received


async def raise_to_danger(session: AsyncSession, first: Received) -> Received:
    """Danger said on a second sending counts from now, whatever else of that sending is not kept."""
    case, now = await take(session, first.case_id), clock.now()
    if case.priority != Priority.P0.value and Stage(case.stage) in BEFORE_ADMISSION:
        case.priority, case.respond_by = Priority.P0.value, respond_by(now, Priority.P0)
        touched(case, now)
    return replace(first, respond_by=case.respond_by, priority=Priority(case.priority))


def _first_coverage(inquiry: Inquiry) -> Coverage:
    known = inquiry.payer or inquiry.member_id
    return Coverage.AWAITING_CONSENT if known else Coverage.NONE


async def _insert(session: AsyncSession, row: dict[str, object], tries: int = 5) -> str | None:
    """The new case's reference, or None when the key has its case already.

    Two of 2^35 references may coincide one day: the insert then fails in its savepoint and draws again.
    """
    for left in range(tries, 0, -1):
        reference = new_reference()
        try:
            async with session.begin_nested():
                inserted = await insert_or_ignore(
                    session, of(Case), [row | {"reference": reference}], ["idempotency_index"]
                )
            return reference if inserted else None
        except IntegrityError:
            if left == 1:
                raise
    return None


async def _first_answer(session: AsyncSession, key: bytes, fingerprint: bytes) -> Received:
    query = select(Case.id, Case.reference, Case.respond_by, Case.priority, Case.submission_index)
    first = (await session.execute(query.where(Case.idempotency_index == key))).one()
    received = Received(first.id, first.reference, first.respond_by, Priority(first.priority), replayed=True)
    if not hmac.compare_digest(first.submission_index, fingerprint):
        raise OtherAnswers(received)
    return received


async def _seal_answers(session: AsyncSession, case_id: UUID, inquiry: Inquiry) -> None:
    case_box = await box(session, case_id)
    sealed = {
        name: case_box.seal(f"cases.{name}", case_id, str(value))
        for name in SEALED_ANSWERS
        if (value := inquiry.called if name == "name_to_use" else getattr(inquiry, name))
    }
    await session.execute(update(Case).where(Case.id == case_id).values(**sealed))

"""A verification's life outside the payer: requested, withdrawn, asked for again. Inside `transaction()`
only."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.phone.tasks import PhoneReason, TaskState
from services.insurance.rules.following import PLAN_ONLY
from services.insurance.rules.statements import Purpose
from services.insurance.rules.states import OPEN, PENDING, Cause, ForcedReason, QuestionState, State
from services.insurance.tables import PhoneTask, Question, Verification, of
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageDeclined, DeclinedReason, VerificationStarted
from shared.jobs import schedule
from shared.messaging.outbox import say
from shared.upsert import insert_or_ignore

ASK_PAYER = "ask_payer"
SUPERSEDED = "superseded"


class VerificationNotFound(Exception):
    """No verification has this id."""


class AlreadyAsking(Exception):
    """The payer is being asked right now; a second question would be billed and answer nothing new."""


async def request_verification(
    session: AsyncSession,
    verification_id: UUID,
    case_id: UUID,
    consent_id: UUID,
    cause: Cause = Cause.REQUESTED,
    forced: ForcedReason | None = None,
) -> bool:
    """Take up the question and plan asking the payer. Coming twice is one verification; returns whether it
    is new.

    An older question of the same case that nobody has an answer to yet is superseded: whoever asks again
    has changed something, and the old one would only repeat the mistake.
    """
    row: dict[str, object] = {
        "id": verification_id,
        "case_id": case_id,
        "consent_id": consent_id,
        "cause": cause.value,
        "forced": forced.value if forced else None,
        "state": State.REQUESTED.value,
        "fields": [],
        "levels_of_care": [],
        "requested_at": clock.now(),
    }
    if not await insert_or_ignore(session, of(Verification), [row], ["id"]):
        return False
    await _supersede(session, case_id, verification_id)
    await plan_question(session, verification_id, verification_id, case_id, Purpose.PLAN, PLAN_ONLY)
    say(session, VerificationStarted(case_id=case_id, verification_id=verification_id))
    return True


async def plan_question(
    session: AsyncSession,
    question_id: UUID,
    verification_id: UUID,
    case_id: UUID,
    purpose: Purpose,
    service_types: tuple[str, ...],
    payer_code: str | None = None,
) -> None:
    """One more question of a verification, and the job that asks it."""
    question = Question(
        id=question_id,
        verification_id=verification_id,
        case_id=case_id,
        purpose=purpose.value,
        payer_code=payer_code,
        service_types=list(service_types),
        state=QuestionState.WAITING.value,
        variation=0,
        failures=0,
        has_slot=False,
    )
    session.add(question)
    await schedule(session, ASK_PAYER, question_id)


async def ask_again(
    session: AsyncSession,
    verification_id: UUID,
    cause: Cause = Cause.RECHECK,
    forced: ForcedReason | None = None,
) -> UUID:
    """Ask the payer anew, as a new verification with an id of its own; returns that id.

    New, because an old answer stays what it was, and because intake's door then gives today as service date.
    Without `forced` an answer of the last day is used again instead of paying for another.
    Raises VerificationNotFound, AlreadyAsking.
    """
    old = await session.get(Verification, verification_id, with_for_update=True)
    if old is None:
        raise VerificationNotFound
    asking = await session.scalar(
        select(Verification.id).where(
            Verification.case_id == old.case_id, Verification.state.in_((State.REQUESTED, State.QUERYING))
        )
    )
    if asking is not None:
        raise AlreadyAsking
    fresh_id = new_id()
    await request_verification(session, fresh_id, old.case_id, old.consent_id, cause, forced)
    return fresh_id


async def withdraw(session: AsyncSession, case_id: UUID) -> None:
    """The person took back the consent: whatever is still to be asked is not asked, by us or on the phone.

    An attempt that is out already cannot be called back; what it brings is thrown away (asking.py).
    """
    unsettled = OPEN | {State.NEEDS_CORRECTION, State.MANUAL_REVIEW}
    still_open = await session.scalars(
        select(Verification)
        .where(Verification.case_id == case_id, Verification.state.in_(unsettled))
        .with_for_update()
    )
    for verification in still_open.all():
        await close_without_consent(session, verification)
    await _drop_questions(session, Question.case_id == case_id)
    await _close_tasks(session, PhoneTask.case_id == case_id)


async def withdraw_behavioural(session: AsyncSession, case_id: UUID) -> None:
    """The plan may be asked, but not about addiction treatment by name: such questions are not asked any
    more."""
    await _drop_questions(session, Question.case_id == case_id, Question.purpose != Purpose.PLAN)
    about_care = PhoneTask.reason.in_((PhoneReason.LEVELS_UNKNOWN, PhoneReason.CARVE_OUT))
    await _close_tasks(session, PhoneTask.case_id == case_id, about_care)


async def close_without_consent(session: AsyncSession, verification: Verification) -> None:
    """Close `verification` and say so."""
    reason = DeclinedReason.CONSENT_WITHDRAWN
    verification.state = State.CLOSED
    verification.reason = reason
    await _drop_questions(session, Question.verification_id == verification.id)
    say(
        session,
        CoverageDeclined(case_id=verification.case_id, verification_id=verification.id, reason=reason),
    )


async def _supersede(session: AsyncSession, case_id: UUID, by: UUID) -> None:
    older = (Verification.case_id == case_id, Verification.id != by)
    closed = await session.scalars(
        update(Verification)
        .where(*older, Verification.state.in_((State.REQUESTED, State.PAYER_UNAVAILABLE)))
        .values(state=State.CLOSED, reason=SUPERSEDED)
        .returning(Verification.id)
    )
    for verification_id in closed.all():
        await _drop_questions(session, Question.verification_id == verification_id)
    # What an older one waits to ask by itself (a variation, behavioural benefits) the new one asks with
    # newer details.
    waiting = Question.state.in_(PENDING - {QuestionState.ASKING})
    await _drop_questions(session, Question.case_id == case_id, waiting)
    await _close_tasks(session, PhoneTask.case_id == case_id, PhoneTask.owner_id.is_(None))


async def _drop_questions(session: AsyncSession, *which: object) -> None:
    await session.execute(
        update(Question)
        .where(*which, Question.state.in_(PENDING))  # type: ignore[arg-type]
        .values(state=QuestionState.DROPPED, next_attempt_at=None, in_flight=None)
    )


async def _close_tasks(session: AsyncSession, *which: object) -> None:
    await session.execute(
        update(PhoneTask)
        .where(*which, PhoneTask.state != TaskState.DONE)  # type: ignore[arg-type]
        .values(state=TaskState.DONE, closed_at=clock.now())
    )

"""Phone verification: take a task, see what to ask, record the call, confirm somebody else's."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.data_door import IntakeUnreachable, NoConsent
from services.insurance.desk.phone_bodies import NewCall, Verdict, call_record, level_answers, plan_answer
from services.insurance.desk.phone_views import call_view, calls_view, form_view, task_view
from services.insurance.desk.requests import (
    Asking,
    Config,
    Db,
    Intake,
    Key,
    Writer,
    id_for,
    key_used,
    not_found,
    staff_id,
)
from services.insurance.findings import findings
from services.insurance.payer_records import load_directory
from services.insurance.phone.calls import (
    CallDiffers,
    CallNotFound,
    ImplausibleCall,
    NothingToCheck,
    SamePerson,
    VerificationClosed,
    check_call,
    record_call,
)
from services.insurance.phone.form import phone_form
from services.insurance.phone.permit import phone_permit
from services.insurance.phone.tasks import (
    TaskDone,
    TaskNotFound,
    TaskTaken,
    case_of_task,
    claim,
    release,
    task_for_changing,
)
from services.insurance.rules.statements import Purpose
from services.insurance.rules.states import State
from services.insurance.tables import PhoneCall, PhoneTask, Verification
from shared.audit import record
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

router = APIRouter(tags=["phone"])

Listener = Annotated[
    Caller, Depends(allowed(Role.COORDINATOR, Role.VOB, Role.CASE_MANAGER, Role.DIRECTOR, Role.AUDITOR))
]
# The electronic answer said whether the plan is active.
SETTLED = frozenset({State.VERIFIED_ACTIVE, State.VERIFIED_INACTIVE, State.EXPIRED})


@router.get("/phone-tasks/{task_id}")
async def show_task(task_id: UUID, database: Db, caller: Listener) -> dict[str, Any]:
    """A task with the calls made for it."""
    with answered():
        async with database.transaction() as session:
            task = await _taken_up(session, caller, task_id, "phone.read", ("calls",))
            return task_view(task) | {"calls": await calls_view(session, task)}


@router.post("/phone-tasks/{task_id}/claim")
async def claim_task(task_id: UUID, database: Db, caller: Writer) -> dict[str, Any]:
    with answered():
        async with database.transaction() as session:
            task = await _taken_up(session, caller, task_id, "phone.claim")
            await _still_open(session, task)
            claim(task, staff_id(caller))
            return task_view(task)


@router.post("/phone-tasks/{task_id}/release")
async def release_task(task_id: UUID, database: Db, caller: Writer) -> dict[str, Any]:
    with answered():
        async with database.transaction() as session:
            task = await _taken_up(session, caller, task_id, "phone.release")
            release(task, staff_id(caller))
            return task_view(task)


@router.get("/phone-tasks/{task_id}/form")
async def show_form(task_id: UUID, database: Db, intake: Intake, caller: Writer) -> dict[str, Any]:
    """Whom to phone, what is known already and from where, and what is left to ask.

    Levels of care only when the client agreed that addiction care may be named to the plan.
    """
    with answered():
        async with database.transaction() as session:
            case_id = await case_of_task(session, task_id)
        permit = await phone_permit(intake, case_id, task_id)
        async with database.transaction() as session:
            task = await _taken_up(session, caller, task_id, "phone.form", ("benefits", "calls"))
            verification = await _still_open(session, task)
            found = await findings(session, verification)
            directory = await load_directory(session)
    form = phone_form(
        found,
        directory,
        settled=verification.state in SETTLED,
        name_addiction_care=permit is Purpose.BEHAVIOURAL,
    )
    return task_view(task) | form_view(form)


@router.post("/phone-tasks/{task_id}/calls", status_code=201)
async def add_call(
    task_id: UUID,
    database: Db,
    settings: Config,
    terms: Asking,
    caller: Writer,
    body: NewCall,
    key: Key = None,
) -> dict[str, Any]:
    """Record a call. Where the centre wants a second person, it counts once they agreed."""
    with answered():
        async with database.transaction() as session:
            task = await _taken_up(session, caller, task_id, "phone.call", ("calls",))
            call_id = id_for(session, "phone_calls", task_id, key)
            row = await record_call(
                session,
                task,
                staff_id(caller),
                call_record(body, call_id),
                level_answers(body, call_id),
                plan_answer(body, call_id),
                terms,
                second_check=settings.phone_second_check,
            )
            return call_view(row) | {"task": task_view(task)}


@router.post("/phone-calls/{call_id}/check")
async def check(call_id: UUID, database: Db, terms: Asking, caller: Writer, body: Verdict) -> dict[str, Any]:
    """The second person's word on somebody else's call."""
    with answered():
        async with database.transaction() as session:
            case_id = await session.scalar(select(PhoneCall.case_id).where(PhoneCall.id == call_id))
            await record(session, caller, "phone.check", case_id, ("calls",))
            checked = await check_call(session, call_id, staff_id(caller), terms, agrees=body.agrees)
            return call_view(checked)


@contextmanager
def answered() -> Generator[None]:
    """Around a use case: its refusals leave as problems."""
    try:
        yield
    except TaskNotFound:
        raise not_found("phone task") from None
    except NoConsent:
        detail = "The client has not agreed that their plan is asked, or has taken it back. Do not phone it."
        raise Problem(403, "consent_missing", "Consent is missing", detail) from None
    except IntakeUnreachable:
        detail = "Whether the client still agrees cannot be looked up right now. Try again in a minute."
        raise Problem(503, "try_again", "Try again", detail) from None
    except CallNotFound:
        raise not_found("call") from None
    except TaskTaken as taken:
        detail = "They phone this plan already. Ask them to release it if you are to do it."
        raise Problem(
            409, "already_claimed", "A colleague has this task", detail, by=str(taken.owner_id)
        ) from None
    except TaskDone:
        raise Problem(409, "task_done", "This task is done", "There is nothing to phone for.") from None
    except CallDiffers:
        raise key_used() from None
    except ImplausibleCall:
        detail = "A call ends after it began, lies in the past month, and takes less than eight hours."
        raise Problem(422, "invalid_input", "Check the times of the call", detail) from None
    except VerificationClosed:
        detail = "Consent was taken back, or the plan was asked anew. Do not phone for this one."
        raise Problem(409, "verification_closed", "Nothing to phone for", detail) from None
    except NothingToCheck:
        detail = "The call was checked already, or counts without a second person."
        raise Problem(409, "nothing_to_check", "Nothing to check", detail) from None
    except SamePerson:
        detail = "You made this call. Somebody else has to check it."
        raise Problem(409, "same_person", "A second person is needed", detail) from None


async def _still_open(session: AsyncSession, task: PhoneTask) -> Verification:
    verification = await session.get_one(Verification, task.verification_id)
    if verification.state == State.CLOSED:
        raise VerificationClosed
    return verification


async def _taken_up(
    session: AsyncSession, caller: Caller, task_id: UUID, action: str, fields: tuple[str, ...] = ()
) -> PhoneTask:
    """The audit row first, as everywhere, then the task locked."""
    await record(session, caller, action, await case_of_task(session, task_id), fields)
    return await task_for_changing(session, task_id)

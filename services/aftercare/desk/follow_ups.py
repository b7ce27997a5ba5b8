"""The work list: who is to be called, by whom, until when; attempts, and what came of them. No names."""

from collections import Counter
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import store_of
from services.aftercare.desk.finding import Arranger, needs_consent, plan_for
from services.aftercare.desk.follow_up_views import attempt_view, follow_up_view
from services.aftercare.desk.versions import Seen, check_seen
from services.aftercare.follow_up.attempts import (
    CALLS,
    attempts_of,
    complete,
    log_attempt,
    note_of,
    reopen,
    take,
    withdraw_attempt,
)
from services.aftercare.follow_up.work_list import follow_ups_of, work_list
from services.aftercare.plans.opening import locked
from services.aftercare.tables import Attempt, FollowUp, Plan
from shared import audit, clock
from shared.contracts.aftercare import FollowUpKind, FollowUpOutcome, FollowUpState
from shared.contracts.intake import ContactChannel
from shared.identity import Caller
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["follow-up"])

_MOST = 500


class FollowUpMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No task", "There is no such task.")


class NothingToDo(Problem):
    def __init__(self, state: FollowUpState) -> None:
        detail = "This task is done or was cancelled. Look at it again."
        super().__init__(409, "not_open", "Nothing to do", detail, state=state)


class CallNeeded(Problem):
    def __init__(self) -> None:
        detail = "A call is done when the client was spoken with: say how the attempt went."
        super().__init__(409, "attempt_needed", "This is a call", detail)


class NewAttempt(BaseModel):
    """One try. `id`, made by the caller, makes sending it twice one attempt."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: UUID | None = None
    channel: ContactChannel
    outcome: Literal[
        FollowUpOutcome.REACHED,
        FollowUpOutcome.LEFT_WORD,
        FollowUpOutcome.NO_ANSWER,
        FollowUpOutcome.DECLINED,
        FollowUpOutcome.WRONG_CONTACT,
    ]
    note: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] = ""


class Owner(BaseModel):
    """Whose it is from now on; null: anybody's."""

    model_config = ConfigDict(extra="forbid")

    staff_id: UUID | None


@router.get("/follow-ups")
async def list_follow_ups(
    request: Request,
    caller: Arranger,
    kind: Annotated[list[FollowUpKind] | None, Query(max_length=20)] = None,
    owner: Literal["anybody", "mine", "nobody"] = "anybody",
    coming: bool = False,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 200,
) -> dict[str, Any]:
    """What is to be done, the overdue first; with `coming` also what is not due yet. `counts` are of all."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "follow_up.list", None)
        found = await work_list(session, consented_only=needs_consent(caller), coming=coming)
    wanted = [
        one
        for one in found
        if (kind is None or one.kind in kind)
        and (owner != "mine" or (one.owner_id is not None and one.owner_id == caller.id))
        and (owner != "nobody" or one.owner_id is None)
    ]
    return {
        "as_of": clock.now(),
        "counts": Counter(one.state.value for one in found),
        "follow_ups": [follow_up_view(one) for one in wanted[:limit]],
        "more": max(len(wanted) - limit, 0),
    }


@router.get("/cases/{case_id}/follow-ups")
async def follow_ups_of_case(request: Request, case_id: UUID, caller: Arranger) -> dict[str, Any]:
    """Everything of the client's plan, done and to come."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "follow_up.read", case_id)
        plan = await plan_for(session, case_id, caller)
        return {"follow_ups": [follow_up_view(one) for one in await follow_ups_of(session, plan)]}


@router.get("/follow-ups/{follow_up_id}")
async def read_follow_up(request: Request, follow_up_id: UUID, caller: Arranger) -> dict[str, Any]:
    """One task with its attempts and their notes."""
    async with store_of(request).transaction() as session:
        _, follow_up = await _find(session, caller, follow_up_id, "follow_up.read", ("notes",))
        tries = await attempts_of(session, follow_up)
        shown = [attempt_view(one, await note_of(session, one)) for one in tries]
        return follow_up_view(follow_up) | {"tries": shown}


@router.put("/follow-ups/{follow_up_id}/owner")
async def hand_over(
    request: Request, follow_up_id: UUID, owner: Owner, caller: Arranger, seen: Seen
) -> dict[str, Any]:
    """Take it, hand it over, or put it back for anybody."""
    async with store_of(request).transaction() as session:
        _, follow_up = await _find(session, caller, follow_up_id, "follow_up.hand_over")
        check_seen(seen, follow_up.version)
        if not take(follow_up, owner.staff_id):
            raise NothingToDo(follow_up.state)
        return follow_up_view(follow_up)


@router.post("/follow-ups/{follow_up_id}/attempts", status_code=201)
async def add_attempt(
    request: Request, follow_up_id: UUID, new: NewAttempt, caller: Arranger, seen: Seen
) -> dict[str, Any]:
    """Somebody tried to reach the client. Reached or declined: the task is done."""
    async with store_of(request).transaction() as session:
        plan, follow_up = await _find(session, caller, follow_up_id, "follow_up.attempt", ("note",))
        repeated = new.id is not None and await session.get(Attempt, new.id) is not None
        if not repeated:
            check_seen(seen, follow_up.version)
        attempt = await log_attempt(
            session,
            plan,
            follow_up,
            new.channel,
            new.outcome,
            staff_id=caller.id,
            note=new.note.strip(),
            attempt_id=new.id,
        )
        if attempt is None:
            raise NothingToDo(follow_up.state)
        return attempt_view(attempt) | {"follow_up": follow_up_view(follow_up)}


@router.delete("/follow-ups/{follow_up_id}/attempts/{attempt_id}")
async def take_back_attempt(
    request: Request, follow_up_id: UUID, attempt_id: UUID, caller: Arranger
) -> dict[str, Any]:
    """It was logged in error. Kept as such; the task is where it was before."""
    async with store_of(request).transaction() as session:
        plan, follow_up = await _find(session, caller, follow_up_id, "follow_up.take_back")
        attempt = await session.get(Attempt, attempt_id)
        if attempt is None or attempt.follow_up_id != follow_up.id:
            raise FollowUpMissing
        await withdraw_attempt(session, plan, follow_up, attempt)
        return follow_up_view(follow_up)


@router.post("/follow-ups/{follow_up_id}/complete")
async def mark_done(request: Request, follow_up_id: UUID, caller: Arranger, seen: Seen) -> dict[str, Any]:
    """A task that is no call is done."""
    async with store_of(request).transaction() as session:
        _, follow_up = await _find(session, caller, follow_up_id, "follow_up.complete")
        check_seen(seen, follow_up.version)
        if follow_up.kind in CALLS:
            raise CallNeeded
        if not await complete(session, follow_up):
            raise NothingToDo(follow_up.state)
        return follow_up_view(follow_up)


@router.post("/follow-ups/{follow_up_id}/reopen")
async def undo_done(request: Request, follow_up_id: UUID, caller: Arranger, seen: Seen) -> dict[str, Any]:
    """Done was said in error. A call is opened again by taking its attempt back."""
    async with store_of(request).transaction() as session:
        _, follow_up = await _find(session, caller, follow_up_id, "follow_up.reopen")
        check_seen(seen, follow_up.version)
        if not await reopen(session, follow_up):
            raise NothingToDo(follow_up.state)
        return follow_up_view(follow_up)


async def _find(
    session: AsyncSession, caller: Caller, follow_up_id: UUID, action: str, fields: tuple[str, ...] = ()
) -> tuple[Plan, FollowUp]:
    """The plan, locked, and the task; the audit row is written before anything personal is read."""
    follow_up = await session.get(FollowUp, follow_up_id)
    await audit.record(session, caller, action, follow_up.case_id if follow_up else None, fields)
    plan = await locked(session, follow_up.plan_id) if follow_up else None
    if follow_up is None or plan is None or (needs_consent(caller) and plan.consent_id is None):
        raise FollowUpMissing
    await session.refresh(follow_up, with_for_update=True)
    return plan, follow_up

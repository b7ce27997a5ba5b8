"""Questionnaires as staff see them, and those they bring from paper, a call or the EHR."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.aftercare.access import settings_of, store_of
from services.aftercare.desk.finding import Clinical, plan_for
from services.aftercare.follow_up.check_ins import Closed, answers_of, check_ins_of, enter
from services.aftercare.follow_up.due_times import local_day
from services.aftercare.follow_up.instruments import INSTRUMENTS, NotAnItem
from services.aftercare.tables import CheckIn
from shared import audit, clock
from shared.contracts.aftercare import Instrument
from shared.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["check-ins"])


class Entered(BaseModel):
    """Answers by item number; of BAM the version answered 0-4. `on`: the day they were given."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    instrument: Instrument
    on: date
    items: Annotated[
        dict[Annotated[str, Field(max_length=20)], Annotated[int, Field(strict=True)]],
        Field(min_length=1, max_length=20),
    ]


@router.get("/check-ins/instruments")
async def list_instruments(_caller: Clinical) -> dict[str, Any]:
    """Items by number with their highest answer. The labels only say which item is meant."""
    return {
        "instruments": [
            {
                "instrument": one.instrument,
                "items": [
                    {"item": n, "most": most, "label": one.labels[n]} for n, most in one.ranges.items()
                ],
            }
            for one in INSTRUMENTS.values()
        ]
    }


@router.get("/cases/{case_id}/check-ins")
async def read_check_ins(request: Request, case_id: UUID, caller: Clinical) -> dict[str, Any]:
    """All of the client's plan, the latest first, with answers and what stands out. Unanswered is no answer,
    nothing worse."""
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "check_in.read", case_id, ("items", "scores"))
        plan = await plan_for(session, case_id, caller)
        found = await check_ins_of(session, plan)
        return {"check_ins": [_view(one) | await answers_of(session, one) for one in found]}


@router.post("/cases/{case_id}/check-ins", status_code=201)
async def enter_check_in(request: Request, case_id: UUID, given: Entered, caller: Clinical) -> dict[str, Any]:
    """Score what was answered elsewhere. `concern_level` 3: whoever is on call is being called now."""
    if given.on > local_day(clock.now(), settings_of(request).centre_zone):
        raise Problem(422, "not_yet", "Not yet", "This day is still to come.")
    async with store_of(request).transaction() as session:
        await audit.record(session, caller, "check_in.enter", case_id, ("items", "scores"))
        plan = await plan_for(session, case_id, caller, lock=True)
        try:
            check_in, answered = await enter(
                session, plan, given.instrument, given.on, given.items, staff_id=caller.id
            )
        except NotAnItem as wrong:
            detail = f"Some of what was sent does not fit: {wrong}."
            raise Problem(422, "not_an_item", "Check the answers", detail) from None
        except Closed:
            detail = "The client answered this one themselves. Enter what you heard under another day."
            raise Problem(409, "answered_by_client", "Answered already", detail) from None
        said = await answers_of(session, check_in)
        return _view(check_in) | said | {"concern_level": answered.concern_level}


def _view(one: CheckIn) -> dict[str, Any]:
    return {
        "check_in_id": one.id,
        "instrument": one.instrument,
        "due_on": one.due_on,
        "open_until": one.open_until,
        "answered_at": one.answered_at,
        "recorded_by": one.recorded_by,
    }

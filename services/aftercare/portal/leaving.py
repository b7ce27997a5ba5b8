"""Fewer messages, a rest, an end: each is the client's own, said plainly, and undone where it can be."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from services.aftercare.access import store_of
from services.aftercare.messages.stops import (
    resume_channel,
    resume_writing,
    stop_writing,
    stopped_channels,
)
from services.aftercare.plans.ending import end_plan
from services.aftercare.plans.pausing import pause, resume
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import away, page, visit_of
from services.aftercare.tables import OVER, PlanState
from shared.contracts.aftercare import MessageChannel, PauseReason, PlanEndReason

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Wish = Literal["stop_text", "stop_email", "stop_all", "resume_text", "resume_email", "resume_all"]


@router.get("/my/messages")
async def messages(request: Request, note: Literal["", "saved"] = "") -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "messages.read")
        if visit is None:
            return away(request)
        stopped = await stopped_channels(session, visit.plan.case_id)
    off = {channel.value: channel in stopped for channel in MessageChannel}
    return page(request, visit, "messages.html", off=off, note=note)


@router.post("/my/messages")
async def set_messages(request: Request, wish: Annotated[Wish, Form()]) -> Response:
    """In force at once."""
    does, _, where = wish.partition("_")
    channel = None if where == "all" else MessageChannel(where)
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, f"messages.{does}", lock=True)
        if visit is None:
            return away(request)
        case_id = visit.plan.case_id
        if does == "stop":
            await stop_writing(session, case_id, channel)
        elif channel is None:
            await resume_writing(session, case_id)
        else:
            await resume_channel(session, case_id, channel)
    return see("/my/messages?note=saved")


@router.get("/my/plan")
async def my_plan(request: Request) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "plan.read")
        if visit is None:
            return away(request)
    rests = visit.plan.state is PlanState.PAUSED
    goes_on = rests and visit.plan.pause_reason is PauseReason.CLIENT_WISH
    return page(
        request,
        visit,
        "plan.html",
        rests=rests,
        may_go_on=goes_on,
        over=visit.plan.state in OVER,
    )


@router.post("/my/plan/pause")
async def rest(request: Request) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "plan.pause", lock=True)
        if visit is None:
            return away(request)
        done = await pause(session, visit.plan, PauseReason.CLIENT_WISH)
    return see("/my?note=rests" if done else "/my/plan")


@router.post("/my/plan/go-on")
async def go_on(request: Request) -> Response:
    """Only what the client began they end: a pause of custody or readmission is staff's to end."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "plan.resume", lock=True)
        if visit is None:
            return away(request)
        theirs = visit.plan.pause_reason in (None, PauseReason.CLIENT_WISH)
        done = theirs and await resume(session, visit.plan)
    return see("/my?note=goes_on" if done else "/my/plan")


@router.get("/my/plan/end")
async def ask_before_the_end(request: Request) -> Response:
    """It cannot be undone here, so it is asked once more, with the rest as another way."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "plan.read")
        if visit is None:
            return away(request)
    if visit.plan.state in OVER:
        return see("/my/plan")
    return page(request, visit, "plan_end.html", rests=visit.plan.state is PlanState.PAUSED)


@router.post("/my/plan/end")
async def end(request: Request, sure: Annotated[Literal["yes"], Form()]) -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "plan.end", lock=True)
        if visit is None:
            return away(request)
        if sure == "yes":
            await end_plan(session, visit.plan, PlanEndReason.ENDED_BY_CLIENT)
    return see("/my/plan")

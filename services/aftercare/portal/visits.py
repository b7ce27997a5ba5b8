"""Who stands behind a request: the client whose session the browser holds, and what they want of pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of
from services.aftercare.plans.opening import latest_plan
from services.aftercare.plans.preferences import Preferences, preferences_of
from services.aftercare.portal import sessions
from services.aftercare.portal.pages import show
from services.aftercare.portal.wording import LANGUAGES, language_of
from services.aftercare.tables import Plan, PlanState
from shared import audit
from shared.identity import Caller, Role
from shared.sealing import KeyShredded, box

CLIENT = Caller(None, "client", Role.SERVICE)


@dataclass(frozen=True)
class Visit:
    """`plan` is of the client's last stay; `language` what this browser shows; `wanted` what is on file."""

    plan: Plan
    language: str
    wanted: Preferences

    @property
    def zone(self) -> str:
        return self.wanted.zone


async def visit_of(
    session: AsyncSession, request: Request, action: str, *, lock: bool = False, fields: Iterable[str] = ()
) -> Visit | None:
    """None without a live session, after a death, or when the client's data was destroyed.

    The audit row is written before anything sealed is read. `lock`: the plan is locked, first of all rows.
    """
    found = await sessions.session_of(session, request)
    plan = await latest_plan(session, found.case_id, lock=lock) if found else None
    if plan is None or plan.state is PlanState.CLOSED:
        return None
    await audit.record(session, CLIENT, action, plan.case_id, fields)
    try:
        await box(session, plan.case_id)  # also where no wishes are on file that could not be opened
        wanted = await preferences_of(session, plan.case_id, settings_of(request).centre_zone)
    except KeyShredded:
        return None
    # English on file may only mean that nobody asked: the browser knows better then.
    on_file = wanted.written_in if wanted.written_in != LANGUAGES[0] else None
    return Visit(plan, language_of(request, on_file), wanted)


async def client_of(session: AsyncSession, request: Request) -> Plan | None:
    """The plan of the client whose session this is, for a route that opens nothing sealed."""
    found = await sessions.session_of(session, request)
    return await latest_plan(session, found.case_id) if found else None


def page(request: Request, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the client's own, with the navigation."""
    return show(request, template, visit.language, status=status, **values)


def nothing_here(request: Request, visit: Visit) -> Response:
    """The same page for what never was, what is gone, and what is somebody else's."""
    return show(request, "trouble.html", visit.language, status=404, why="nothing")


def away(request: Request) -> Response:
    """No session: how to get a new link. 401, so that nothing takes it for the page that was asked for."""
    return show(
        request, "ask_for_link.html", language_of(request), status=401, within=False, problem="", typed=""
    )

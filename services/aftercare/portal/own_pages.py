"""Whose page a link opens: the 128-bit token in it, found by keyed hash."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import Listing
from services.aftercare.plans.enrolment import enrolments_of
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.opening import TOKEN
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import audit
from shared.identity import Caller, Role
from shared.sealing import KeyShredded, box, keyring

_CLIENT = Caller(None, "client link", Role.SERVICE)


@dataclass(frozen=True)
class OwnPage:
    """A plan as its client sees it: enrolments with their meetings, in the client's zone."""

    plan: Plan
    zone: str
    enrolments: list[tuple[Enrolment, Listing]]


async def open_page(
    session: AsyncSession,
    token: str,
    action: str,
    centre_zone: str,
    *,
    lock: bool = False,
    over: bool = False,
) -> OwnPage | None:
    """None for any link that opens nothing: unknown, closed, or of a client whose data was destroyed.

    `over` opens a closed plan too: a device subscribed to its calendar must hear that the entries ended.
    """
    index = keyring(session).blind_index(TOKEN, token)
    query = select(Plan).where(Plan.token_index == index)
    plan = await session.scalar(query.with_for_update() if lock else query)
    if plan is None or (plan.state is PlanState.CLOSED and not over):
        return None
    await audit.record(session, _CLIENT, action, plan.case_id)
    try:
        zone = (await preferences_of(session, plan.case_id, centre_zone)).zone
    except KeyShredded:
        return None
    enrolments = await enrolments_of(session, plan)
    rows = await session.scalars(select(Meeting).where(Meeting.id.in_(one.meeting_id for one in enrolments)))
    meetings = {row.id: listing_of(row) for row in rows}
    return OwnPage(plan, zone, [(one, meetings[one.meeting_id]) for one in enrolments])


def on_calendar(enrolment: Enrolment) -> bool:
    """Has it ever been on the client's calendar? Then its entry stays in the file, ended or not."""
    return enrolment.active_at is not None and enrolment.state in (
        EnrolmentState.ACTIVE,
        EnrolmentState.ENDED,
    )


async def link_token(session: AsyncSession, plan: Plan) -> str:
    """The token, for staff who pass the link on. The caller has written the audit row."""
    return (await box(session, plan.case_id)).open(TOKEN, plan.id, plan.token)

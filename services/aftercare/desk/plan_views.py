"""A plan and the roster as staff see them. The caller has written the audit row."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.fitness import STALE_DAYS
from services.aftercare.matching.report import REASONS, REPORT
from services.aftercare.meetings.normal_form import Listing
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.recurrence import in_words, next_occurrences
from services.aftercare.plans.enrolment import enrolments_of
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.portal.own_pages import link_token
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import clock
from shared.contracts.intake import DischargeType
from shared.sealing import box

_LIVE = (EnrolmentState.SUGGESTED, EnrolmentState.ACTIVE)
_IN_TIME = timedelta(hours=48)


async def plan_view(session: AsyncSession, plan: Plan, centre_zone: str, own_url: str) -> dict[str, Any]:
    """The plan with its enrolments, the rejected meetings and the client's links."""
    sealed = await box(session, plan.case_id)
    zone = (await preferences_of(session, plan.case_id, centre_zone)).zone
    enrolments = await enrolments_of(session, plan)
    meetings = await _meetings(session, (one.meeting_id for one in enrolments))
    report = json.loads(sealed.open(REPORT, plan.id, plan.report)) if plan.report else {}
    base = own_url.rstrip("/")
    token = await link_token(session, plan)
    return {
        "plan_id": str(plan.id),
        "case_id": str(plan.case_id),
        "state": plan.state,
        "disposition": plan.disposition,
        "discharged_at": plan.discharged_at,
        "pathway": plan.pathway,
        "target": plan.target,
        "review_on": plan.review_on,
        "consented": plan.consent_id is not None,
        "version": plan.version,
        "zone": zone,
        "needs": _needs(plan, enrolments, meetings, clock.now()),
        "enrolments": [
            _enrolment(one, meetings[one.meeting_id].meeting, zone)
            | {"reasons": _points(json.loads(sealed.open(REASONS, one.id, one.reasons)))}
            for one in enrolments
        ],
        "rejected": report.get("rejected", []),
        "sets": report.get("sets", []),
        "calendar_url": f"{base}/calendar/{token}.ics",
        "portal_url": f"{base}/my/{token}",
    }


async def roster_view(session: AsyncSession, *, consented_only: bool) -> list[dict[str, Any]]:
    """Every plan that is not over, those that need a person first."""
    query = select(Plan).where(Plan.state != PlanState.CLOSED)
    if consented_only:
        query = query.where(Plan.consent_id.is_not(None))
    plans = list(await session.scalars(query))
    by_plan: dict[UUID, list[Enrolment]] = defaultdict(list)
    live = select(Enrolment).where(Enrolment.state.in_(_LIVE)).order_by(Enrolment.first_occurrence_at)
    for one in await session.scalars(live):
        by_plan[one.plan_id].append(one)
    meetings = await _meetings(session, {one.meeting_id for group in by_plan.values() for one in group})
    now = clock.now()
    rows = [_roster_row(plan, by_plan[plan.id], meetings, now) for plan in plans]
    return sorted(rows, key=lambda row: (not row["needs"], -row["discharged_at"].timestamp()))


def _roster_row(
    plan: Plan, enrolments: list[Enrolment], meetings: dict[UUID, Listing], now: datetime
) -> dict[str, Any]:
    going = [one for one in enrolments if one.state is EnrolmentState.ACTIVE]
    coming = [moment for one in going if (moment := _next(meetings[one.meeting_id].meeting, now))]
    return {
        "case_id": str(plan.case_id),
        "plan_id": str(plan.id),
        "state": plan.state,
        "discharged_at": plan.discharged_at,
        "discharge_type": plan.disposition,
        "next_occurrence_at": min(coming, default=None),
        "meetings": [
            {
                "enrolment_id": str(one.id),
                "name": meetings[one.meeting_id].meeting.name,
                "programme": meetings[one.meeting_id].meeting.programme,
                "when": _when(meetings[one.meeting_id].meeting),
                "state": one.state,
            }
            for one in enrolments
        ],
        "needs": _needs(plan, enrolments, meetings, now),
    }


def _needs(plan: Plan, enrolments: list[Enrolment], meetings: dict[UUID, Listing], now: datetime) -> str:
    """What a person has to do, "" when nothing."""
    states = {one.state for one in enrolments}
    if plan.state is PlanState.CLOSED:
        return ""
    if plan.disposition is DischargeType.TRANSFERRED:
        return "Waits for the next house's discharge."
    if plan.disposition is DischargeType.UNKNOWN:
        return "Say how the stay ended."
    if plan.consent_revoked_at and EnrolmentState.ACTIVE not in states:
        return "Aftercare consent was withdrawn: talk before offering anything."
    if plan.chosen_at is None:
        return ""  # the matcher is about to run
    if not states & set(_LIVE):
        return "No meeting fits: look for one together with the client."
    if EnrolmentState.ACTIVE not in states:
        return "Ask the client about the suggested meetings."
    going = [one for one in enrolments if one.state is EnrolmentState.ACTIVE]
    if any(_gone(meetings[one.meeting_id], now) for one in going):
        return "A meeting is no longer listed: call, and look for another."
    first = min(one.first_occurrence_at for one in going)
    if first > max(plan.discharged_at + _IN_TIME, now):
        return "First meeting is more than 48 hours after discharge: call before then."
    return ""


def _gone(listing: Listing, now: datetime) -> bool:
    return not listing.meeting.offerable or (now.date() - listing.last_seen).days > STALE_DAYS


async def _meetings(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Listing]:
    rows = await session.scalars(select(Meeting).where(Meeting.id.in_(ids)))
    return {row.id: listing_of(row) for row in rows}


def _enrolment(one: Enrolment, meeting: NormalMeeting, zone: str) -> dict[str, Any]:
    coming = _next(meeting, clock.now())
    first = one.first_occurrence_at.astimezone(ZoneInfo(zone))
    here = coming.astimezone(ZoneInfo(zone)) if coming else first
    return {
        "enrolment_id": str(one.id),
        "meeting_id": str(one.meeting_id),
        "name": meeting.name,
        "programme": meeting.programme,
        "when": _when(meeting),
        "local_time": f"{here:%a %H:%M}",
        "timezone": meeting.recurrence.tz if meeting.recurrence else None,
        "first_occurrence_at": one.first_occurrence_at,
        "next_occurrence_at": coming,
        "state": one.state,
        "mode": one.mode,
        "modality": one.modality,
        "score": one.score,
        "sequence": one.sequence,
    }


def _next(meeting: NormalMeeting, now: datetime) -> datetime | None:
    found = next_occurrences(meeting.recurrence, now, 1, "UTC") if meeting.recurrence else []
    return found[0] if found else None


def _when(meeting: NormalMeeting) -> str:
    rule = meeting.recurrence
    return f"{in_words(rule)} {rule.wall_time:%H:%M}" if rule else "by appointment"


def _points(points: dict[str, int]) -> list[dict[str, Any]]:
    return [{"criterion": name, "points": value} for name, value in points.items()]

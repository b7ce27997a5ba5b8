"""A plan as staff see it. The caller has written the audit row."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.subscription import address_of
from services.aftercare.desk.dates import date_view
from services.aftercare.desk.needs import needs
from services.aftercare.matching.report import REASONS, REPORT
from services.aftercare.meetings.normal_form import Listing
from services.aftercare.meetings.normal_form import Meeting as NormalMeeting
from services.aftercare.meetings.recurrence import in_words, next_occurrences
from services.aftercare.plans.enrolment import enrolments_of
from services.aftercare.plans.listings import listing_of
from services.aftercare.plans.occurrences import HORIZON, dates_of
from services.aftercare.plans.preferences import preferences_of
from services.aftercare.plans.reviews import may_complete, proposed_target
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, Meeting, Plan
from shared import clock
from shared.sealing import box

_A_DAY = timedelta(days=1)


async def plan_view(session: AsyncSession, plan: Plan, settings: Settings) -> dict[str, Any]:
    """The plan with its enrolments and dates, the rejected meetings, and the calendar's address."""
    now = clock.now()
    sealed = await box(session, plan.case_id)
    zone = (await preferences_of(session, plan.case_id, settings.centre_zone)).zone
    enrolments = await enrolments_of(session, plan)
    meetings = await listings_by_id(session, (one.meeting_id for one in enrolments))
    report = json.loads(sealed.open(REPORT, plan.id, plan.report)) if plan.report else {}
    return {
        "plan_id": str(plan.id),
        "case_id": str(plan.case_id),
        "state": plan.state,
        "pause_reason": plan.pause_reason,
        "held": plan.held,
        "disposition": plan.disposition,
        "discharged_at": plan.discharged_at,
        "left_at": plan.left_at,
        "tier": plan.tier,
        "pathway": plan.pathway,
        "target": plan.target,
        "proposed_target": proposed_target(plan.target, plan.left_at, now) if plan.left_at else plan.target,
        "may_complete": plan.left_at is not None and may_complete(plan.left_at, now),
        "review_on": plan.review_on,
        "consented": plan.consent_id is not None,
        "version": plan.version,
        "zone": zone,
        "needs": needs(plan, enrolments, meetings, now),
        "enrolments": [
            _enrolment(one, meetings[one.meeting_id].meeting, zone)
            | {"reasons": _points(json.loads(sealed.open(REASONS, one.id, one.reasons)))}
            for one in enrolments
        ],
        "dates": [date_view(one) for one in await dates_of(session, plan, now - _A_DAY, now + HORIZON)],
        "rejected": report.get("rejected", []),
        "sets": report.get("sets", []),
        "shortlist": report.get("shortlist", []),
        "secular": report.get("secular"),
        "calendar_url": await address_of(session, plan, settings),
    }


async def listings_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Listing]:
    rows = await session.scalars(select(Meeting).where(Meeting.id.in_(set(ids))))
    return {row.id: listing_of(row) for row in rows}


def next_start(meeting: NormalMeeting, now: datetime) -> datetime | None:
    found = next_occurrences(meeting.recurrence, now, 1, "UTC") if meeting.recurrence else []
    return found[0] if found else None


def when(meeting: NormalMeeting) -> str:
    rule = meeting.recurrence
    return f"{in_words(rule)} {rule.wall_time:%H:%M}" if rule else "by appointment"


def _enrolment(one: Enrolment, meeting: NormalMeeting, zone: str) -> dict[str, Any]:
    coming = next_start(meeting, clock.now())
    here = (coming or one.first_occurrence_at).astimezone(ZoneInfo(zone))
    return {
        "enrolment_id": str(one.id),
        "meeting_id": str(one.meeting_id),
        "name": meeting.name,
        "programme": meeting.programme,
        "when": when(meeting),
        "local_time": f"{here:%a %H:%M}",
        "timezone": meeting.recurrence.tz if meeting.recurrence else None,
        "first_occurrence_at": one.first_occurrence_at,
        "next_occurrence_at": coming,
        "state": one.state,
        "mode": one.mode,
        "modality": one.modality,
        "score": one.score,
        "sequence": one.sequence,
        "fall_back": one.fall_back,
        "instead_of": str(one.instead_of) if one.instead_of else None,
        "held_until": one.held_until,
    }


def _points(points: dict[str, int]) -> list[dict[str, Any]]:
    return [{"criterion": name, "points": value} for name, value in points.items()]

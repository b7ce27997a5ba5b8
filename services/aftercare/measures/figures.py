"""All measures of one span, together: read, folded, and with small cells hidden (aftercare.md 8.8)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.measures import reading
from services.aftercare.measures.after_leaving import (
    CLINICAL_DAYS,
    MEETING_DAYS,
    Counted,
    Leaving,
    clinical,
    leavings,
    mutual_help,
)
from services.aftercare.measures.lists_health import lists_health
from services.aftercare.measures.reaching import escalation, reach, return_to_care
from services.aftercare.measures.small_cells import beside, events, middle, nested, share, total
from services.aftercare.measures.staying import adherence, engagement, retention
from services.aftercare.measures.working import points

# What no rule for one answer can hinder: two answers, of spans that differ by a day or two.
_NOTE = (
    "Numbers of fewer than eleven people are hidden. Two answers whose days overlap can give away by their "
    "difference what each of them hides: pass on figures of whole months or quarters only."
)


async def figures(
    session: AsyncSession, since: date, until: date, zone: str, now: datetime
) -> dict[str, Any]:
    """Of the discharges on the centre's days [since, until), as far as is known `now`."""
    here = ZoneInfo(zone)
    start, end = (datetime.combine(day, time(), here) for day in (since, until))
    plans = await reading.plans(session, start, end, now)
    visits, meetings = await reading.visits(session, start), await reading.meetings(session, start)
    unconfirmed, not_held = await reading.doubtful_dates(session, start, end)
    return {
        "from": since,
        "until": until,
        "as_of": now,
        "note": _NOTE,
        "after_leaving": _after_leaving(
            leavings(await reading.stays(session, start, end, here), since, until),
            _days(visits, here),
            _days(meetings, here),
            now.astimezone(here).date(),
        ),
        "retention_percent": retention(plans, await reading.signs(session, start, end)),
        "adherence": adherence(await reading.date_states(session, start, end, now)),
        "engagement": engagement(await reading.went_to(session, start, end), len(plans)),
        "points": points(
            plans,
            await reading.worksheets(session, start, end),
            await reading.steps(session, start, end),
            now,
        ),
        "reach": reach(await reading.calls(session, start, end, now)),
        "escalation": escalation(await reading.answers(session, start, end)),
        "return_to_care": return_to_care(
            await reading.reports_of_use(session, start, end),
            (visits, await reading.readmissions(session, start)),
            now,
        ),
        "lists": {
            "sources": await lists_health(session, start, end, now),
            "unconfirmed_dates": events(unconfirmed),
            "not_held_reports": events(not_held),
            "rematched_percent": share(*await reading.rematches(session, start, end)),
        },
    }


def _after_leaving(
    found: Sequence[Leaving],
    visits: Mapping[UUID, Collection[date]],
    meetings: Mapping[UUID, Collection[date]],
    today: date,
) -> dict[str, Any]:
    met = clinical(found, visits, today, days=CLINICAL_DAYS)
    return {
        "discharges": beside(len(found), met.of),
        "clinical": _shares(met),
        "mutual_help": _shares(mutual_help(found, meetings, today, days=MEETING_DAYS)),
        "days_to_first_meeting": middle(_first_meetings(found, meetings)),
        "note": "An internal estimate by our own definition, not the licensed measure. Clients' ages are "
        "not known to aftercare: nobody is left out for being under 13.",
    }


def _shares(counted: Counted) -> dict[str, Any]:
    """Whoever met it by day 7 is among those of day 30: what lies between must not be a few either."""
    days = sorted(counted.met)
    met = nested([counted.met[day] for day in days], counted.of)
    return {"of": total(counted.of)} | {
        f"day_{day}": {"met": count, "percent": None if count is None else round(100 * count / counted.of)}
        for day, count in zip(days, met, strict=True)
    }


def _first_meetings(found: Sequence[Leaving], meetings: Mapping[UUID, Collection[date]]) -> list[float]:
    first = (
        min((day for day in meetings.get(one.case_id, ()) if day >= one.left_on), default=None)
        for one in found
    )
    return [float((day - one.left_on).days) for one, day in zip(found, first, strict=True) if day is not None]


def _days(moments: Mapping[UUID, Collection[datetime]], zone: ZoneInfo) -> dict[UUID, set[date]]:
    return {key: {at.astimezone(zone).date() for at in all_of} for key, all_of in moments.items()}


def usual_span(today: date) -> tuple[date, date]:
    """The year up to the day after today."""
    return today - timedelta(days=365), today + timedelta(days=1)

"""Another meeting in the place of one: the best others with reasons, and why the rest does not fit.

The matcher is asked anew, outside any transaction (it takes some tens of milliseconds of computing, done in
a thread). The client's choice is checked against a fresh answer, under locks: nobody is sent to a meeting
that changed, closed or filled up since the page was shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.access import settings_of, store_of
from services.aftercare.matching.fitness import Rejected, nearest_first
from services.aftercare.matching.report import why
from services.aftercare.matching.sets import Scored
from services.aftercare.plans.enrolment import accept, enrolment_of
from services.aftercare.plans.question import Answer, ask, check_still_true, locked
from services.aftercare.plans.rebalancing import is_running
from services.aftercare.plans.states import ON_CALENDAR
from services.aftercare.plans.suggesting import Suggestion, suggest_beside
from services.aftercare.portal.dates import Reader
from services.aftercare.portal.own_meetings import own_meetings
from services.aftercare.portal.pages import PageRoute, see
from services.aftercare.portal.visits import Visit, away, nothing_here, page, visit_of
from services.aftercare.portal.when import moment_words, rhythm_words, there_words
from services.aftercare.portal.wording import WORDS
from services.aftercare.tables import Enrolment
from shared import clock
from shared.jobs import Later

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_OTHERS, _REFUSED = 5, 8  # shown of each


@dataclass(frozen=True)
class Other:
    """A meeting that fits: when, how, and what speaks for it in the reader's words."""

    id: str
    name: str
    rhythm: str
    first: str
    there: str
    online: bool
    reasons: list[str]


@dataclass(frozen=True)
class Unfit:
    name: str
    reason: str


@router.get("/my/meetings/{enrolment_id}/swap")
async def others(request: Request, enrolment_id: UUID, note: str = "") -> Response:
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "meetings.swap")
        if visit is None:
            return away(request)
        leaving = await _leaving(session, visit, enrolment_id)
        meetings = await own_meetings(session, visit.plan)
    if leaving is None:
        return nothing_here(request, visit)
    answer = await ask(store_of(request), settings_of(request), visit.plan.id, is_running)
    found = answer.refill.found if answer else None
    reader = Reader(visit.zone, visit.language, clock.now())
    return page(
        request,
        visit,
        "swap.html",
        leaving=meetings.by_id[enrolment_id][1].name,
        enrolment_id=enrolment_id,
        others=[_other(one, reader) for one in _best(found.feasible if found else ())],
        unfit=_unfit(found.rejected if found else (), visit.language),
        note=note == "again",
        more=max(len(found.rejected) - _REFUSED, 0) if found else 0,
    )


@router.post("/my/meetings/{enrolment_id}/swap")
async def swap(request: Request, enrolment_id: UUID, meeting: Annotated[UUID, Form()]) -> Response:
    """Replace it, if what was chosen still fits. Pressed twice it is done once."""
    async with store_of(request).transaction() as session:
        visit = await visit_of(session, request, "meetings.swap")
        if visit is None:
            return away(request)
        if await enrolment_of(session, visit.plan, enrolment_id) is None:
            return nothing_here(request, visit)
    answer = await ask(store_of(request), settings_of(request), visit.plan.id, is_running)
    one = _chosen(answer, meeting)
    try:
        async with store_of(request).transaction() as session:
            inside = await visit_of(session, request, "meetings.swap", lock=True)
            if inside is None:
                return away(request)
            leaving = await _leaving(session, inside, enrolment_id)
            if leaving is None:
                return see("/my?note=swapped")  # done already
            if answer is None or one is None:
                return see(f"/my/meetings/{enrolment_id}/swap?note=again")
            plan = await locked(session, answer)
            await check_still_true(session, plan, answer, [one], settings_of(request).courtesy_cap)
            new = await suggest_beside(session, plan, Suggestion(one, instead_of=leaving.id))
            taken = await accept(session, plan, new)
    except Later:
        # Something moved between the look and the lock: what is offered now is shown again.
        return see(f"/my/meetings/{enrolment_id}/swap?note=again")
    return see("/my?note=swapped" if taken else f"/my/meetings/{enrolment_id}/swap?note=again")


async def _leaving(session: AsyncSession, visit: Visit, enrolment_id: UUID) -> Enrolment | None:
    one = await enrolment_of(session, visit.plan, enrolment_id)
    return one if one is not None and one.state in ON_CALENDAR else None


def _chosen(answer: Answer | None, meeting: UUID) -> Scored | None:
    feasible = answer.refill.found.feasible if answer else ()
    return next((one for one in feasible if one.id == str(meeting)), None)


def _best(feasible: Sequence[Scored]) -> list[Scored]:
    """The matcher's order is by points already."""
    return list(feasible[:_OTHERS])


def _other(one: Scored, reader: Reader) -> Other:
    meeting, first = one.meeting.listing.meeting, one.meeting.first_at
    rule = meeting.recurrence
    words = WORDS[reader.language]["swap"]["reasons"]
    return Other(
        id=one.id,
        name=meeting.name,
        rhythm=rhythm_words(rule, reader.language),
        first=moment_words(first, reader.zone, reader.now, reader.language),
        there=there_words(first, reader.zone, rule.tz, reader.language) if rule and rule.tz else "",
        online=one.meeting.modality.value != "in_person",
        reasons=[words[code] for code in why(one)],
    )


def _unfit(rejected: Sequence[Rejected], language: str) -> list[Unfit]:
    """Those that came nearest to fitting first."""
    return [
        Unfit(one.listing.meeting.name, in_words(one, language)) for one in nearest_first(rejected)[:_REFUSED]
    ]


def in_words(one: Rejected, language: str) -> str:
    """The reason as a sentence for the client. Who else goes there shows in none of them."""
    words = cast(dict[str, str], WORDS[language]["swap"]["unfit"])
    if one.reason.value == "DISTANCE" and one.data.get("miles"):
        return words["FAR"].format(miles=one.data["miles"])
    if one.reason.value == "TIME_SHIFT":
        key = "TIME_UNTIL" if "until" in one.data else "TIME_FROM"
        return words[key].format(**{name: one.data.get(name, "") for name in ("before", "after")})
    return words[one.reason.value]

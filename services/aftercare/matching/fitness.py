"""Does a meeting fit a client? Hard filters in a fixed order; the first that fails is the reason shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.aftercare.matching.wishes import KINDS, WEIGHTS, Client, Device, Surroundings, Window
from services.aftercare.meetings.normal_form import Listing, ListingState, Modality, Verification
from services.aftercare.meetings.recurrence import knows_its_week, next_occurrences

STALE_DAYS = 9  # of 161 real disappearances none was for good before nine missing daily lists
LOOKED_AHEAD = 8  # occurrences; two months show the drift between two zones' clock changes
_DAY = 24 * 60
_PROMPT = timedelta(hours=2)  # a meeting that starts sooner after discharge cannot be reached


class Reason(StrEnum):
    """Why a meeting is not offered, in the order the filters run."""

    PROGRAM_NOT_IN_PATHWAY = "PROGRAM_NOT_IN_PATHWAY"
    AUDIENCE_EXCLUSIVE = "AUDIENCE_EXCLUSIVE"
    LANGUAGE = "LANGUAGE"
    STALE_LISTING = "STALE_LISTING"
    BLOCKED = "BLOCKED"
    MODALITY = "MODALITY"
    NO_DEVICE = "NO_DEVICE"
    DISTANCE = "DISTANCE"
    ACCESSIBILITY = "ACCESSIBILITY"
    NO_VERIFICATION = "NO_VERIFICATION"
    TIME = "TIME"
    TIME_SHIFT = "TIME_SHIFT"
    CLASH = "CLASH"
    COURTESY_CAP = "COURTESY_CAP"
    CAPACITY = "CAPACITY"


_ORDER = {reason: place for place, reason in enumerate(Reason)}


Data = Mapping[str, str | float | None]


@dataclass(frozen=True)
class Rejected:
    """`data` of DISTANCE: miles, limit. Of TIME_SHIFT: until or from, changes_on, before, after.

    Of TIME: {"week": "unknown"} when the list does not say which of every two weeks. Of STALE_LISTING `why`:
    unseen, closed, by_appointment or unzoned.
    """

    listing: Listing
    reason: Reason
    data: Data = field(default_factory=dict)


@dataclass(frozen=True)
class Suitable:
    """A meeting that passed every filter: how to attend, and the next starts on the client's clock.

    `drifts`: an accepted meeting that will fit no longer; the data of TIME_SHIFT.
    """

    listing: Listing
    modality: Modality
    starts: tuple[datetime, ...]
    first_at: datetime
    miles: float | None
    drifts: Data | None = None


def judge(
    client: Client, listing: Listing, around: Surroundings, *, accepted: bool = False
) -> Suitable | Rejected:
    """Try the client's ways of attending in order; of several failures show the one that got furthest.

    An `accepted` meeting stays for as long as it is held and can be gone to. What only speaks against
    offering it anew does not take it away: a list not seen lately, who else goes there, a change of the
    clocks that is still to come.
    """
    meeting = listing.meeting
    refused = _refused_anyhow(client, listing, today(client, around), accepted)
    if refused:
        why = {"why": _what_is_stale(listing)} if refused is Reason.STALE_LISTING else {}
        return Rejected(listing, refused, why)
    ways = [way for way in client.modalities if way in meeting.modalities]
    if not ways:
        return Rejected(listing, Reason.MODALITY)
    failures: list[Rejected] = []
    for way in ways:
        match _judge_way(client, listing, way, around, accepted):
            case Suitable() as suitable:
                return suitable
            case failure:
                failures.append(failure)
    return max(failures, key=lambda failure: _ORDER[failure.reason])


def nearest_first(rejected: Iterable[Rejected]) -> list[Rejected]:
    """Those that passed the most filters first."""
    return sorted(rejected, key=lambda one: (-_ORDER[one.reason], one.listing.id))


def today(client: Client, around: Surroundings) -> date:
    return around.today or client.start.astimezone(ZoneInfo(client.zone)).date()


def _refused_anyhow(client: Client, listing: Listing, today: date, accepted: bool) -> Reason | None:
    """The filters that do not depend on how one attends."""
    meeting = listing.meeting
    stale = not accepted and (today - listing.last_seen).days > STALE_DAYS
    if KINDS.get(meeting.programme) not in WEIGHTS[client.pathway]:
        return Reason.PROGRAM_NOT_IN_PATHWAY
    if meeting.exclusive_audiences and not meeting.exclusive_audiences & client.audiences:
        return Reason.AUDIENCE_EXCLUSIVE
    if client.speaks.isdisjoint(meeting.languages):
        return Reason.LANGUAGE
    if not meeting.offerable or stale:
        return Reason.STALE_LISTING
    return Reason.BLOCKED if listing.id in client.blocked else None


def _what_is_stale(listing: Listing) -> str:
    meeting = listing.meeting
    if meeting.recurrence is None:
        return "by_appointment"
    if meeting.state is not ListingState.ACTIVE:
        return "closed"
    return "unzoned" if meeting.recurrence.tz is None else "unseen"


def _judge_way(
    client: Client, listing: Listing, way: Modality, around: Surroundings, accepted: bool
) -> Suitable | Rejected:
    meeting = listing.meeting
    miles = None
    needs = client.access
    if way is Modality.ONLINE:
        needs = needs - {"wheelchair"}
        dials = client.device is Device.PHONE and meeting.join.phone
        if client.device is not Device.VIDEO and not dials:
            return Rejected(listing, Reason.NO_DEVICE)
    else:
        miles = _miles_to(client, listing)
        if miles is None or miles > client.max_miles:
            shown = None if miles is None else round(miles, 1)
            return Rejected(listing, Reason.DISTANCE, {"miles": shown, "limit": client.max_miles})
    if not needs <= meeting.access:
        return Rejected(listing, Reason.ACCESSIBILITY)
    if client.verification_needed and meeting.verification is Verification.NONE:
        return Rejected(listing, Reason.NO_VERIFICATION)

    assert meeting.recurrence is not None  # `offerable` was asked above
    starts = tuple(next_occurrences(meeting.recurrence, client.start, LOOKED_AHEAD, client.zone))
    pad = client.travel_minutes if way is Modality.IN_PERSON else 0
    spans = _spans(starts, client.zone, meeting.duration, pad)
    # Eight dates are one or two different spans of the week: each is looked at once.
    inside = {span: _inside(span, client.windows) for span in dict.fromkeys(spans)}
    fits = [inside[span] for span in spans]
    drifts = None
    if not any(fits):
        unknown = {} if knows_its_week(meeting.recurrence) else {"week": "unknown"}
        return Rejected(listing, Reason.TIME, unknown)
    if not all(fits):
        drifts = _shift(starts, fits)
        if not accepted or not fits[0]:
            return Rejected(listing, Reason.TIME_SHIFT, drifts)
    if any(_overlaps(span, client.busy) for span in inside):
        return Rejected(listing, Reason.CLASH)
    crowded = not accepted and around.attending.get(listing.id, 0) >= around.courtesy_cap
    if crowded or listing.id in (around.met if accepted else around.kept_apart):
        return Rejected(listing, Reason.COURTESY_CAP)
    if listing.id in around.full and not accepted:
        return Rejected(listing, Reason.CAPACITY)
    reachable = next((start for start in starts if start >= client.start + _PROMPT), starts[-1])
    return Suitable(listing, way, starts, reachable, miles, drifts)


def _shift(starts: Sequence[datetime], fits: list[bool]) -> Data:
    """The first change of verdict: "fits until 28 October" or "fits from 3 November", with both times."""
    change = next(i for i in range(1, len(fits)) if fits[i] != fits[i - 1])
    before, after = starts[change - 1], starts[change]
    word, day = ("from", after) if fits[change] else ("until", before)
    return {
        word: day.date().isoformat(),
        "changes_on": after.date().isoformat(),
        "before": f"{before:%H:%M}",
        "after": f"{after:%H:%M}",
    }


class _Span(NamedTuple):
    """Leaving home to being back: minutes from the midnight of the start's weekday, on the client's clock."""

    weekday: int
    leaves: int
    returns: int


# The same meetings are looked at for every client. `zone` names the clock that `starts` are told on: the same
# moment told on another clock equals it in Python, and must not share the answer.
@lru_cache(maxsize=16_384)
def _spans(starts: tuple[datetime, ...], zone: str, minutes: int, pad: int) -> tuple[_Span, ...]:
    return tuple(_span(start, zone, minutes, pad) for start in starts)


def _span(start: datetime, zone: str, minutes: int, pad: int) -> _Span:
    leaves = start.hour * 60 + start.minute
    end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    days = (end.date() - start.date()).days
    returns = days * _DAY + end.hour * 60 + end.minute
    return _Span(start.isoweekday() % 7, leaves - pad, returns + pad)


def _inside(span: _Span, windows: tuple[Window, ...]) -> bool:
    return any(opens <= span.leaves and span.returns <= closes for opens, closes in _near(span, windows))


def _overlaps(span: _Span, windows: tuple[Window, ...]) -> bool:
    return any(span.leaves < closes and opens < span.returns for opens, closes in _near(span, windows))


def _near(span: _Span, windows: tuple[Window, ...]) -> Iterator[tuple[int, int]]:
    """Each window in the span's minutes; yesterday's too, which may reach over midnight."""
    for window in windows:
        days = (window.weekday - span.weekday) % 7
        midnight = (days if days < 6 else -1) * _DAY
        yield midnight + window.start, midnight + window.end


def _miles_to(client: Client, listing: Listing) -> float | None:
    venue = listing.meeting.venue
    if client.home is None or venue.lat is None or venue.lon is None:
        return None
    return miles_between(client.home, (venue.lat, venue.lon))


def miles_between(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle miles (haversine, mean radius 3958.8 mi); within 0.3 % of the ellipsoid."""
    lat1, lon1, lat2, lon2 = map(radians, (*here, *there))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 3958.8 * asin(sqrt(half))

"""The form of a client's wishes: its boxes from what is on file, and what was typed back into Preferences.

Pure. Times are "HH:MM" on the client's clock, days 0 = Sunday. A line of hours with no day ticked is no line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.datastructures import FormData

from services.aftercare.plans.preferences import Hours, Preferences
from services.aftercare.portal.wording import LANGUAGES
from shared.contracts.aftercare import MessageChannel

_EMPTY_LINES, _MOST_LINES = 1, 8
_LANGUAGES_OF_MEETINGS = ("en", "es")


class Line(NamedTuple):
    """One line of hours as typed."""

    days: Sequence[int] = ()
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True)
class Typed:
    """Everything in the form, as text and ticks; `other_languages` are kept though the form does not ask."""

    lines: Sequence[Line]
    languages: Sequence[str]
    channels: Sequence[str]
    invitations: bool
    full_names: bool
    check_in_day: str
    written_in: str


class Fault(NamedTuple):
    """`field`: the id of the box; `why`: a code of the catalogue's [wishes.faults]."""

    field: str
    why: str


def typed_of(wanted: Preferences) -> Typed:
    return Typed(
        lines=[_line(hours) for hours in wanted.windows],
        languages=wanted.languages,
        channels=[channel.value for channel in wanted.channels],
        invitations=wanted.invitations_by_email,
        full_names=wanted.full_names,
        check_in_day=str(wanted.check_in_day),
        written_in=wanted.written_in,
    )


def _line(hours: Hours) -> Line:
    # A clock has no 24:00; 00:00 at the end means the same midnight.
    return Line(hours.days, hours.opens, "00:00" if hours.closes == "24:00" else hours.closes)


def boxes(lines: Sequence[Line]) -> list[Line]:
    """The lines that are there, and an empty one for one more."""
    return [*lines, *[Line()] * _EMPTY_LINES][:_MOST_LINES]


def read(form: FormData) -> Typed:
    lines = []
    for number in range(_MOST_LINES):
        days = [int(day) for day in _all(form, f"days.{number}") if day in "0123456" and len(day) == 1]
        line = Line(sorted(set(days)), _text(form, f"opens.{number}"), _text(form, f"closes.{number}"))
        if days:
            lines.append(line)
    return Typed(
        lines=lines,
        languages=[one for one in _all(form, "languages") if one in _LANGUAGES_OF_MEETINGS],
        channels=[one for one in _all(form, "channels") if one in list(MessageChannel)],
        invitations="invitations" in form,
        full_names="full_names" in form,
        check_in_day=_text(form, "check_in_day"),
        written_in=_text(form, "written_in"),
    )


def faults_of(typed: Typed) -> list[Fault]:
    """All there is to mend, in the order of the page."""
    found = [] if typed.lines else [Fault("line-0", "no_hours")]
    found += [Fault(f"line-{at}", "times") for at, line in enumerate(typed.lines) if not _is_clear(line)]
    if not typed.languages:
        found.append(Fault("languages", "no_language"))
    return found


def wanted_of(typed: Typed, before: Preferences) -> Preferences:
    """What is on file with what was typed in its place; only for a form without faults."""
    kept = [one for one in before.languages if one not in _LANGUAGES_OF_MEETINGS]
    day, written_in = typed.check_in_day, typed.written_in
    changed: dict[str, Any] = {
        "windows": [Hours(days=list(one.days), opens=one.opens, closes=one.closes) for one in typed.lines],
        "languages": [*typed.languages, *kept],
        "channels": [MessageChannel(one) for one in typed.channels],
        "invitations_by_email": typed.invitations,
        "full_names": typed.full_names,
        "check_in_day": int(day) if day in list("0123456") else before.check_in_day,
        "written_in": written_in if written_in in LANGUAGES else before.written_in,
    }
    return before.model_copy(update=changed)


def changed_fields(before: Preferences, after: Preferences) -> list[str]:
    return [name for name in Preferences.model_fields if getattr(before, name) != getattr(after, name)]


def _is_clear(line: Line) -> bool:
    """Two times of a clock, and not the same one."""
    try:
        Hours(days=list(line.days), opens=line.opens, closes=line.closes)
    except ValueError:
        return False
    return line.opens != line.closes


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value[:5] if isinstance(value, str) else ""


def _all(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]

"""Which tool could help next, and why. A few quiet lines on the toolbox page, never a message. Pure.

Only which tool was used on which day is looked at, not what was written: no sheet is opened for this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.aftercare.smart.cycle import POINTS
from services.aftercare.smart.tools import tools_of
from shared.contracts.aftercare import PointStage, Tool

MOST = 3
_LATELY = timedelta(days=7)
_PATTERN = timedelta(days=14)
_REPEATED = 3  # urges noted within two weeks
_LONG_AGO = timedelta(days=60)


class Reason(StrEnum):
    """Why a tool is suggested; the page has one sentence for each."""

    START = "start"  # nothing was used yet
    AFTER_URGE = "after_urge"  # an urge was noted lately, and no way through it yet
    URGES_REPEAT = "urges_repeat"  # several urges: look ahead to the next
    TRY_OUT = "try_out"  # a hard moment was thought through but not rehearsed
    NEXT_AT_POINT = "next_at_point"  # not used yet, at the point the client works on
    LOOK_AGAIN = "look_again"  # done long ago; things may have changed


@dataclass(frozen=True)
class Used:
    """A sheet that was begun or completed, and when."""

    tool: Tool
    on: date


@dataclass(frozen=True)
class Suggestion:
    tool: Tool
    reason: Reason


def suggest(used: Sequence[Used], stages: Mapping[int, PointStage], today: date) -> list[Suggestion]:
    """At most three, each tool once, the most timely first; nothing at all when nothing is called for."""
    if not used:
        return [Suggestion(Tool.CBA, Reason.START), Suggestion(Tool.URG, Reason.START)]
    last = {tool: max(one.on for one in used if one.tool is tool) for tool in {one.tool for one in used}}
    found = [*_after_urges(used, last, today), *_rehearsal(last, today), *_at_points(last, stages)]
    found += _long_ago(last, today)
    by_tool: dict[Tool, Suggestion] = {}
    for one in found:
        by_tool.setdefault(one.tool, one)
    return list(by_tool.values())[:MOST]


def _after_urges(used: Sequence[Used], last: Mapping[Tool, date], today: date) -> list[Suggestion]:
    urges = [one.on for one in used if one.tool is Tool.URG]
    found = []
    if urges and today - max(urges) <= _LATELY and last.get(Tool.DEADS, date.min) < max(urges):
        found.append(Suggestion(Tool.DEADS, Reason.AFTER_URGE))
    recent = [on for on in urges if today - on <= _PATTERN]
    if len(recent) >= _REPEATED and last.get(Tool.ANT, date.min) < min(recent):
        found.append(Suggestion(Tool.ANT, Reason.URGES_REPEAT))
    return found


def _rehearsal(last: Mapping[Tool, date], today: date) -> list[Suggestion]:
    thought_through = last.get(Tool.ANT)
    if thought_through is None or today - thought_through > _PATTERN:
        return []
    if last.get(Tool.REH, date.min) >= thought_through:
        return []
    return [Suggestion(Tool.REH, Reason.TRY_OUT)]


def _at_points(last: Mapping[Tool, date], stages: Mapping[int, PointStage]) -> list[Suggestion]:
    """The first unused tool of the first point the client is learning or practising; else of any new one."""
    in_hand = [p for p in POINTS if stages[p] in (PointStage.LEARNING, PointStage.PRACTISING)]
    for point in in_hand or [p for p in POINTS if stages[p] is PointStage.NEW]:
        for tool in tools_of(point):
            if tool not in last:
                return [Suggestion(tool, Reason.NEXT_AT_POINT)]
    return []


def _long_ago(last: Mapping[Tool, date], today: date) -> list[Suggestion]:
    """The balance of a life and what matters in it change: worth another look after two months."""
    seen = [tool for tool in (Tool.LBP, Tool.HOV) if tool in last and today - last[tool] > _LONG_AGO]
    return [Suggestion(tool, Reason.LOOK_AGAIN) for tool in seen]

"""A tool as a form and back: what is shown is what is kept, and nothing typed is lost on the way."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from services.aftercare.portal.worksheet_form import Box, answers_from, boxes_of, first_answers
from services.aftercare.portal.worksheet_wording import PAGE_WORDS
from services.aftercare.smart.cycle import POINTS
from services.aftercare.smart.suggesting import Reason
from services.aftercare.smart.tools import Fault, Problem, tidy
from shared.contracts.aftercare import PointStage, Tool

from .smart_tools_test import COMPLETE


def boxes_within(boxes: list[Box]) -> Iterator[Box]:
    for one in boxes:
        yield one
        yield from boxes_within(one.parts)


def as_sent(boxes: list[Box]) -> dict[str, str]:
    """What a browser sends of a form it was given."""
    return {one.name: one.value for one in boxes_within(boxes) if not one.parts}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("tool", list(Tool))
def test_a_form_sent_back_untouched_is_the_same_worksheet(tool: Tool, language: str) -> None:
    answers = COMPLETE[tool]
    assert tidy(tool, answers_from(tool, as_sent(boxes_of(tool, answers, language)))) == answers


@pytest.mark.parametrize("tool", list(Tool))
def test_names_in_a_form_are_unique(tool: Tool) -> None:
    names = [one.name for one in boxes_within(boxes_of(tool, COMPLETE[tool], "en"))]
    assert len(names) == len(set(names))


def test_a_list_grows_when_asked_and_only_so_far() -> None:
    def steps(answers: dict[str, Any], growing: str = "") -> Box:
        return next(one for one in boxes_of(Tool.CPW, answers, "en", growing=growing) if one.name == "steps")

    row = {"what": "call Ana"}
    assert len(steps({}).parts) == 2
    assert len(steps({"steps": [row] * 2}, "steps").parts) == 3
    assert len(steps({"steps": [row] * 2}, "helpers").parts) == 2
    full = steps({"steps": [row] * 8}, "steps")
    assert (len(full.parts), full.may_grow) == (8, False)


def test_what_is_to_mend_stands_at_its_place() -> None:
    problems = [Problem("steps.1.by", Fault.NOT_A_DATE), Problem("changes", Fault.NEEDED)]
    boxes = boxes_of(
        Tool.CPW, {"steps": [{"what": "a"}, {"what": "b", "by": "soon"}]}, "en", problems=problems
    )
    faults = {one.name: one.fault for one in boxes_within(boxes) if one.fault}
    assert faults == {"steps.1.by": "not_a_date", "changes": "needed"}
    assert "soon" in [one.value for one in boxes_within(boxes)]  # as typed, to be mended


def test_what_the_tool_does_not_ask_for_is_left_out() -> None:
    assert answers_from(Tool.USA, {"statement": "x", "shared": "yes"}) == {
        "harsh": "",
        "statement": "x",
        "rating": "",
    }


def test_today_and_now_are_filled_in_beforehand() -> None:
    now = datetime(2026, 11, 24, 21, 30)  # noqa: DTZ001  (the client's wall clock)
    assert first_answers(Tool.URG, now) == {"at": "2026-11-24T21:30"}
    assert first_answers(Tool.SOC, now) == {"on": "2026-11-24"}
    assert first_answers(Tool.GOL, now) == {}


def test_the_pages_have_every_word_in_both_languages() -> None:
    english, spanish = PAGE_WORDS["en"], PAGE_WORDS["es"]
    assert _keys(english) == _keys(spanish)
    for words in (english, spanish):
        assert set(words["faults"]) == {fault.value for fault in Fault}
        assert set(words["reasons"]) == {reason.value for reason in Reason}
        assert set(words["stages"]) == set(words["steps"]) == {stage.value for stage in PointStage}
        assert set(words["points"]) == set(words["point_words"]) == {str(point) for point in POINTS}
    same = {key for key, text in english.items() if isinstance(text, str) and spanish[key] == text}
    assert same <= {"row", "history_line"}  # nothing but placeholders


def _keys(words: dict[str, Any]) -> set[str]:
    return {
        f"{key}.{inner}"
        for key, value in words.items()
        for inner in (value if isinstance(value, dict) else "-")
    }

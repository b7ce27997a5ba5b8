"""The worksheets as data: complete in both languages, and every answer that cannot be one is refused."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.smart.tools import TOOLS, Fault, Problem, check, missing, texts, tidy, tools_of
from services.aftercare.smart.tools.kinds import Choice, Definition, Rows
from services.aftercare.smart.wording import WORDINGS, in_plain_words
from shared.contracts.aftercare import Tool
from shared.contracts.fact import new_id

HANDBOOK = {  # aftercare.md 1.5
    "soc": (1,), "hov": (1, 4), "cba": (1,), "cpw": (1,), "gol": (1, 4), "urg": (2,), "deads": (2,),
    "disarm": (2,), "ant": (2, 4), "reh": (2, 4), "abc": (2, 3), "usa": (3,), "lbp": (4,), "vaci": (4,),
}  # fmt: skip
URGE = {
    "at": "2026-11-24T21:30",
    "strength": 7,
    "trigger": "payday",
    "response": "rang Ana",
    "outcome": "it went",
}
COMPLETE: dict[Tool, dict[str, Any]] = {
    Tool.SOC: {"stage": "action", "on": "2026-11-24"},
    Tool.HOV: {"values": ["my daughter", "my health"]},
    Tool.CBA: {"using_bad": [{"what": "money", "lasts": "long"}]},
    Tool.CPW: {"changes": "no more bars", "steps": [{"what": "tell Ana", "by": "2026-12-01"}]},
    Tool.GOL: {"goal": "walk", "measure": "3 times", "by": "2026-12-01"},
    Tool.URG: URGE,
    Tool.DEADS: {"delay": "twenty minutes"},
    Tool.DISARM: {"voice": "only one", "refusal": "not one"},
    Tool.ANT: {"situation": "a wedding", "likelihood": 8, "plan": "leave at ten"},
    Tool.REH: {"before": 3, "words": "no thanks", "after": 6},
    Tool.ABC: {"event": "a letter", "belief": "they hate me", "consequence": "angry"},
    Tool.USA: {"statement": "I can learn", "rating": 0},
    Tool.LBP: dict.fromkeys(("health", "rest", "family", "friends", "work", "money", "fun", "meaning"), 5),
    Tool.VACI: {"activity": "fishing", "next_on": "2026-11-28"},
}


def test_the_tools_serve_the_points_the_handbook_says() -> None:
    assert {tool.value: definition.points for tool, definition in TOOLS.items()} == HANDBOOK
    assert list(TOOLS) == list(Tool)
    assert [len(tools_of(point)) for point in (1, 2, 3, 4)] == [5, 6, 2, 6]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("definition", TOOLS.values(), ids=lambda one: str(one.tool))
def test_every_question_and_choice_has_words(definition: Definition, language: str) -> None:
    words = WORDINGS[language][definition.tool]
    columns = {
        f"{field.key}.{column.key}": column.kind
        for field in definition.fields
        if isinstance(field.kind, Rows)
        for column in field.kind.columns
    }
    asked = {field.key: field.kind for field in definition.fields} | columns
    assert set(words.labels) == set(asked)
    assert set(words.hints) <= set(asked)
    choices = {key: set(kind.options) for key, kind in asked.items() if isinstance(kind, Choice)}
    assert {key: set(options) for key, options in words.options.items()} == choices
    assert words.title
    assert words.why
    assert words.lead


def test_both_languages_say_the_same_things() -> None:
    for tool, english in WORDINGS["en"].items():
        spanish = WORDINGS["es"][tool]
        assert set(english.hints) == set(spanish.hints), tool
        # A translation that was forgotten would be the same sentence.
        assert english.title != spanish.title
        assert not set(english.labels.values()) & set(spanish.labels.values()), tool


def test_no_sentence_orders_anybody_about() -> None:
    bossy = re.compile(r"\b(you must|you should|you have to|tiene que|debe|deberías?|failed|fracas)\b", re.I)
    for language in WORDINGS.values():
        for words in language.values():
            said = [words.title, words.why, words.lead, *words.labels.values(), *words.hints.values()]
            assert not [one for one in said if bossy.search(one)]
            # Short enough to be read on a bad day.
            assert max(len(one) for one in said) <= 160


@pytest.mark.parametrize("tool", list(Tool))
def test_a_filled_in_sheet_is_complete_and_reads_in_both_languages(tool: Tool) -> None:
    answers = tidy(tool, COMPLETE[tool])
    assert answers == COMPLETE[tool]
    assert check(tool, answers) == []
    assert missing(tool, answers) == []
    for language in ("en", "es"):
        assert len(in_plain_words(tool, answers, language)) == len(answers)


@pytest.mark.parametrize("tool", list(Tool))
def test_an_empty_sheet_is_a_draft_of_any_tool(tool: Tool) -> None:
    assert check(tool, {}) == []
    assert {problem.fault for problem in missing(tool, {})} == {Fault.NEEDED}


@pytest.mark.parametrize(
    ("tool", "answers", "field", "fault"),
    [
        (Tool.URG, {"mood": "x"}, "mood", Fault.UNKNOWN_FIELD),
        (Tool.URG, {"strength": 11}, "strength", Fault.NOT_ON_SCALE),
        (Tool.URG, {"strength": -1}, "strength", Fault.NOT_ON_SCALE),
        (Tool.URG, {"strength": True}, "strength", Fault.NOT_ON_SCALE),
        (Tool.URG, {"strength": "seven"}, "strength", Fault.NOT_ON_SCALE),
        (Tool.URG, {"strength": 5.5}, "strength", Fault.NOT_ON_SCALE),
        (Tool.URG, {"trigger": "x" * 2001}, "trigger", Fault.TOO_LONG),
        (Tool.URG, {"trigger": ["x"]}, "trigger", Fault.WRONG_KIND),
        (Tool.URG, {"trigger": "\ud83d"}, "trigger", Fault.WRONG_KIND),
        (Tool.URG, {"at": "2026-11-24"}, "at", Fault.NOT_A_DATE),
        (Tool.URG, {"at": "2026-11-24T21:30+00:00"}, "at", Fault.NOT_A_DATE),
        (Tool.SOC, {"on": "24.11.2026"}, "on", Fault.NOT_A_DATE),
        (Tool.SOC, {"on": "2026-02-30"}, "on", Fault.NOT_A_DATE),
        (Tool.SOC, {"stage": "cured"}, "stage", Fault.NOT_OFFERED),
        (Tool.SOC, {"stage": ["action"]}, "stage", Fault.NOT_OFFERED),
        (Tool.HOV, {"values": ["x"] * 6}, "values", Fault.TOO_MANY),
        (Tool.HOV, {"values": "x"}, "values", Fault.WRONG_KIND),
        (Tool.HOV, {"values": ["ok", "x" * 201]}, "values.1", Fault.TOO_LONG),
        (Tool.CPW, {"steps": [{"by": "2026-12-01"}]}, "steps.0.what", Fault.ROW_UNNAMED),
        (Tool.CPW, {"steps": [{"what": "a", "by": "soon"}]}, "steps.0.by", Fault.NOT_A_DATE),
        (Tool.CPW, {"steps": [{"what": "a", "who": "b"}]}, "steps.0", Fault.UNKNOWN_FIELD),
        (Tool.CPW, {"steps": ["a"]}, "steps.0", Fault.WRONG_KIND),
        (Tool.CPW, {"steps": [{"what": "a"}] * 9}, "steps", Fault.TOO_MANY),
        (Tool.CBA, {"using_good": [{"what": "a", "lasts": "ever"}]}, "using_good.0.lasts", Fault.NOT_OFFERED),
        (Tool.REH, {"scenario": "another"}, "scenario", Fault.NOT_OFFERED),
    ],
)
def test_what_is_no_answer_is_named_with_its_place(
    tool: Tool, answers: dict[str, Any], field: str, fault: Fault
) -> None:
    assert check(tool, tidy(tool, answers)) == [Problem(field, fault)]


def test_tidying_drops_what_is_empty_and_keeps_what_is_meant() -> None:
    typed = {
        "changes": "  less\r\nbeer \x00 ",
        "reasons": "   ",
        "steps": [{"what": "", "by": ""}, {"what": " call ", "by": ""}],
    }
    assert tidy(Tool.CPW, typed) == {"changes": "less\nbeer", "steps": [{"what": "call"}]}
    assert tidy(Tool.URG, {"strength": "0"}) == {"strength": 0}


def test_a_scenario_is_named_by_its_id() -> None:
    assert check(Tool.REH, {"scenario": str(new_id())}) == []


def test_every_written_word_is_found_wherever_it_stands() -> None:
    answers = {"changes": "a", "steps": [{"what": "b"}, {"what": "c", "then": ["d"]}], "n": 3}
    assert list(texts(answers)) == ["a", "b", "c", "d"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_keys = st.sampled_from(sorted({field.key for one in TOOLS.values() for field in one.fields}))


@given(tool=st.sampled_from(Tool), answers=st.dictionaries(_keys | st.text(max_size=8), _json, max_size=6))
def test_nothing_that_is_sent_breaks_the_check_and_tidying_twice_is_tidying_once(
    tool: Tool, answers: dict[str, Any]
) -> None:
    once = tidy(tool, answers)
    assert tidy(tool, once) == once
    list(texts(once))
    missing(tool, once)
    if not check(tool, once):
        in_plain_words(tool, once, "en")

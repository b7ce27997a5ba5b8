"""Few suggestions, each with its reason, and silence where there is nothing to say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aftercare.smart.suggesting import MOST, Reason, Suggestion, Used, suggest
from shared.contracts.aftercare import PointStage, Tool

TODAY = date(2026, 11, 24)
NEW = dict.fromkeys((1, 2, 3, 4), PointStage.NEW)
KEPT = dict.fromkeys((1, 2, 3, 4), PointStage.KEEPING)


def ago(tool: Tool, days: int) -> Used:
    return Used(tool, TODAY - timedelta(days))


@pytest.mark.parametrize(
    ("used", "stages", "expected"),
    [
        ([], NEW, [(Tool.CBA, Reason.START), (Tool.URG, Reason.START)]),
        ([ago(Tool.URG, 1)], KEPT, [(Tool.DEADS, Reason.AFTER_URGE)]),
        ([ago(Tool.URG, 1), ago(Tool.DEADS, 0)], KEPT, []),
        ([ago(Tool.URG, 9)], KEPT, []),
        (
            [ago(Tool.URG, 1), ago(Tool.URG, 3), ago(Tool.URG, 9), ago(Tool.DEADS, 0)],
            KEPT,
            [(Tool.ANT, Reason.URGES_REPEAT)],
        ),
        ([ago(Tool.ANT, 2)], KEPT, [(Tool.REH, Reason.TRY_OUT)]),
        ([ago(Tool.ANT, 2), ago(Tool.REH, 1)], KEPT, []),
        ([ago(Tool.CBA, 2)], NEW, [(Tool.SOC, Reason.NEXT_AT_POINT)]),
        ([ago(Tool.CBA, 2)], KEPT | {3: PointStage.LEARNING}, [(Tool.ABC, Reason.NEXT_AT_POINT)]),
        ([ago(Tool.LBP, 61)], KEPT, [(Tool.LBP, Reason.LOOK_AGAIN)]),
        ([ago(Tool.LBP, 61), ago(Tool.LBP, 5)], KEPT, []),
    ],
)
def test_what_comes_next_and_why(
    used: list[Used], stages: dict[int, PointStage], expected: list[tuple[Tool, Reason]]
) -> None:
    assert suggest(used, stages, TODAY) == [Suggestion(*one) for one in expected]


@given(
    used=st.lists(st.builds(ago, st.sampled_from(Tool), st.integers(0, 400)), max_size=40),
    stages=st.fixed_dictionaries({point: st.sampled_from(PointStage) for point in (1, 2, 3, 4)}),
)
def test_never_more_than_three_and_no_tool_twice(used: list[Used], stages: dict[int, PointStage]) -> None:
    found = suggest(used, stages, TODAY)
    assert len(found) <= MOST
    assert len({one.tool for one in found}) == len(found)

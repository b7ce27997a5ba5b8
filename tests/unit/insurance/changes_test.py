"""What a newer answer says otherwise, which of it is an alarm, and how near estimates came."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.insurance.rules.changes import (
    Accuracy,
    Change,
    Detail,
    Result,
    Settled,
    accuracy,
    alarming,
    differences,
)
from services.insurance.rules.levels_of_care import levels_of_care
from services.insurance.rules.shares import shares
from services.insurance.rules.states import State
from shared.contracts.care import LevelOfCare as Level
from shared.contracts.care import Network
from shared.contracts.insurance import DeclinedReason, Difference
from tests.unit.insurance.said import eb, statements

ACTIVE = eb("1", "30", network="")
DEDUCTIBLE = eb("C", "30", level="IND", period="23", amount="2000")


def left(amount: str) -> list[str]:
    return eb("C", "30", level="IND", period="29", amount=amount)


def result(*rows: list[str]) -> Result:
    said = statements(ACTIVE, *rows)
    return Result(
        State.VERIFIED_ACTIVE,
        plan="Choice PPO",
        begins_on=date(2026, 1, 1),
        shares=shares(said),
        levels=levels_of_care(said, (), list(Level)),
    )


def changes(before: list[list[str]], after: list[list[str]]) -> list[tuple[object, ...]]:
    found = differences(result(*before), result(*after))
    return [(one.kind, one.detail, one.before, one.after, one.expected) for one in found]


def test_the_same_answer_twice_has_no_differences() -> None:
    one = result(DEDUCTIBLE, left("750"), eb("1", "AI"), eb("B", "AI", period="27", amount="30"))
    assert differences(one, one) == ()


def test_a_deductible_that_is_used_up_is_listed_and_no_alarm() -> None:
    found = differences(result(DEDUCTIBLE, left("750")), result(DEDUCTIBLE, left("200")))
    (one,) = found
    assert (one.kind, one.detail, one.before, one.after) == (
        *(Difference.DEDUCTIBLE, Detail.REMAINING, "750", "200"),
    )
    assert (one.expected, one.network, one.who) == (True, Network.IN, "IND")
    assert len(one.evidence) == 2
    assert alarming(found) == ()


def test_a_deductible_that_went_up_or_began_anew_is_an_alarm() -> None:
    assert changes([DEDUCTIBLE, left("750")], [DEDUCTIBLE, left("2000")]) == [
        (Difference.DEDUCTIBLE, Detail.REMAINING, "750", "2000", False)
    ]
    higher = eb("C", "30", level="IND", period="23", amount="3000")
    found = differences(result(DEDUCTIBLE, left("750")), result(higher, left("700")))
    assert [(one.detail, one.expected) for one in found] == [
        (Detail.TOTAL, False),
        (Detail.REMAINING, False),
    ]
    assert alarming(found) == (Difference.DEDUCTIBLE,)


def test_that_nobody_spoke_of_what_is_left_this_time_is_no_news() -> None:
    assert changes([DEDUCTIBLE, left("750")], [DEDUCTIBLE]) == []


def test_a_plan_that_ended_is_told_with_its_reason() -> None:
    before = result()
    after = Result(State.VERIFIED_INACTIVE, DeclinedReason.INACTIVE)
    found = differences(before, after)
    assert [(one.detail, one.before, one.after) for one in found] == [
        (Detail.STATE, "verified_active", "verified_inactive"),
        (Detail.REASON, None, "inactive"),
        (Detail.NAME, "Choice PPO", None),
        (Detail.BEGINS_ON, "2026-01-01", None),
    ]
    assert alarming(found) == (Difference.STATUS, Difference.PLAN, Difference.DATES)


def test_another_plan_is_another_name_and_another_spelling_is_not() -> None:
    before = result()
    assert differences(before, replace(before, plan="CHOICE  PPO")) == ()
    (one,) = differences(before, replace(before, plan="Gold HMO"))
    assert (one.kind, one.before, one.after) == (Difference.PLAN, "Choice PPO", "Gold HMO")


def test_authorization_cover_and_limits_of_a_level_are_compared() -> None:
    before = [eb("1", "AI"), eb("CB", "AI", authorization="N")]
    after = [eb("I", "CI"), eb("1", "AI"), eb("CB", "AI", authorization="Y")]
    found = differences(result(*before), result(*after))
    levels = {(one.kind, one.level, one.before, one.after) for one in found}
    assert (Difference.AUTHORIZATION, Level.INTENSIVE, "no", "yes") in levels
    assert (Difference.LEVEL_OF_CARE, Level.RESIDENTIAL, "yes", "no") in levels
    assert (Difference.LEVEL_OF_CARE, Level.INTENSIVE, "yes", "no") not in levels


def limit(total: str, remaining: str) -> list[list[str]]:
    return [
        eb("1", "AI"),
        eb("F", "AI", period="23", counted="DY", quantity=total),
        eb("F", "AI", period="29", counted="DY", quantity=remaining),
    ]


def test_days_that_were_used_are_expected_and_fewer_days_in_all_are_not() -> None:
    used = differences(result(*limit("30", "18")), result(*limit("30", "10")))
    assert {one.before for one in used} == {"30 days (plan_year, 18 left)"}
    assert all(one.expected for one in used)
    fewer = differences(result(*limit("30", "18")), result(*limit("20", "10")))
    assert alarming(fewer) == (Difference.LEVEL_OF_CARE,)


def test_a_share_of_the_whole_plan_is_told_once_and_not_for_every_level() -> None:
    before, after = [eb("A", "30", percent=".2")], [eb("A", "30", percent=".3")]
    assert changes(before, after) == [(Difference.COST_SHARE, Detail.COINSURANCE, "0.2", "0.3", False)]


def test_a_copay_for_addiction_treatment_is_told_for_its_levels() -> None:
    found = differences(
        result(eb("B", "CJ", period="27", amount="30")), result(eb("B", "CJ", period="27", amount="45"))
    )
    assert {(one.level, one.before, one.after) for one in found} == {
        (None, "30 visit", "45 visit"),
        *((level, "30 visit", "45 visit") for level in (Level.PARTIAL, Level.INTENSIVE, Level.OUTPATIENT)),
    }


def test_every_change_is_of_codes_and_figures() -> None:
    one = Change(Difference.STATUS, Detail.STATE, None, None)
    assert alarming([one, one]) == (Difference.STATUS,)


def settled(payer: str, likely: str, actual: str) -> Settled:
    figure = Decimal(likely)
    return Settled(payer, figure / 2, figure, figure * 2, Decimal(actual))


def test_accuracy_is_told_per_payer() -> None:
    pairs = [
        settled("northstar", "1000", "1100"),
        settled("northstar", "1000", "700"),
        settled("northstar", "1000", "2500"),
        settled("blue-cedar", "100", "100"),
    ]
    assert accuracy(pairs) == (
        Accuracy("blue-cedar", 1, Decimal("0.00"), Decimal("0.00"), Decimal("1.000")),
        Accuracy("northstar", 3, Decimal("300.00"), Decimal("100.00"), Decimal("0.667")),
    )
    assert accuracy([]) == ()

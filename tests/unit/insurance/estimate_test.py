"""The range of what a stay may cost: what is known holds throughout, what is unknown widens it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.insurance.rules.estimate import (
    RULESET,
    Caveat,
    Estimate,
    Inputs,
    PayerWays,
    PlannedCare,
    Rate,
    estimate,
    inputs_from,
)
from services.insurance.rules.levels_of_care import levels_of_care
from services.insurance.rules.shares import shares
from services.insurance.rules.statements import Evidence
from shared.contracts.care import LevelOfCare as Level
from shared.contracts.care import Network
from tests.unit.insurance.client_summary_test import rows as any_rows
from tests.unit.insurance.said import QUESTION, eb, statements

IN, OUT = Network.IN, Network.OUT
STARTS = date(2026, 3, 2)
COVERED = [eb("1", "AI"), eb("H", "AI"), eb("CB", "AI", authorization="N")]
FIFTH = eb("A", "AI", percent=".2")


def accumulated(code: str, period: str, amount: str, level: str = "IND", types: str = "30") -> list[str]:
    return eb(code, types, level=level, period=period, amount=amount)


def planned(level: Level = Level.RESIDENTIAL, units: int = 21, rate: str = "850", **more: Any) -> PlannedCare:
    return PlannedCare(level, more.pop("starts_on", STARTS), units, Rate.agreed(Decimal(rate)), **more)


def inputs(*said: list[str], care: tuple[PlannedCare, ...] = (), **how: Any) -> Inputs:
    care = care or (planned(),)
    found = statements(*said)
    levels = levels_of_care(found, (), [step.level for step in care])
    how = {"network": IN, "next_plan_year": None, **how}
    return inputs_from(levels, shares(found), care, **how)


def totals(*said: list[str], **how: Any) -> tuple[Decimal, Decimal, Decimal]:
    found = estimate(inputs(*said, **how))
    return found.low.total, found.likely.total, found.high.total


def caveats(*said: list[str], **how: Any) -> set[Caveat]:
    return set(estimate(inputs(*said, **how)).caveats)


KNOWN = [
    *COVERED,
    FIFTH,
    accumulated("C", "29", "0"),
    accumulated("C", "23", "500"),
    accumulated("G", "23", "6000"),
    accumulated("G", "29", "2987.32"),
]


def test_when_everything_is_known_the_range_is_one_figure_without_caveats() -> None:
    assert totals(*KNOWN) == (Decimal("2987.32"),) * 3
    found = estimate(inputs(*KNOWN))
    assert (found.caveats, found.ruleset) == ((), RULESET)


def test_every_figure_that_went_in_is_named() -> None:
    found = estimate(inputs(*KNOWN)).evidence
    assert {Evidence(QUESTION, position) for position in (13, 15, 16, 17, 18, 19, 20)} <= set(found)


def test_a_deductible_of_which_nobody_said_what_is_paid_is_paid_at_best_and_unpaid_otherwise() -> None:
    said = [*COVERED, FIFTH, accumulated("C", "23", "2000", types="AI"), accumulated("G", "29", "9000")]
    assert totals(*said) == (Decimal(3570), Decimal(5170), Decimal(5170))
    assert Caveat.DEDUCTIBLE_USE_UNKNOWN in caveats(*said)


def test_a_deductible_nobody_spoke_of_can_be_the_whole_bill() -> None:
    low, likely, high = totals(*COVERED, FIFTH)
    assert (low, likely, high) == (Decimal(3570), Decimal(3570), Decimal(17850))
    assert {Caveat.DEDUCTIBLE_UNKNOWN, Caveat.CAP_UNKNOWN} <= caveats(*COVERED, FIFTH)


def test_a_share_nobody_stated_is_nothing_at_best_assumed_as_likely_and_everything_at_worst() -> None:
    said = [*COVERED, accumulated("C", "23", "0", types="AI"), accumulated("G", "29", "90000")]
    assert totals(*said) == (Decimal(0), Decimal(3570), Decimal(17850))
    assert Caveat.COST_SHARE_UNKNOWN in caveats(*said)


@pytest.mark.parametrize(
    ("row", "caveat"),
    [
        (eb("1", "30"), Caveat.COVERAGE_INHERITED),
        (eb("5", "AI"), Caveat.COVERAGE_UNKNOWN),
    ],
)
def test_care_that_may_not_be_covered_is_paid_alone_at_worst(row: list[str], caveat: Caveat) -> None:
    care = (planned(self_pay=Decimal(700)),)
    said = [row, accumulated("C", "29", "0", types="MH"), accumulated("G", "29", "100")]
    low, _, high = totals(*said, care=care)
    assert high == Decimal(14700)
    assert low <= Decimal(100)
    assert caveat in caveats(*said, care=care)


def test_care_that_is_refused_is_paid_alone_in_every_reading() -> None:
    care = (planned(self_pay=Decimal(700)),)
    assert totals(eb("1", "30"), eb("I", "AI"), care=care) == (Decimal(14700),) * 3
    assert Caveat.NOT_COVERED in caveats(eb("I", "AI"), care=care)


def test_of_figures_that_disagree_the_dearer_counts_and_the_cheaper_at_best() -> None:
    said = [*KNOWN[:3], eb("A", "AI", percent=".1"), FIFTH, accumulated("C", "29", "0", types="AI")]
    low, likely, high = totals(*said)
    assert (low, likely) == (Decimal(1785), Decimal(3570))
    assert Caveat.FIGURES_DISAGREE in caveats(*said)
    assert high >= likely


def test_a_nearer_copay_stands_instead_of_a_coinsurance_inherited_from_the_plan() -> None:
    care = (planned(Level.INTENSIVE, 24, "220"),)
    said = [*COVERED, eb("B", "AI", period="27", amount="30"), eb("A", "30", percent=".5")]
    low, likely, _ = totals(*said, care=care)
    assert low == likely == Decimal(720)


def test_while_the_network_is_not_known_the_worst_reading_is_out_of_network() -> None:
    care = (planned(allowed_out=Rate(Decimal(500), Decimal(600), Decimal(700)), charge=Decimal(1200)),)
    said = [
        *KNOWN,
        *(eb("1", "AI", network="N"), eb("A", "AI", percent=".5", network="N")),
        eb("C", "30", level="IND", period="29", amount="0", network="N"),
    ]
    found = estimate(inputs(*said, care=care, network=None))
    assert found.likely.total == Decimal("2987.32")
    assert (found.high.plan_share, found.high.balance_bill) == (Decimal(7350), Decimal(10500))
    assert set(found.caveats) == {Caveat.NETWORK_UNKNOWN, Caveat.BALANCE_BILL}
    without = estimate(inputs(*said, care=care, network=None, ways=PayerWays(balance_billing=False)))
    assert without.high.balance_bill == 0
    assert estimate(inputs(*said, care=care, network=IN)).high.balance_bill == 0


def test_days_beyond_the_limit_are_told() -> None:
    said = [
        *(eb("1", "AI"), FIFTH, accumulated("C", "29", "0", types="AI")),
        eb("F", "AI", period="23", counted="DY", quantity="30"),
        eb("F", "AI", period="24", counted="DY", quantity="12"),
    ]
    found = estimate(inputs(*said, care=(planned(self_pay=Decimal(850)),)))
    assert (found.likely.plan_share, found.likely.self_pay) == (Decimal(3060), Decimal(2550))
    assert Caveat.LIMIT_REACHED in found.caveats


def test_a_limit_of_which_nobody_said_what_is_used_is_used_up_at_worst() -> None:
    said = [
        eb("1", "AI"),
        FIFTH,
        accumulated("C", "29", "0"),
        eb("F", "AI", period="23", counted="DY", quantity="30"),
    ]
    low, likely, high = totals(*said)
    assert (low, likely, high) == (Decimal(3570), Decimal(3570), Decimal(17850))
    assert Caveat.LIMIT_USE_UNKNOWN in caveats(*said)


def test_a_stay_over_the_plan_years_end_meets_the_totals_anew() -> None:
    care = (planned(units=30, starts_on=date(2026, 12, 20)),)
    said = [
        *(*COVERED, FIFTH),
        *(accumulated("C", "23", "2000", types="AI"), accumulated("C", "29", "800", types="AI")),
        *(accumulated("G", "23", "6000"), accumulated("G", "29", "4200")),
    ]
    assert totals(*said, care=care, next_plan_year=date(2027, 1, 1)) == (Decimal(7340),) * 3
    assert Caveat.PLAN_YEAR_RENEWS in caveats(*said, care=care, next_plan_year=date(2027, 1, 1))
    assert totals(*said, care=care) == (Decimal(4200),) * 3
    assert Caveat.PLAN_YEAR_RENEWS not in caveats(*said, care=care, next_plan_year=date(2027, 6, 1))


def test_a_stay_after_the_new_year_owes_nothing_to_what_was_paid_before_it() -> None:
    """Verified in December for January: what is left of this year's deductible says nothing."""
    care = (planned(units=30, starts_on=date(2027, 1, 5)),)
    said = [
        *(*COVERED, FIFTH),
        *(accumulated("C", "23", "2000", types="AI"), accumulated("C", "29", "0", types="AI")),
        *(accumulated("G", "23", "6000"), accumulated("G", "29", "0")),
    ]
    # 2,000 and a fifth of the other 23,500, up to the new year's 6,000.
    assert totals(*said, care=care, next_plan_year=date(2027, 1, 1)) == (Decimal(6000),) * 3
    short = (planned(units=10, starts_on=date(2027, 1, 5)),)
    assert totals(*said, care=short, next_plan_year=date(2027, 1, 1)) == (Decimal(3300),) * 3


def test_a_limit_stated_once_is_used_up_by_all_levels_together() -> None:
    said = [
        *(eb("1", "AI"), FIFTH, accumulated("C", "29", "0", types="AI")),
        eb("F", "AI", period="23", counted="DY", quantity="30"),
        eb("F", "AI", period="24", counted="DY", quantity="12"),
    ]
    care = (
        planned(Level.WITHDRAWAL, 10, "1200", self_pay=Decimal(1200)),
        planned(units=18, starts_on=date(2026, 3, 20), self_pay=Decimal(850)),
    )
    found = estimate(inputs(*said, care=care))
    assert [one.self_pay for one in found.likely.lines] == [Decimal(0), Decimal(8500)]


def test_next_years_deductible_is_unknown_where_only_the_remainder_is_stated() -> None:
    care = (planned(units=30, starts_on=date(2026, 12, 20)),)
    said = [*COVERED, FIFTH, accumulated("C", "29", "800"), accumulated("G", "29", "4200")]
    assert Caveat.NEXT_YEAR_UNKNOWN in caveats(*said, care=care, next_plan_year=date(2027, 1, 1))


def test_a_step_down_is_priced_in_the_order_of_its_days() -> None:
    care = (
        *(planned(Level.WITHDRAWAL, 5, "1200"), planned(starts_on=date(2026, 3, 7))),
        planned(Level.PARTIAL, 15, "450", starts_on=date(2026, 3, 28), per_week=5),
        planned(Level.INTENSIVE, 24, "220", starts_on=date(2026, 4, 18), per_week=3),
    )
    said = [*COVERED, FIFTH, accumulated("C", "29", "800", types="AI"), eb("B", "98", amount="20")]
    said += [accumulated("C", "23", "2000", types="AI"), accumulated("G", "29", "99000")]
    found = estimate(inputs(*said, care=care[::-1]))
    assert found.likely.total == Decimal(7816)
    assert [line.line.level for line in found.likely.lines] == [step.level for step in care]


def test_an_estimate_is_kept_and_read_back_unchanged() -> None:
    one = inputs(*KNOWN)
    kept = TypeAdapter(Inputs).validate_json(TypeAdapter(Inputs).dump_json(one))
    assert kept == one
    result = estimate(kept)
    assert TypeAdapter(Estimate).validate_json(TypeAdapter(Estimate).dump_json(result)) == result


@settings(max_examples=200, deadline=None)
@given(
    st.lists(any_rows(), max_size=10),
    st.lists(st.sampled_from(Level), min_size=1, max_size=3),
    st.sampled_from([IN, OUT, None]),
    st.sampled_from([None, date(2026, 3, 10)]),
    st.sampled_from([None, True, False]),
)
def test_low_is_never_above_likely_and_likely_never_above_high(
    said: list[list[str]],
    levels: list[Level],
    network: Network | None,
    renews: date | None,
    either: bool | None,
) -> None:
    care = tuple(planned(level, charge=Decimal(1000), self_pay=Decimal(500)) for level in levels)
    ways = PayerWays(aggregate=either, copay_instead_of_coinsurance=either)
    found = estimate(inputs(eb("1"), *said, care=care, network=network, next_plan_year=renews, ways=ways))
    assert 0 <= found.low.total <= found.likely.total <= found.high.total
    assert found.high.total <= Decimal(1000) * sum(step.units for step in care)
    assert len(set(found.caveats)) == len(found.caveats)

"""A planned stay: its days, and the rates they cost."""

from datetime import date
from decimal import Decimal

import pytest

from services.insurance.episodes import RatesMissing, Step, expected_services, in_order, planned
from services.insurance.rates import (
    EVERYBODY,
    RateBook,
    RateKind,
    RateLine,
    RatesOverlap,
    RateUnit,
    check_overlaps,
)
from services.insurance.rules.estimate import Rate
from shared.contracts.care import LevelOfCare, Network

FIRST = date(2026, 12, 1)
RESIDENTIAL = LevelOfCare.RESIDENTIAL


def line(kind: RateKind, amount: str, begins: date = date(2026, 1, 1), ends: date | None = None) -> RateLine:
    payer = "northstar" if kind in (RateKind.IN, RateKind.OUT) else EVERYBODY
    return RateLine(payer, kind, RESIDENTIAL, Decimal(amount), RateUnit.DAY, "H0018", begins, ends)


def test_steps_follow_each_other() -> None:
    steps = in_order(
        [
            Step(LevelOfCare.WITHDRAWAL, 5),
            Step(RESIDENTIAL, 21),
            Step(LevelOfCare.PARTIAL, 15),
            Step(LevelOfCare.INTENSIVE, 24),
        ],
        FIRST,
    )
    assert [step.starts_on for step in steps] == [
        date(2026, 12, 1),
        date(2026, 12, 6),
        date(2026, 12, 27),
        date(2027, 1, 16),
    ]


def test_a_step_with_a_day_of_its_own_keeps_it() -> None:
    steps = in_order([Step(RESIDENTIAL, 1), Step(RESIDENTIAL, 1, date(2027, 2, 1))], FIRST)
    assert steps[1].starts_on == date(2027, 2, 1)


def test_the_rate_is_the_one_of_the_day_the_step_begins() -> None:
    book = RateBook([line(RateKind.IN, "850", ends=date(2026, 11, 30)), line(RateKind.IN, "900", FIRST)])
    (care,) = planned(in_order([Step(RESIDENTIAL, 21)], FIRST), Network.IN, book, "northstar", None)
    assert care.allowed == Rate.agreed(Decimal(900))
    assert (care.charge, care.self_pay) == (None, None)


def test_out_of_network_a_part_of_the_charge_is_assumed_but_never_more_than_the_charge() -> None:
    book = RateBook([line(RateKind.CHARGE, "1000")])
    dated = in_order([Step(RESIDENTIAL, 21)], FIRST)
    (care,) = planned(dated, Network.OUT, book, "northstar", Decimal("0.9"))
    assert care.allowed == Rate(Decimal("720.00"), Decimal("900.00"), Decimal("1000.00"))


def test_out_of_network_the_charge_is_needed_to_know_what_may_be_billed_above_the_allowed_amount() -> None:
    book = RateBook([line(RateKind.OUT, "900")])
    dated = in_order([Step(RESIDENTIAL, 21)], FIRST)
    with pytest.raises(RatesMissing) as refused:
        planned(dated, Network.OUT, book, "northstar", None)
    assert [one.kind for one in refused.value.missing] == [RateKind.CHARGE]
    (care,) = planned(dated, Network.OUT, book, "northstar", None, balance_billing=False)
    assert care.allowed == Rate.agreed(Decimal(900))


def test_everything_that_is_missing_is_named_at_once() -> None:
    dated = in_order([Step(RESIDENTIAL, 2), Step(LevelOfCare.PARTIAL, 2)], FIRST)
    with pytest.raises(RatesMissing) as refused:
        planned(dated, None, RateBook([]), "northstar", None)
    assert [(one.level, one.kind) for one in refused.value.missing] == [
        (level, kind)
        for level in (RESIDENTIAL, LevelOfCare.PARTIAL)
        for kind in (RateKind.IN, RateKind.OUT, RateKind.CHARGE)
    ]
    with pytest.raises(RatesMissing):
        expected_services(dated, RateBook([line(RateKind.SELF_PAY, "800")]))


def test_who_pays_alone_pays_the_self_pay_rate_before_the_charge() -> None:
    book = RateBook([line(RateKind.CHARGE, "1000"), line(RateKind.SELF_PAY, "800")])
    (service,) = expected_services(in_order([Step(RESIDENTIAL, 3)], FIRST), book)
    assert (service.charge, service.ends_on) == (Decimal("2400.00"), date(2026, 12, 3))


def test_two_rates_for_one_day_are_refused() -> None:
    with pytest.raises(RatesOverlap):
        check_overlaps([line(RateKind.IN, "850"), line(RateKind.IN, "900", FIRST)])
    check_overlaps([line(RateKind.IN, "850", ends=date(2026, 11, 30)), line(RateKind.IN, "900", FIRST)])
    check_overlaps([line(RateKind.IN, "850"), line(RateKind.OUT, "900")])

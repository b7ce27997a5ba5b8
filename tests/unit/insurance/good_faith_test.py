"""The Good Faith Estimate: when it is due, what it must hold, and that it can be read."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.insurance.rules.business_days import (
    business_days_after,
    business_days_between,
    federal_holidays,
)
from services.insurance.rules.good_faith import (
    ExpectedService,
    GoodFaithEstimate,
    Provider,
    dispute_until,
    due_by,
    may_dispute,
    missing,
)
from services.insurance.words.good_faith_letter import document
from services.insurance.words.plain_words import Language, as_text
from shared.contracts.care import LevelOfCare as Level
from tests.unit.insurance.reading_ease import is_easy

PROVIDER = Provider(
    "Harbour Bridge Recovery",
    "1234567893",
    "12-3456789",
    "12 Quay Street, Portside, CA 90000",
    "(555) 010-0100",
)
STAY = ExpectedService(
    Level.RESIDENTIAL, ("H0018",), date(2026, 4, 6), date(2026, 4, 26), 21, Decimal("850.50")
)
VISITS = ExpectedService(Level.INTENSIVE, ("H0015",), date(2026, 4, 27), date(2026, 6, 19), 24, Decimal(220))
ONE = GoodFaithEstimate(
    "Marisol Okafor",
    date(1988, 4, 12),
    PROVIDER,
    (VISITS, STAY),
    date(2026, 3, 20),
    scheduled_for=date(2026, 4, 6),
    diagnosis_codes=("F10.20",),
    separately_scheduled=(Level.OUTPATIENT,),
)


@pytest.mark.parametrize(
    ("asked", "scheduled", "due"),
    [
        (date(2026, 3, 16), None, date(2026, 3, 19)),  # a Monday, asked without a date
        (date(2026, 3, 16), date(2026, 3, 30), date(2026, 3, 19)),  # ten business days ahead
        (date(2026, 3, 16), date(2026, 3, 27), date(2026, 3, 17)),  # nine
        (date(2026, 3, 16), date(2026, 3, 19), date(2026, 3, 17)),  # three
        (date(2026, 3, 16), date(2026, 3, 18), date(2026, 3, 17)),  # two: before care begins
        (date(2026, 3, 16), date(2026, 3, 16), date(2026, 3, 16)),  # the same day
        (date(2026, 3, 20), date(2026, 3, 21), date(2026, 3, 21)),  # Friday for Saturday
        (date(2026, 3, 20), date(2026, 4, 20), date(2026, 3, 25)),  # over a weekend
        (date(2026, 12, 24), date(2027, 3, 1), date(2026, 12, 30)),  # over Christmas
        (date(2026, 3, 16), date(2026, 3, 2), date(2026, 3, 16)),  # a day that has gone by
    ],
)
def test_the_day_it_is_due(asked: date, scheduled: date | None, due: date) -> None:
    assert due_by(asked, scheduled) == due


def test_the_eleven_federal_holidays_as_observed() -> None:
    assert federal_holidays(2026) == {
        *(date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19)),
        *(date(2026, 7, 3), date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26)),
        date(2026, 12, 25),
    }
    assert date(2021, 12, 31) in federal_holidays(2022)  # New Year's Day on a Saturday
    assert date(2022, 12, 26) in federal_holidays(2022)  # Christmas on a Sunday
    assert all(len(federal_holidays(year)) == 11 for year in range(2022, 2080))


def test_business_days_leave_out_weekends_and_holidays() -> None:
    assert business_days_after(date(2026, 7, 2), 1) == date(2026, 7, 6)
    assert business_days_after(date(2021, 12, 30), 1) == date(2022, 1, 3)
    assert business_days_between(date(2026, 7, 2), date(2026, 7, 6)) == 1
    assert business_days_between(date(2026, 7, 6), date(2026, 7, 2)) == 0


def test_the_total_is_the_sum_of_the_lines() -> None:
    assert (STAY.charge, VISITS.charge, ONE.total) == (
        Decimal("17860.50"),
        Decimal("5280.00"),
        Decimal("23140.50"),
    )


@pytest.mark.parametrize("language", Language)
def test_every_content_the_rule_asks_for_stands_in_the_letter(language: Language) -> None:
    text = as_text(document(ONE, language))
    for content in (
        *("Marisol Okafor", "Harbour Bridge Recovery", "1234567893", "12-3456789", "Portside, CA"),
        *("H0018", "H0015", "F10.20", "$850.50", "$17,860.50", "$5,280.00", "$23,140.50"),
        *("$400", "120", "www.cms.gov/nosurprises", "1-800-985-3059"),
    ):
        assert content in text
    assert text.index("H0018") < text.index("H0015")


def test_the_disclaimers_are_all_there() -> None:
    english, spanish = (as_text(document(ONE, language)) for language in Language)
    for words in ("This is not a contract", "may not be the same", "will not harm", "not counted here"):
        assert words in english
    assert "April 6, 2026" in english
    for words in ("no es un contrato", "pueden ser otros", "no afecta", "6 de abril de 2026"):
        assert words in spanish


@pytest.mark.parametrize("language", Language)
def test_the_letter_is_easy_to_read(language: Language) -> None:
    bare = replace(ONE, diagnosis_codes=(), separately_scheduled=(), scheduled_for=None)
    for one in (ONE, bare):
        parts = document(one, language)
        text = "\n".join(line for part in (parts[0], *parts[2:]) for line in part.lines)
        assert is_easy(text, language)
        for part in parts[3:]:
            assert is_easy("\n".join(part.lines), language), part
        assert not {"{", "}"} & set(text)


def test_what_is_missing_is_named() -> None:
    assert missing(ONE) == ()
    bare = replace(ONE, provider=replace(PROVIDER, tin=" "), services=(replace(STAY, codes=()),))
    assert missing(bare) == ("provider.tin", "services.0.codes")
    assert missing(replace(ONE, services=())) == ("services",)
    long = replace(STAY, ends_on=date(2027, 5, 1))
    assert missing(replace(ONE, services=(long,))) == ("services.period",)


def test_a_bill_may_be_disputed_from_four_hundred_dollars_above_and_for_a_hundred_and_twenty_days() -> None:
    assert may_dispute(Decimal(1000), Decimal(1400))
    assert not may_dispute(Decimal(1000), Decimal("1399.99"))
    assert dispute_until(date(2026, 3, 1)) == date(2026, 6, 29)

"""The arithmetic of one reading: the worked examples of the specification, the options, the properties."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.insurance.rules.cost_sharing import LimitLeft, Line, Options, PlanYear, Reading, Terms, priced
from services.insurance.rules.statements import Per
from shared.contracts.care import LevelOfCare as Level

STARTS = date(2026, 3, 2)
YEAR = date(2026, 1, 1)
DETOX = Line(Level.WITHDRAWAL, STARTS, 5, Decimal(1200))
RESIDENTIAL = Line(Level.RESIDENTIAL, STARTS + timedelta(5), 21, Decimal(850))
PARTIAL = Line(Level.PARTIAL, STARTS + timedelta(26), 15, Decimal(450), per_week=5)
INTENSIVE = Line(Level.INTENSIVE, STARTS + timedelta(47), 24, Decimal(220), per_week=3)
EPISODE = (DETOX, RESIDENTIAL, PARTIAL, INTENSIVE)


def money(text: str) -> Decimal:
    return Decimal(text)


def reading(
    coinsurance: str = "0.2",
    deductible: str | None = None,
    cap: str | None = None,
    options: Options = Options(),  # noqa: B008
) -> Reading:
    year = PlanYear(YEAR, deductible and money(deductible), None, cap and money(cap))
    return Reading((year,), tuple(Terms(level, coinsurance=money(coinsurance)) for level in Level), options)


def test_e1_a_step_down_without_a_cap() -> None:
    stay = priced(EPISODE, reading(deductible="800"))
    assert [line.total for line in stay.lines] == [money(x) for x in ("1840", "3570", "1350", "1056")]
    assert stay.total == money("7816.00")


def test_e2_the_cap_is_reached_in_residential_care() -> None:
    stay = priced(EPISODE, reading(deductible="800", cap="4200"))
    assert [line.total for line in stay.lines] == [money(x) for x in ("1840", "2360", "0", "0")]
    assert stay.total == money("4200.00")


def test_e3_residential_care_alone_is_capped() -> None:
    assert priced([RESIDENTIAL], reading(deductible="0")).total == money("3570")
    assert priced([RESIDENTIAL], reading(deductible="0", cap="2987.32")).total == money("2987.32")


def test_e4_twenty_eight_days_at_a_tenth() -> None:
    line = replace(RESIDENTIAL, units=28, allowed=money("900"))
    assert priced([line], reading("0.1", deductible="0")).total == money("2520")
    assert priced([line], reading("0.1", deductible="0", cap="2351.02")).total == money("2351.02")


def test_e5_out_of_network_the_balance_bill_stands_beside_the_cap() -> None:
    # 10,980 = 1,500 + 40% of what is left of 25,200.
    line = replace(RESIDENTIAL, units=28, allowed=money("900"), charge=money("1400"))
    options = Options(balance_billing=True)
    assert priced([line], reading("0.4", deductible="1500")).plan_share == money("10980")
    capped = priced([line], reading("0.4", deductible="1500", cap="2351.02", options=options))
    assert (capped.plan_share, capped.balance_bill) == (money("2351.02"), money("14000"))
    assert capped.total == money("16351.02")


def test_e6_a_copay_and_a_tenth_with_an_unknown_cap() -> None:
    visits = Terms(Level.INTENSIVE, deductible_applies=False, copay=money("30"), copay_per=Per.VISIT)
    assert priced([INTENSIVE], Reading((PlanYear(YEAR),), (visits,))).total == money("720")
    assert priced([DETOX], reading("0.1")).total == money("600")


def test_e7_a_stay_over_new_year_meets_a_new_deductible_and_a_new_cap() -> None:
    line = Line(Level.RESIDENTIAL, date(2026, 12, 20), 30, money("850"))
    december = PlanYear(date(2026, 1, 1), money("800"), None, money("4200"))
    january = PlanYear(date(2027, 1, 1), money("2000"), None, money("6000"))
    terms = (Terms(Level.RESIDENTIAL, coinsurance=money("0.2")),)
    stay = priced([line], Reading((december, january), terms))
    assert [part.units for part in stay.lines[0].parts] == [12, 18]
    assert [part.plan_share for part in stay.lines[0].parts] == [money("2680"), money("4660")]
    assert stay.total == money("7340.00")
    assert priced([line], Reading((december,), terms)).total == money("4200.00")


def test_e8_days_beyond_the_limit_are_paid_alone_and_outside_the_cap() -> None:
    terms = (Terms(Level.RESIDENTIAL, coinsurance=money("0.2"), limits=(LimitLeft(18, 30),)),)
    stay = priced([RESIDENTIAL], Reading((PlanYear(YEAR, None, None, money("2000")),), terms))
    (part,) = stay.lines[0].parts
    assert (part.units, part.self_pay_units) == (18, 3)
    assert (part.allowed, part.coinsurance, part.plan_share) == (
        money("15300"),
        money("3060"),
        money("2000"),
    )
    assert stay.self_pay == money("2550")
    assert stay.total == money("4550")


def test_a_limit_begins_anew_with_the_plan_year_and_a_lifetime_limit_does_not() -> None:
    line = Line(Level.RESIDENTIAL, date(2026, 12, 20), 30, money("850"))
    years = (PlanYear(YEAR), PlanYear(date(2027, 1, 1)))
    yearly = Terms(Level.RESIDENTIAL, limits=(LimitLeft(5, 30),))
    assert [p.self_pay_units for p in priced([line], Reading(years, (yearly,))).lines[0].parts] == [7, 0]
    lifetime = Terms(Level.RESIDENTIAL, limits=(LimitLeft(5),))
    assert [p.self_pay_units for p in priced([line], Reading(years, (lifetime,))).lines[0].parts] == [7, 18]


def test_a_yearly_and_a_lifetime_limit_hold_together() -> None:
    line = Line(Level.RESIDENTIAL, date(2026, 12, 20), 30, money("850"))
    years = (PlanYear(YEAR), PlanYear(date(2027, 1, 1)))
    both = Terms(Level.RESIDENTIAL, limits=(LimitLeft(5, 30), LimitLeft(10)))
    assert [p.units for p in priced([line], Reading(years, (both,))).lines[0].parts] == [5, 5]


def test_the_copay_of_an_admission_is_not_lost_with_a_year_that_pays_nothing() -> None:
    line = Line(Level.RESIDENTIAL, date(2026, 12, 20), 30, money("850"))
    years = (PlanYear(YEAR), PlanYear(date(2027, 1, 1)))
    terms = Terms(Level.RESIDENTIAL, copay=money("250"), copay_per=Per.ADMISSION, limits=(LimitLeft(0, 30),))
    assert [p.copay for p in priced([line], Reading(years, (terms,))).lines[0].parts] == [0, money("250")]


def test_the_visits_of_a_programme_are_spread_over_its_weeks() -> None:
    line = Line(Level.INTENSIVE, date(2026, 12, 21), 6, money("220"), per_week=3)
    years = (PlanYear(YEAR), PlanYear(date(2027, 1, 1)))
    stay = priced([line], Reading(years, (Terms(Level.INTENSIVE),)))
    assert [part.units for part in stay.lines[0].parts] == [5, 1]


def test_care_that_is_not_covered_costs_the_self_pay_rate() -> None:
    terms = (Terms(Level.RESIDENTIAL, covered=False),)
    line = replace(RESIDENTIAL, charge=money("1100"), self_pay=money("700"))
    assert priced([line], Reading((), terms)).self_pay == money("14700")
    assert priced([replace(line, self_pay=None)], Reading((), terms)).self_pay == money("23100")
    assert priced([replace(line, self_pay=None)], Reading((), ())).self_pay == money("23100")


def test_the_family_may_have_paid_what_the_individual_has_not() -> None:
    year = PlanYear(YEAR, money("800"), money("300"))
    terms = tuple(Terms(level, coinsurance=Decimal(0)) for level in Level)
    assert priced([DETOX], Reading((year,), terms)).total == money("300")
    year = PlanYear(YEAR, money("800"), money("3000"))
    assert priced([DETOX], Reading((year,), terms)).total == money("800")
    assert priced([DETOX], Reading((year,), terms, Options(aggregate=True))).total == money("3000")


def test_a_copay_is_paid_before_or_after_the_deductible_or_instead_of_the_coinsurance() -> None:
    year = PlanYear(YEAR, money("150"))
    terms = (Terms(Level.INTENSIVE, copay=money("40"), coinsurance=money("0.5")),)
    line = replace(INTENSIVE, units=1)
    # 220 allowed. After: 150 + 40 + half of 30. Before: 40 + 150 + half of 30, the same here.
    assert priced([line], Reading((year,), terms)).total == money("205")
    small = replace(line, allowed=money("160"))
    after = priced([small], Reading((year,), terms)).lines[0].parts[0]
    before = priced([small], Reading((year,), terms, Options(copay_before_deductible=True)))
    first = before.lines[0].parts[0]
    assert (after.deductible, after.copay) == (money("150"), money("10"))
    assert (first.copay, first.deductible) == (money("40"), money("120"))
    instead = priced([line], Reading((year,), terms, Options(copay_instead_of_coinsurance=True)))
    assert instead.total == money("190")


def test_a_copay_for_a_stay_is_paid_once_even_over_new_year() -> None:
    line = Line(Level.RESIDENTIAL, date(2026, 12, 20), 30, money("850"))
    years = (PlanYear(YEAR), PlanYear(date(2027, 1, 1)))
    terms = (Terms(Level.RESIDENTIAL, copay=money("500"), copay_per=Per.ADMISSION),)
    assert priced([line], Reading(years, terms)).total == money("500")


def test_what_lies_outside_the_cap_is_paid_beyond_it() -> None:
    year = PlanYear(YEAR, money("800"), None, money("500"))
    terms = (Terms(Level.WITHDRAWAL, copay=money("100"), copay_per=Per.DAY, coinsurance=money("0.2")),)

    def total(options: Options) -> Decimal:
        return priced([DETOX], Reading((year,), terms, options)).total

    assert total(Options()) == money("500")
    assert total(Options(copay_outside_cap=True)) == money("1000")
    assert total(Options(deductible_outside_cap=True)) == money("1300")


def test_a_cent_is_rounded_half_up() -> None:
    line = Line(Level.OUTPATIENT, STARTS, 1, money("100.05"))
    assert priced([line], reading("0.1")).total == money("10.01")


MONEY = st.integers(0, 900_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.integers(1, 200_000).map(lambda cents: Decimal(cents) / 100)
PARTS = st.integers(0, 100).map(lambda percent: Decimal(percent) / 100)
OPTIONS = st.builds(
    Options,
    *(st.booleans() for _ in range(6)),
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    allowed = draw(RATES)
    return Line(
        level=draw(st.sampled_from(Level)),
        starts_on=STARTS + timedelta(draw(st.integers(0, 400))),
        units=draw(st.integers(0, 40)),
        allowed=allowed,
        charge=draw(st.none() | RATES.map(lambda more: allowed + more)),
        per_week=draw(st.integers(1, 7)),
    )


LIMITS = st.builds(LimitLeft, st.integers(0, 60), st.none() | st.integers(0, 60))


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    begins = [YEAR, date(2027, 1, 1), date(2028, 1, 1)]
    years = [PlanYear(day, *(draw(st.none() | MONEY) for _ in range(4))) for day in begins]
    terms = [
        Terms(
            level=level,
            covered=draw(st.booleans()),
            deductible_applies=draw(st.booleans()),
            copay=draw(MONEY),
            copay_per=draw(st.sampled_from(Per)),
            coinsurance=draw(PARTS),
            limits=tuple(draw(st.lists(LIMITS, max_size=2))),
        )
        for level in Level
    ]
    return Reading(tuple(years), tuple(terms), draw(OPTIONS))


STAYS = st.lists(lines(), min_size=1, max_size=4)


@given(STAYS, readings())
def test_nothing_is_negative_and_no_share_is_above_what_is_allowed(
    stay: Sequence[Line], read: Reading
) -> None:
    for result in priced(stay, read).lines:
        assert sum(part.units + part.self_pay_units for part in result.parts) == result.line.units
        for part in result.parts:
            figures = (part.deductible, part.copay, part.coinsurance, part.plan_share, part.self_pay)
            assert min(*figures, part.balance_bill) >= 0
            assert part.plan_share <= part.deductible + part.copay + part.coinsurance <= part.allowed
            above = (result.line.charge or result.line.allowed) - result.line.allowed
            assert part.balance_bill <= above * part.units


@given(STAYS, readings())
def test_the_order_in_which_lines_are_given_makes_no_difference(stay: list[Line], read: Reading) -> None:
    stay = [*stay, stay[0]]
    assert priced(stay, read) == priced(stay[::-1], read)


@given(STAYS, readings(), MONEY)
def test_a_higher_deductible_is_never_cheaper(stay: list[Line], read: Reading, more: Decimal) -> None:
    higher = [
        replace(year, deductible_individual=(year.deductible_individual or Decimal(0)) + more)
        for year in read.years
    ]
    known = [
        replace(year, deductible_individual=year.deductible_individual or Decimal(0)) for year in read.years
    ]
    read = replace(read, years=tuple(known))
    assert priced(stay, read).total <= priced(stay, replace(read, years=tuple(higher))).total


@given(STAYS, readings(), PARTS)
def test_a_higher_coinsurance_is_never_cheaper(stay: list[Line], read: Reading, more: Decimal) -> None:
    higher = [replace(t, coinsurance=min(t.coinsurance + more, Decimal(1))) for t in read.terms]
    assert priced(stay, read).total <= priced(stay, replace(read, terms=tuple(higher))).total


@given(STAYS, readings(), st.integers(1, 10))
def test_more_days_are_never_cheaper(stay: list[Line], read: Reading, more: int) -> None:
    last = max(stay, key=lambda line: line.starts_on)
    others = [line for line in stay if line is not last]
    assert priced(stay, read).total <= priced([*others, replace(last, units=last.units + more)], read).total


@given(STAYS, readings(), MONEY)
def test_a_higher_cap_is_never_cheaper(stay: list[Line], read: Reading, more: Decimal) -> None:
    higher = [
        replace(year, cap_individual=None if year.cap_individual is None else year.cap_individual + more)
        for year in read.years
    ]
    assert priced(stay, read).total <= priced(stay, replace(read, years=tuple(higher))).total

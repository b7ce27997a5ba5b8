"""Which question follows an answer: the least revealing first, and none that is answered already."""

from decimal import Decimal
from uuid import UUID

import pytest

from services.insurance.payers.directory import Directory
from services.insurance.payers.payer import Payer
from services.insurance.rules.following import BEHAVIOURAL_TYPES, PLAN_ONLY, Next, following
from services.insurance.rules.statements import Purpose, Statement
from services.insurance.x12.answers import Benefit, Contact, Party

ONE_AT_A_TIME = Payer("one", "One At A Time Health", (), "(555) 010-0101")
ALL_AT_ONCE = Payer("all", "All At Once Health", (), "(555) 010-0102", multi_stc=True)
HOUSE = Payer("house", "Behavioral House", ("BH House",), "(555) 010-0103", multi_stc=True)
CARVED = Payer("carved", "Carved Out Health", (), "(555) 010-0104", carve_out_to="house")
DIRECTORY = Directory([ONE_AT_A_TIME, ALL_AT_ONCE, HOUSE, CARVED])
PLAN = (Purpose.PLAN, PLAN_ONLY)


def row(code: str, *types: str, amount: str | None = None, entities: tuple[Party, ...] = ()) -> Statement:
    benefit = Benefit(
        position=12,
        information=code,
        coverage_level="IND",
        service_types=types,
        insurance_type="",
        plan="",
        period="",
        amount=None if amount is None else Decimal(amount),
        percent=None,
        quantity_qualifier="",
        quantity=None,
        authorization="",
        network="Y",
        entities=entities,
    )
    return Statement(UUID(int=1), Purpose.PLAN, benefit)


def after(
    payer: Payer, *said: Statement, asked: tuple[tuple[Purpose, tuple[str, ...]], ...] = (PLAN,)
) -> Next | None:
    return following(asked, said, payer, DIRECTORY, multi_stc=True)


def test_addiction_and_mental_health_care_are_asked_together_where_the_payer_takes_that() -> None:
    assert after(ALL_AT_ONCE, row("1", "30")) == Next(Purpose.BEHAVIOURAL, ALL_AT_ONCE, BEHAVIOURAL_TYPES)


def test_a_way_that_carries_one_type_asks_one_at_a_time_whatever_the_payer_takes() -> None:
    found = following([PLAN], [row("1", "30")], ALL_AT_ONCE, DIRECTORY, multi_stc=False)
    assert found == Next(Purpose.BEHAVIOURAL, ALL_AT_ONCE, ("AI",))


def test_one_at_a_time_mental_health_comes_after_addiction() -> None:
    first = (Purpose.BEHAVIOURAL, ("AI",))
    assert after(ONE_AT_A_TIME, row("1", "30")) == Next(Purpose.BEHAVIOURAL, ONE_AT_A_TIME, ("AI",))
    second = after(ONE_AT_A_TIME, row("1", "30"), row("1", "AI"), asked=(PLAN, first))
    assert second == Next(Purpose.BEHAVIOURAL, ONE_AT_A_TIME, ("MH",))


@pytest.mark.parametrize("code", ["A", "B", "C", "G", "E", "F", "I"])
def test_nothing_is_asked_once_addiction_care_is_answered(code: str) -> None:
    assert after(ALL_AT_ONCE, row("1", "30"), row(code, "AI", amount="30")) is None


@pytest.mark.parametrize("code", ["1", "U", "CB"])
def test_that_it_is_active_or_who_knows_is_no_answer_yet(code: str) -> None:
    assert after(ALL_AT_ONCE, row("1", "30"), row(code, "AI")) is not None


def test_everything_is_asked_once() -> None:
    done = (PLAN, (Purpose.BEHAVIOURAL, BEHAVIOURAL_TYPES))
    assert after(ALL_AT_ONCE, row("1", "30"), asked=done) is None


def test_carved_out_care_is_asked_of_the_administrator_the_directory_knows() -> None:
    assert after(CARVED, row("1", "30")) == Next(Purpose.CARVE_OUT, HOUSE, BEHAVIOURAL_TYPES)


def test_an_administrator_the_answer_names_is_asked_and_the_plan_is_not() -> None:
    named = Party("PRP", "BEHAVIORAL HOUSE", contacts=(Contact("", (("TE", "5550100103"),)),))
    found = after(ALL_AT_ONCE, row("1", "30"), row("U", "AI", entities=(named,)))
    assert found == Next(Purpose.CARVE_OUT, HOUSE, BEHAVIOURAL_TYPES)


def test_an_administrator_nobody_knows_leaves_the_plan_to_be_asked() -> None:
    named = Party("PRP", "NEVER HEARD OF IT")
    found = after(ALL_AT_ONCE, row("1", "30"), row("U", "AI", entities=(named,)))
    assert found is not None
    assert found.payer is ALL_AT_ONCE

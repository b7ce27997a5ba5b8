"""Which of several calls to a plan counts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from services.insurance.phone.answers import (
    Accumulator,
    AccumulatorAnswer,
    CallRecord,
    PlanAnswer,
    Said,
    Whose,
    newest_plan,
    newest_word,
    read,
    written,
)
from services.insurance.rules.statements import Covered, LevelAnswer, LimitUnit, Per
from shared.contracts.care import LevelOfCare, Network
from shared.contracts.fact import new_id

AT = datetime(2026, 5, 4, 17, 30, tzinfo=UTC)


def said(
    *levels: tuple[LevelOfCare, Covered], active: bool | None = None, corrects: Said | None = None
) -> Said:
    call = CallRecord(
        new_id(), "(555) 010-0131", "Dana", None, AT, AT, corrects=corrects.call.id if corrects else None
    )
    answers = tuple(LevelAnswer(call.id, level, Network.IN, covered) for level, covered in levels)
    return Said(call, PlanAnswer(active), answers)


def test_the_later_call_counts_for_the_levels_it_speaks_of() -> None:
    first = said((LevelOfCare.RESIDENTIAL, Covered.YES), (LevelOfCare.PARTIAL, Covered.YES))
    second = said((LevelOfCare.RESIDENTIAL, Covered.NO))
    found = {one.level: one.covered for one in newest_word([first, second])}
    assert found == {LevelOfCare.RESIDENTIAL: Covered.NO, LevelOfCare.PARTIAL: Covered.YES}


def test_a_corrected_call_counts_for_nothing() -> None:
    first = said((LevelOfCare.PARTIAL, Covered.YES), active=True)
    second = said(corrects=first)
    assert newest_word([first, second]) == ()
    assert newest_plan([first, second]).active is None


def test_not_being_told_again_takes_nothing_back_about_the_plan() -> None:
    assert newest_plan([said(active=False), said()]).active is False


def test_a_call_is_kept_without_loss() -> None:
    one = said((LevelOfCare.RESIDENTIAL, Covered.YES), active=True)
    level = replace(
        one.levels[0],
        copay=Decimal("30.00"),
        copay_per=Per.VISIT,
        coinsurance=Decimal("0.2"),
        limit=30,
        limit_unit=LimitUnit.DAYS,
        authorization=False,
    )
    money = AccumulatorAnswer(
        one.call.id, Accumulator.DEDUCTIBLE, Network.OUT, Whose.FAMILY, Decimal("2000.00")
    )
    whole = Said(one.call, PlanAnswer(True, date(2026, 1, 1), (money,)), (level,))
    assert read(written(whole)) == whole

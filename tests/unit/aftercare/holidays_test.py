"""The federal holidays, against the calendar the Office of Personnel Management publishes."""

from datetime import date

from services.aftercare.plans.holidays import federal_holidays, is_holiday


def test_the_eleven_holidays_of_2027() -> None:
    assert sorted(federal_holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 1, 18),
        date(2027, 2, 15),
        date(2027, 5, 31),
        date(2027, 6, 19),
        date(2027, 7, 4),
        date(2027, 9, 6),
        date(2027, 10, 11),
        date(2027, 11, 11),
        date(2027, 11, 25),
        date(2027, 12, 25),
    ]


def test_memorial_day_is_the_last_monday_even_when_may_has_five() -> None:
    assert is_holiday(date(2026, 5, 25))
    assert is_holiday(date(2028, 5, 29))
    assert not is_holiday(date(2028, 5, 22))


def test_the_day_off_in_place_of_a_sunday_is_no_reason_for_a_group_not_to_meet() -> None:
    assert is_holiday(date(2027, 7, 4))  # a Sunday
    assert not is_holiday(date(2027, 7, 5))

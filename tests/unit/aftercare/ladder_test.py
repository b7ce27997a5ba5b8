"""The no-show ladder, rung by rung (aftercare.md 8.7)."""

from datetime import date, timedelta

import pytest

from services.aftercare.follow_up.ladder import (
    Rung,
    Standing,
    Try,
    is_called_at_once,
    light_touch_due,
    rung_of,
    tried_enough,
)
from shared.contracts.intake import ContactChannel

_DAY = date(2027, 1, 4)
CALL, TEXT, EMAIL = ContactChannel.CALL, ContactChannel.TEXT, ContactChannel.EMAIL
TRIED = (
    Try(CALL, _DAY, 10),
    Try(TEXT, _DAY + timedelta(days=2), 17),
    Try(CALL, _DAY + timedelta(days=5), 19),
)


def standing(
    in_a_row: int = 0, missed: int = 0, meeting: int = 1, contact: int = 1, tries: tuple[Try, ...] = ()
) -> Standing:
    return Standing(in_a_row, missed, meeting, contact, tries)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (standing(), Rung.NONE),
        (standing(in_a_row=1, missed=0), Rung.NONE),
        (standing(in_a_row=1, missed=1), Rung.WARM_WORD),
        (standing(in_a_row=2, missed=0), Rung.PEER_CALL),
        (standing(in_a_row=2, missed=2), Rung.PEER_CALL),
        (standing(meeting=6), Rung.NONE),
        (standing(meeting=7), Rung.PEER_CALL),
        (standing(in_a_row=3), Rung.COUNSELLOR),
        (standing(meeting=13), Rung.PEER_CALL),
        (standing(meeting=14), Rung.COUNSELLOR),
        (standing(meeting=21, contact=21), Rung.COUNSELLOR),
        (standing(meeting=21, contact=20, tries=TRIED), Rung.COUNSELLOR),
        (standing(meeting=21, contact=21, tries=TRIED), Rung.SUPPORT_PERSON),
        (standing(meeting=29, contact=29, tries=TRIED), Rung.SUPPORT_PERSON),
        (standing(meeting=30, contact=30), Rung.LOST_CONTACT),
    ],
)
def test_each_rung_has_its_condition(where: Standing, expected: Rung) -> None:
    assert rung_of(where) is expected


def test_no_reply_is_not_a_miss() -> None:
    assert rung_of(standing(in_a_row=1, missed=0)) is Rung.NONE


def test_a_client_without_a_meeting_on_the_calendar_misses_none_but_may_fall_silent() -> None:
    assert rung_of(Standing(0, 0, 20, 5, goes_to_meetings=False)) is Rung.NONE
    assert rung_of(Standing(0, 0, 40, 30, goes_to_meetings=False)) is Rung.LOST_CONTACT


@pytest.mark.parametrize(
    "tries",
    [
        (),
        TRIED[:2],
        tuple(Try(CALL, one.day, one.hour) for one in TRIED),
        tuple(Try(one.channel, _DAY, one.hour) for one in TRIED),
        tuple(Try(one.channel, one.day, 10) for one in TRIED),
    ],
)
def test_three_attempts_by_one_channel_on_one_day_or_at_one_hour_are_not_enough(
    tries: tuple[Try, ...],
) -> None:
    assert not tried_enough(tries)
    assert tried_enough(TRIED)


def test_the_closely_followed_are_called_the_same_day_in_their_first_fortnight() -> None:
    assert is_called_at_once(13, intensive=True)
    assert not is_called_at_once(14, intensive=True)
    assert not is_called_at_once(1, intensive=False)


def test_the_door_is_kept_open_monthly_to_day_90_and_quarterly_to_day_365() -> None:
    days = [day for day in range(400) if light_touch_due(day) == day]
    assert days == [30, 60, 90, 180, 270, 365]
    assert light_touch_due(95) == 90  # a service that was at rest catches up
    assert light_touch_due(97) is None

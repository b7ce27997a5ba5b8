"""The client's page: dates on the client's clock, the meeting's clock beside it when it differs."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.aftercare.portal.week import coming, offer_of, place_of

from .worked_example import LA, MEETINGS, NY

EMPIRE = next(one.meeting for one in MEETINGS if one.id == "M04")
MONDAY = next(one.meeting for one in MEETINGS if one.id == "M01")


def test_dates_of_several_meetings_come_soonest_first() -> None:
    now = datetime(2027, 3, 8, 12, tzinfo=ZoneInfo(LA))
    found = coming([EMPIRE, MONDAY], now, LA)
    assert [(one.day, one.time) for one in found[:4]] == [
        ("Today", "6:30 pm"),
        ("Tomorrow", "4:00 pm"),
        ("Monday 15 March", "6:30 pm"),
        ("Tuesday 16 March", "4:00 pm"),
    ]
    assert found[0].there == ""
    assert found[1].there == "Tuesday 7:00 pm New York time"


def test_an_online_meeting_shows_no_address_and_one_in_a_room_shows_no_link() -> None:
    empire, monday = (
        coming([one], datetime(2027, 3, 8, 12, tzinfo=ZoneInfo(LA)), LA)[0] for one in (EMPIRE, MONDAY)
    )
    assert (empire.address, monday.url) == ("", "")
    assert empire.url


def test_a_meeting_that_has_just_begun_is_still_the_next() -> None:
    assert coming([MONDAY], datetime(2027, 3, 8, 18, 40, tzinfo=ZoneInfo(LA)), LA)[0].day == "Today"


def test_an_offer_is_told_in_words() -> None:
    first = datetime(2027, 3, 9, 19, tzinfo=ZoneInfo(NY))
    offer = offer_of(UUID(int=1), EMPIRE, "online", first, LA)
    assert (offer.rhythm, offer.how, offer.first) == ("Tuesdays", "Online", "Tuesday 9 March, 4:00 pm")


def test_a_zone_is_named_by_its_place() -> None:
    assert place_of("America/Argentina/Buenos_Aires") == "Buenos Aires"

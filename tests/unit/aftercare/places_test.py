"""Which clock a place keeps: by its state, province or country, and by what people write for a zone."""

import json
from datetime import time
from typing import Any

import pytest

from services.aftercare.meetings import zones
from services.aftercare.meetings.normal_form import Basis
from services.aftercare.meetings.reading import read
from services.aftercare.meetings.zone_names import beside_time, canonical, meant


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ("221 Invented St, London NW1 6XE, UK", "Europe/London"),
        ("Belfast, Northern Ireland", "Europe/London"),
        ("Dublin, Ireland", "Europe/Dublin"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("8318 104 St, Edmonton, Alberta, T6E 4E8, Canada", "America/Edmonton"),
        ("Edmonton, AB, CA", "America/Edmonton"),
        ("Winnipeg, MB", "America/Winnipeg"),
        ("12 King St, London, ON N6A 1A1", "America/Toronto"),
        ("Montréal, QC, Canada", "America/Toronto"),
        ("Surrey, BC V3T 1A1", "America/Vancouver"),
        ("St. John's, NL, Canada", "America/St_Johns"),
        ("Sydney NSW, Australia", "Australia/Sydney"),
        ("1 A St, Perth WA 6000, Australia", "Australia/Perth"),
        ("Auckland, New Zealand", "Pacific/Auckland"),
        ("Moscow, Russia", "Europe/Moscow"),
        ("1 A St, Reno NV 89501, United States", "America/Los_Angeles"),
        ("Anchorage AK", "America/Anchorage"),
        ("Los Angeles, USA", "America/Los_Angeles"),
    ],
)
def test_a_place_in_one_zone_has_that_zone(address: str, zone: str) -> None:
    assert zones.zone_of("", zones.place(address, "", "", "", "")) == (zone, Basis.INFERRED)


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ("1 A St, Ontario, CA 91761", "America/Los_Angeles"),
        ("12 Main St, Victoria, TX", "America/Chicago"),
        ("1 A St, Lebanon, PA 17042, USA", "America/New_York"),
        ("Mexico, MO", "America/Chicago"),
        ("Moscow, ID", "America/Los_Angeles"),
        ("Atlanta, Georgia", "America/New_York"),
        ("Tbilisi, Georgia", "Asia/Tbilisi"),
        ("Wilmington, DE", "America/New_York"),
        ("Berlin, DE", "Europe/Berlin"),
        ("Dublin, CA", "America/Los_Angeles"),
        ("Toronto, CA", "America/Toronto"),
        ("Regina, SK", "America/Regina"),
        ("Bratislava, SK", "Europe/Bratislava"),
    ],
)
def test_a_town_with_a_country_s_name_and_a_code_two_countries_use(address: str, zone: str) -> None:
    assert zones.zone_of("", zones.place(address, "", "", "", ""))[0] == zone


@pytest.mark.parametrize(
    "address",
    [
        "Denver", "Springfield", "Paris", "Portland, USA", "USA", "Texas, USA", "Indiana, USA", "Online",
        "Zoom",
        "Guadalajara, Mexico", "London, Ontario", "Lloydminster, SK, Canada", "Kelowna, BC V1Y 1A1, Canada",
        "1 Rue A, Québec, QC G1R 2B5, Canada", "Batumi, Georgia", "Saskatoon, SK",
    ],
)  # fmt: skip
def test_what_lies_in_several_zones_or_nowhere_stays_unknown(address: str) -> None:
    assert zones.zone_of("", zones.place(address, "", "", "", "")) == (None, None)


@pytest.mark.parametrize(
    ("words", "here", "zone"),
    [
        ("EST", None, "America/New_York"), ("EST5EDT", None, "America/New_York"),
        ("EST", "America/Detroit", "America/Detroit"),
        ("Eastern Time (US & Canada)", None, "America/New_York"),
        ("(GMT-05:00) Eastern Time", None, "America/New_York"), ("PT", None, "America/Los_Angeles"),
        ("Mountain", "America/Phoenix", "America/Phoenix"), ("Mountain", None, "America/Denver"),
        ("Pacific Standard Time", None, "America/Los_Angeles"),
        ("W. Europe Standard Time", None, "Europe/Berlin"),
        ("Canada/Atlantic", None, "America/Halifax"),
        ("America/Buenos_Aires", None, "America/Argentina/Buenos_Aires"),
        ("Asia/Calcutta", None, "Asia/Kolkata"),
        ("Central European Time", None, None), ("../../etc/passwd", None, None), ("UTC-5", None, None),
    ],
)  # fmt: skip
def test_a_zone_as_people_write_it(words: str, here: str | None, zone: str | None) -> None:
    assert meant(words, here) == zone


def test_towns_that_share_a_zone_keep_their_own_name() -> None:
    assert canonical("europe/amsterdam") == "Europe/Amsterdam"
    assert canonical("America/Indiana/Indianapolis") == "America/Indiana/Indianapolis"


@pytest.mark.parametrize(
    ("starts", "words", "said"),
    [
        (time(2), "Early birds 2am Eastern", "Eastern"), (time(16), "7:00 PM EST / 4:00 PM PST", "PST"),
        (time(19), "at 7:00 Eastern Time", "Eastern"), (time(19), "6pm Central", ""),
        (time(19), "7pm Mountain View Group", ""), (time(19), "7pm et amis", ""),
        (time(19), "7pm Eastern, 7pm Pacific", ""), (time(19), "7 PM Central European Time", ""),
    ],
)  # fmt: skip
def test_a_zone_beside_the_row_s_own_time_counts(starts: time, words: str, said: str) -> None:
    assert beside_time(starts, words) == said


def zone_in(row: dict[str, Any]) -> tuple[str | None, str | None]:
    (meeting,) = read(json.dumps([{"slug": "a", "day": 2, **row}]).encode(), "test").meetings
    assert meeting.recurrence is not None
    return meeting.recurrence.tz, meeting.recurrence.tz_basis


def test_a_zone_in_the_name_is_stated_when_it_agrees_with_the_row() -> None:
    london = {"formatted_address": "London, UK"}
    assert zone_in({"name": "Night owls 2am Eastern", "time": "02:00", **london}) == (
        "America/New_York",
        "stated",
    )
    assert zone_in({"name": "Night owls 2am Eastern", "time": "07:00", **london}) == (
        "Europe/London",
        "inferred",
    )
    assert zone_in({"name": "Owls", "time": "7:00 PM EST", **london}) == ("America/New_York", "stated")

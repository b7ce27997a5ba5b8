"""Times, numbers and wishes as they are read at a glance."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.dashboard import wording
from services.dashboard.sign_in import Tries, _inside

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3720, "1 h 02"), (48 * 3600, "2 days")],
)
def test_a_span_is_one_glance(seconds: int, words: str) -> None:
    assert wording.span(timedelta(seconds=seconds)) == words


def test_a_wait_counts_down_and_then_says_how_long_it_is_over() -> None:
    assert wording.until(NOW + timedelta(seconds=247), NOW) == ("4:07 left", False)
    assert wording.until(NOW - timedelta(minutes=3), NOW) == ("3 min over", True)


def test_today_is_a_clock_and_another_day_has_its_date() -> None:
    assert wording.clock(NOW, LOS_ANGELES, NOW) == "02:14"
    assert wording.clock(NOW - timedelta(days=1), LOS_ANGELES, NOW) == "Mon 23 Nov 02:14"


def test_the_centres_zone_has_a_name() -> None:
    assert wording.zone_name(LOS_ANGELES, NOW) == "Los Angeles time (PST)"


def test_what_somebody_did_not_allow_is_not_allowed() -> None:
    assert wording.safe_contact({}) == [
        ("no voicemail", False),
        ("no texts", False),
        ("do not say who calls", False),
    ]


def test_a_number_is_shown_as_it_is_read_out_here() -> None:
    assert wording.phone("+15555550112") == "(555) 555-0112"
    assert wording.phone("extension 12") == "extension 12"


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "//[",
        "/\\elsewhere.example",
        "/auth/sign-in",
        "case",
    ],
)
def test_after_sign_in_nobody_is_led_to_another_site(wanted: str) -> None:
    assert _inside(wanted) == "/"


def test_after_sign_in_the_page_that_was_asked_for_opens() -> None:
    assert _inside("/case?id=0199") == "/case?id=0199"


def test_one_computer_gets_ten_tries_a_minute() -> None:
    tries = Tries(most=10)
    assert all(tries.allow("192.0.2.7", now=float(second)) for second in range(10))
    assert not tries.allow("192.0.2.7", now=10.0)
    assert tries.allow("192.0.2.8", now=10.0)
    assert tries.allow("192.0.2.7", now=60.0)


@pytest.mark.parametrize(
    ("typed", "shown_from"),
    [
        ("Ana", "Ana"),
        ("**Ana** [here](x)", r"\*\*Ana\*\* \[here\]\(x\)"),
        (":red[Ana] $x$ <b>", r"\:red\[Ana\] \$x\$ \<b\>"),
        ("# Ana\n    code", r"\# Ana code"),
        ("Tue 19:05", r"Tue 19\:05"),
        (":skull:", "\\:\u2060skull\\:"),
        ("https://a", "https\\:\u2060\\/\\/a"),
    ],
)
def test_what_the_public_typed_is_shown_as_typed(typed: str, shown_from: str) -> None:
    assert wording.literal(typed) == shown_from


def test_a_level_of_care_is_named_with_its_network_and_an_unknown_one_by_its_code() -> None:
    assert wording.level_of_care("withdrawal", "in") == "Detox, in network"
    assert wording.level_of_care("residential", None) == "Residential"
    assert wording.level_of_care("sober_living", "out") == "Sober living, out of network"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (
            wording.PLAN_STATES,
            "draft offered active paused lost_contact completed ended_by_client superseded closed",
        ),
        (
            wording.ENROLMENT_STATES,
            "suggested accepted waiting active suspended replaced declined ended",
        ),
        (wording.CONSENTS, "contact texts insurer sud_benefits treatment aftercare introduction"),
    ],
)
def test_every_state_of_a_plan_and_every_consent_has_words(words: dict[str, str], codes: str) -> None:
    """As aftercare and intake write them; the dashboard knows neither from inside."""
    assert set(words) == set(codes.split())


def test_a_state_this_version_does_not_know_is_still_readable() -> None:
    assert wording.plan_state("lost_contact") == "Lost contact"
    assert wording.plan_state("waiting") == "Waits for a seat"
    assert wording.plan_state("handed_over") == "Handed over"

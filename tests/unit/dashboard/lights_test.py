"""One look says whether everything is running, and if not, what is the matter."""

from typing import Any

import pytest

from services.dashboard.lights import Colour, Light, light_of, overall

WELL = {
    "broker_connected": True,
    "lag": 0,
    "outbox_waiting": 0,
    "outbox_oldest_seconds": 0,
    "parked": 0,
    "jobs_waiting": 3,
    "jobs_given_up": 0,
}


def test_a_service_with_nothing_wrong_is_green() -> None:
    assert light_of("Intake", WELL) == Light(Colour.GREEN, "Running; nothing waits.")


def test_a_service_that_does_not_answer_is_red() -> None:
    assert light_of("Insurance", None) == Light(Colour.RED, "Insurance does not answer.")


def test_a_stream_that_is_down_says_that_forms_are_still_accepted() -> None:
    down = WELL | {"broker_connected": False, "lag": None, "outbox_waiting": 12}
    assert light_of("Intake", down).sentence == (
        "The stream is down. Forms still accepted; 12 waiting to send."
    )


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"parked": 1}, "1 message could not be applied"),
        ({"parked": 2}, "2 messages could not be applied"),
        ({"jobs_given_up": 1}, "1 job given up"),
        ({"outbox_waiting": 4, "outbox_oldest_seconds": 31}, "the oldest for 31 s"),
        ({"lag": 501}, "501 messages behind"),
    ],
)
def test_what_needs_a_person_is_amber_and_says_what(trouble: dict[str, Any], words: str) -> None:
    light = light_of("Insurance", WELL | trouble)
    assert light.colour is Colour.AMBER
    assert words in light.sentence


def test_the_strip_shows_the_worst_light_and_where_to_look() -> None:
    lights = {"Intake": light_of("Intake", WELL), "Insurance": light_of("Insurance", None)}
    assert overall(lights) == Light(Colour.RED, "look at Insurance")
    assert overall({"Intake": light_of("Intake", WELL)}) == Light(Colour.GREEN, "all running")

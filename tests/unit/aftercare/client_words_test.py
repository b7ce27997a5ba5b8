"""The catalogues of the client's pages, and days and times in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

import services.aftercare.portal
from services.aftercare.matching.fitness import Reason
from services.aftercare.meetings.normal_form import Frequency, Recurrence
from services.aftercare.portal.when import day_words, moment_words, place_of, rhythm_words, there_words
from services.aftercare.portal.wording import WORDS, preferred
from shared.contracts.aftercare import Attended

TEMPLATES = Path(services.aftercare.portal.__file__).parent / "templates"


def texts(words: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(words, str):
        yield at, words
    else:
        for key, value in words.items() if isinstance(words, dict) else enumerate(words):
            yield from texts(value, f"{at}.{key}")


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    english, spanish = dict(texts(WORDS["en"])), dict(texts(WORDS["es"]))
    assert english.keys() == spanish.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(spanish[key]) or key == ".when.weekly", key
        assert text.strip()
        assert spanish[key].strip()


def test_every_word_of_the_pages_is_in_the_catalogue() -> None:
    used = {
        name
        for page in TEMPLATES.glob("*.html")
        for name in re.findall(r"\bt(\.[a-z_0-9]+(?:\.[a-z_0-9]+)?)", page.read_text("utf-8"))
    }
    known = set(dict(texts(WORDS["en"]))) | {f".{key}" for key in WORDS["en"]}
    known |= {
        f".{key}.{inner}" for key, value in WORDS["en"].items() if isinstance(value, dict) for inner in value
    }
    assert used <= known


def test_every_reason_and_every_answer_has_its_words() -> None:
    for words in WORDS.values():
        assert {reason.value for reason in Reason} <= words["swap"]["unfit"].keys()
        assert {outcome.value for outcome in Attended} == words["said"].keys()


def test_sentences_are_short() -> None:
    for language, words in WORDS.items():
        for key, text in texts(words):
            for sentence in re.split(r"[.:?!] ", text):
                assert len(sentence.split()) <= 22, (language, key, sentence)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("fr-CA, es;q=0.4, en;q=0.6", "en"),
        ("de, fr", "en"),
        ("es;q=banana, es;q=0", "en"),
        ("es;q=0.1", "es"),
    ],
)
def test_the_browsers_language_is_spoken_where_we_can(header: str, language: str) -> None:
    assert preferred(header) == language


def test_days_and_times_are_said_as_people_say_them() -> None:
    now = datetime(2027, 3, 10, 4, tzinfo=UTC)  # 8 pm the day before in Los Angeles
    at = datetime(2027, 3, 11, 2, tzinfo=UTC)
    assert moment_words(at, "America/Los_Angeles", now, "en") == "Tomorrow, 6:00 pm"
    assert moment_words(at, "America/Los_Angeles", now, "es") == "Mañana, 6:00 p. m."
    day = date(2027, 3, 20)
    assert day_words(day, date(2027, 3, 10), "en") == "Saturday, March 20"
    assert day_words(day, date(2027, 3, 10), "es") == "Sábado 20 de marzo"
    assert day_words(date(2027, 3, 9), date(2027, 3, 10), "en") == "Yesterday"


def test_the_meetings_own_clock_is_named_only_where_it_differs() -> None:
    winter, between = datetime(2027, 1, 12, 2, tzinfo=UTC), datetime(2027, 3, 20, 1, tzinfo=UTC)
    assert there_words(winter, "America/Los_Angeles", "America/Los_Angeles", "en") == ""
    told = there_words(winter, "America/Los_Angeles", "America/New_York", "en")
    assert told == "Monday, 9:00 pm in New York"
    # Arizona does not change its clocks: the same as Denver in winter, an hour away in summer.
    assert there_words(winter, "America/Denver", "America/Phoenix", "en") == ""
    assert there_words(between, "America/Denver", "America/Phoenix", "es") == "Viernes, 6:00 p. m. en Phoenix"
    assert place_of("America/Los_Angeles") == "Los Angeles"


@pytest.mark.parametrize(
    ("rule", "english", "spanish"),
    [
        ((Frequency.WEEKLY, 1, ()), "Tuesdays", "Los martes"),
        ((Frequency.WEEKLY, 2, ()), "Every other Tuesday", "Un martes sí y otro no"),
        (
            (Frequency.MONTHLY, 1, (2, -1)),
            "2nd and last Tuesday of the month",
            "2.º y último martes del mes",
        ),
    ],
)
def test_rhythms_in_words(rule: tuple[Frequency, int, tuple[int, ...]], english: str, spanish: str) -> None:
    freq, interval, setpos = rule
    one = Recurrence(freq, interval, 2, setpos, time(19), "America/New_York", None)
    assert (rhythm_words(one, "en"), rhythm_words(one, "es")) == (english, spanish)
    assert rhythm_words(None, "en") == ""

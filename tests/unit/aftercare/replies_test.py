"""What somebody means who writes back, and who may tell us so."""

from datetime import UTC, datetime, timedelta

import pytest

from services.aftercare.messages.danger_words import danger_in
from services.aftercare.messages.replies import Wish, meaning_of
from services.aftercare.messages.signatures import is_genuine, sign
from shared.contracts.aftercare import ConcernCause

SECRET = "sixteen letters or more"
NOW = datetime(2027, 1, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        "stop.",
        " Stop ",
        "ALTO",
        "alto!",
        "PARAR",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "Stop texting me",
        "please stop",
        "no más mensajes",
        "OPT-OUT",
        "BAJA",
        "¡Basta!",
    ],
)
def test_a_stop_is_understood_however_it_is_written(words: str) -> None:
    assert meaning_of(words).wish is Wish.STOP


@pytest.mark.parametrize(
    "words",
    [
        "I can't stop thinking about it",
        "when does it end?",
        "don't stop",
        "Can you cancel Tuesday for me?",
        "ok",
        "",
    ],
)
def test_the_word_in_a_sentence_is_no_stop(words: str) -> None:
    assert meaning_of(words).wish is Wish.OTHER


@pytest.mark.parametrize(
    ("words", "wish"), [("START", Wish.START), ("Ayuda", Wish.HELP), ("help?", Wish.HELP)]
)
def test_start_and_help_are_understood(words: str, wish: Wish) -> None:
    assert meaning_of(words).wish is wish


@pytest.mark.parametrize(
    "words",
    [
        "I want to kill myself",
        "i dont want to live anymore",
        "thinking about suicide",
        "I can\u2019t go on",
        "end it all",
        "better off without me",
        "I cut myself again",
        "quiero morir",
        "No quiero vivir más",
        "quitarme la vida",
        "voy a hacerme daño",
        "ME QUIERO\nMATAR",
        "I wish I was dead",
        "self-harm",
    ],
)
def test_words_of_self_harm_are_heard_in_both_languages(words: str) -> None:
    assert danger_in(words) is ConcernCause.SELF_HARM
    assert meaning_of(words).wish is Wish.DANGER


@pytest.mark.parametrize(
    "words", ["I think I overdosed", "took too many pills", "sobredosis", "he ODed", "tomé demasiadas"]
)
def test_an_overdose_is_heard(words: str) -> None:
    assert danger_in(words) is ConcernCause.OVERDOSE


@pytest.mark.parametrize(
    "words", ["that's odd", "it took too much time", "see you Tuesday", "the bus was killing time"]
)
def test_ordinary_words_call_nobody_out_of_bed(words: str) -> None:
    assert danger_in(words) is None


def test_only_the_gateway_can_tell_us_something() -> None:
    body = b'{"id": "1"}'
    header = sign(SECRET, body, NOW)
    assert is_genuine(SECRET, header, body, NOW)
    assert not is_genuine("another secret of the house", header, body, NOW)
    assert not is_genuine(SECRET, header, body + b" ", NOW)
    assert not is_genuine(SECRET, header, body, NOW + timedelta(minutes=6))
    assert not is_genuine(SECRET, header, body, NOW - timedelta(minutes=6))
    for odd in (
        "",
        "v1=",
        "t=1",
        "t=,v1=",
        "t=²,v1=x",
        f"t=x,{header.split(',')[1]}",
        "t=1,v1=é",
        ",,,",
        "==",
    ):
        assert not is_genuine(SECRET, odd, body, NOW), odd

"""What somebody means who writes back. Pure."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from services.aftercare.messages.danger_words import danger_in
from shared.contracts.aftercare import ConcernCause


class Wish(Enum):
    DANGER = auto()
    STOP = auto()
    START = auto()
    HELP = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Meaning:
    """`language`: what the words were in, where they tell. `cause` of DANGER."""

    wish: Wish
    language: str = "en"
    cause: ConcernCause | None = None


# The whole message, not a word in it: "I can't stop" is no STOP.
_WORDS = {
    (Wish.STOP, "en"): {
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
        "please stop", "stop please", "stop texting me", "stop texting", "stop messaging me", "stop it",
        "stop writing", "stop writing to me", "stop messages", "no more texts", "no more messages",
    },
    (Wish.STOP, "es"): {
        "alto", "parar", "pare", "paren", "para", "baja", "cancelar", "basta", "detener", "no mas mensajes",
        "no me escriban", "no me escriban mas", "dejen de escribirme", "por favor paren",
    },
    (Wish.START, "en"): {"start", "unstop", "yes start", "resume"},
    (Wish.START, "es"): {"iniciar", "empezar", "comenzar"},
    (Wish.HELP, "en"): {"help", "info"},
    (Wish.HELP, "es"): {"ayuda", "informacion"},
}  # fmt: skip
_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun")


def meaning_of(words: str) -> Meaning:
    """Danger first: "end it all" is no END."""
    if cause := danger_in(words):
        return Meaning(Wish.DANGER, cause=cause)
    plain = re.sub(r"[^a-z]+", " ", words.lower().translate(_ACCENTS)).strip()
    for (wish, language), known in _WORDS.items():
        if plain in known:
            return Meaning(wish, language)
    return Meaning(Wish.OTHER)

"""The words of every message, by language. Neutral on any screen; crisis lines in every thread."""

from services.aftercare.messages.texts import english, spanish
from services.aftercare.messages.texts.language import Language

LANGUAGES: dict[str, Language] = {"en": english.ENGLISH, "es": spanish.SPANISH}


def language_of(code: str) -> Language:
    """English when we have no words of our own in a language."""
    return LANGUAGES.get(code, LANGUAGES["en"])

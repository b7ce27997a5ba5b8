"""The page's words through gettext. English is the text in the source; other languages are catalogues."""

import gettext

LANGUAGES = ("en",)


def mark(text: str) -> str:
    """Name a text for the catalogues where it is written; it is translated where it is shown."""
    return text


def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language. English needs none."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return gettext.NullTranslations()

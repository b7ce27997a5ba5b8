"""The pages' words in each language, read once from words/, and which language a reader wants."""

import tomllib
from pathlib import Path
from typing import Any

from fastapi import Request

_WORDS = Path(__file__).parent / "words"
LANGUAGES = ("en", "es")
WORDS: dict[str, dict[str, Any]] = {
    language: tomllib.loads((_WORDS / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}
COOKIE = "week_language"


def language_of(request: Request, on_file: str | None = None) -> str:
    """Chosen in this browser, else what is `on_file`, else the first the browser asks for that we speak."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return on_file or preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """The best of Accept-Language (RFC 9110, 12.5.4); English when it names none of ours."""
    best, weight = LANGUAGES[0], 0.0
    for part in header[:500].split(","):
        name, _, quality = part.strip().lower().partition(";q=")
        try:
            asked = float(quality) if quality else 1.0
        except ValueError:
            continue
        language = name.partition("-")[0]
        if language in LANGUAGES and asked > weight:
            best, weight = language, asked
    return best

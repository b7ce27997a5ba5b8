"""From bytes to text, whatever program wrote the file."""

import codecs

# Longer marks first: UTF-32's little-endian one begins like UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "cp1252", "latin-1")  # the last one reads any bytes
_BINARY = 0.1  # this share of control characters is no text in any encoding


def text_of(raw: bytes) -> str | None:
    """The text, without a byte order mark; None for what is no text. Raises nothing."""
    marked = [encoding for mark, encoding in _MARKS if raw.startswith(mark)]
    for encoding in marked or (_unmarked_utf16(raw) or _GUESSES):
        try:
            text = raw.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
        return None if _is_binary(text) else text
    return None


def _unmarked_utf16(raw: bytes) -> tuple[str, ...]:
    """Every other byte of ASCII text in UTF-16 is zero; in no other text is one."""
    start = raw[:64]
    if len(start) >= 4 and not any(start[1::2]):
        return ("utf-16-le",)
    return ("utf-16-be",) if len(start) >= 4 and not any(start[::2]) else ()


def _is_binary(text: str) -> bool:
    start = text[:4096]
    strange = sum(character < " " and character not in "\t\r\n\f\x1a" for character in start)
    return strange > _BINARY * len(start)

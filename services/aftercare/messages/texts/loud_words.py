"""Words that tell a passer-by what somebody is being helped with. Nothing we write holds one, unless the
client ticked that the meeting's own name may be shown. Pure."""

import re

# Too short, or too much a part of other words, to be looked for inside one.
_WHOLE = ("smart", "aa", "na", "12-step", "twelve-step", "12 pasos", "doce pasos", "detox", "drunk")
# With whatever follows: recovering, addictions, clínicas.
_STEMS = (
    "recover",
    "recuperaci",
    "rehab",
    "addict",
    "adicci",
    "adict",
    "sober",
    "sobri",
    "alcohol",
    "alcohól",
    "drug",
    "droga",
    "substance",
    "sustancia",
    "treatment",
    "tratamiento",
    "clinic",
    "clínic",
    "narcotic",
    "narcótic",
    "opioid",
    "opiáce",
    "relapse",
    "recaíd",
    "desintoxicaci",
)
_IN_TEXT = re.compile(rf"\b(?:(?:{'|'.join(_WHOLE)})\b|(?:{'|'.join(_STEMS)}))", re.IGNORECASE)
_ANYWHERE = re.compile("|".join(_STEMS), re.IGNORECASE)
_AS_WORD = re.compile(rf"(?<![a-z])(?:{'|'.join(_WHOLE)})(?![a-z])", re.IGNORECASE)


def loud_word_in(text: str) -> str | None:
    """The first such word in a sentence, or None."""
    found = _IN_TEXT.search(text)
    return found.group() if found else None


def loud_part_of(address: str) -> str | None:
    """The first such word in a host name or sender, where words run together, or None."""
    found = _ANYWHERE.search(address) or _AS_WORD.search(address)
    return found.group() if found else None

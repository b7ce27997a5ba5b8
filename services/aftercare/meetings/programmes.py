"""Which programme a listing belongs to. The Meeting Guide format has no field for it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.aftercare.meetings.normal_form import Programme

_FAMILY = re.compile(r"family\s*(?:&|and|\+)\s*friends", re.IGNORECASE)
_LIFE_SKILLS = re.compile(r"successful life skills|insideout", re.IGNORECASE)
_SMART = re.compile(r"\bSMART\b|\b[Ss]mart [Rr]ecovery\b")
_OTHER = re.compile(r"al-?anon|alateen|(?<!alcoholics )(?<!narcotics )anonymous", re.IGNORECASE)
_NA = re.compile(r"narcotics anonymous|\bNA\b")
_AA = re.compile(r"[Aa]lcoholics [Aa]nonymous|\bA\.?A\b")
_AA_HOST = re.compile(r"(?:^|[.-])aa|aa(?:[.-]|$)")
_AA_BOOKS = {"12x12", "ABSI", "B", "DR", "GR", "LS"}  # literature only one fellowship reads


@dataclass(frozen=True)
class Words:
    """What a row says of whose meeting it is: plain texts, and the address of its page."""

    name: str = ""
    group: str = ""
    entity: str = ""
    url: str = ""


def programme_of(said: Words, codes: tuple[str, ...], fallback: Programme) -> Programme:
    """Judged by what the row says of itself; `fallback` (known for the whole list) when it says nothing."""
    words = " ".join((said.name, said.group, said.entity))
    host = urlsplit(said.url).hostname or ""
    if _SMART.search(words) or (fallback is Programme.SMART and _FAMILY.search(words)):
        if _FAMILY.search(words):
            return Programme.FAMILY
        return Programme.LIFE_SKILLS if _LIFE_SKILLS.search(words) else Programme.SMART
    if _OTHER.search(words) or _OTHER.search(re.sub(r"(?:alcoholics|narcotics)anonymous", "", host)):
        return Programme.OTHER
    if _NA.search(words):
        return Programme.NA
    if _AA.search(words) or _AA_HOST.search(host):
        return Programme.AA
    if fallback is not Programme.OTHER:
        return fallback
    return Programme.AA if _AA_BOOKS & set(codes) else Programme.OTHER

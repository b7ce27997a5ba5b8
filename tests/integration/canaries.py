"""One invented person whose every value is unmistakable, and a search that finds it however it is written."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Canary:
    """One value that must not get out. `shapes` are the ways it is written when it is read and normalised.

    `short` ones are five digits or so: they count only where no other digit or letter stands beside them,
    and only as plain text, because random bytes hold any short number sooner or later.
    """

    name: str
    shapes: tuple[str, ...]
    short: bool = False

    @property
    def typed(self) -> str:
        return self.shapes[0]


def found(canaries: Iterable[Canary], data: bytes) -> set[str]:
    """The names of the canaries in `data`: as UTF-8, UTF-16, base64 or hexadecimal, letters in any case."""
    folded = data.lower()
    return {
        canary.name
        for canary in canaries
        if any(_is_in(shape, canary, data, folded) for shape in canary.shapes)
    }


def _is_in(shape: str, canary: Canary, data: bytes, folded: bytes) -> bool:
    if canary.short:
        return (
            re.search(rb"(?<![0-9a-z.])%s(?![0-9a-z])" % re.escape(shape.lower().encode()), folded)
            is not None
        )
    if any(needle in folded for needle in _folded_needles(shape)):
        return True
    return any(needle in data for needle in _base64_needles(shape))


def _folded_needles(shape: str) -> set[bytes]:
    """What to look for in lower-cased bytes."""
    plain = shape.lower()
    needles = {plain.encode()}
    # Without its last NUL this is also inside the big-endian form, shifted by one byte.
    needles.add(plain.encode("utf-16-le")[:-1])
    needles |= {written.encode().hex().encode() for written in _cases(shape)}
    return needles


def _base64_needles(shape: str) -> set[bytes]:
    """base64 of the value as it would stand in a longer text, whichever of three ways it is aligned."""
    needles = set()
    for written in _cases(shape):
        for before in range(3):
            raw = b"\0" * before + written.encode()
            raw = raw[: len(raw) - len(raw) % 3]  # what comes after the value changes the rest
            for encoded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
                needle = encoded[-(-before * 8 // 6) :]
                if len(needle) >= 8:
                    needles.add(needle)
    return needles


def _cases(shape: str) -> set[str]:
    return {shape, shape.lower(), shape.upper(), shape.swapcase()}


def found_in_files(canaries: Iterable[Canary], folder: Path) -> dict[str, set[str]]:
    """{path inside the folder: names of the canaries in its bytes or its name}, clean files left out."""
    wanted = tuple(canaries)
    dirty = {}
    for path in sorted(folder.rglob("*")):
        inside = str(path.relative_to(folder))
        try:
            data = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:  # a file of SQLite or of the broker that was just cleared away
            continue
        if names := found(wanted, inside.encode() + b"\n" + data):
            dirty[inside] = names
    return dirty


PERSON: Mapping[str, Canary] = {
    canary.name: canary
    for canary in (
        Canary("first name", ("Quillonbrix",)),
        Canary("last name", ("Tamberwyck-Oddsvane", "Tamberwyck", "Oddsvane")),
        Canary("name to use", ("Zibbeloo",)),
        Canary("phone", ("(555) 555-0167", "555-0167", "555.0167", "555 0167", "5555550167")),
        Canary("e-mail", ("Wobblefrith77@example.com", "wobblefrith77")),
        Canary("plan", ("Glimmerhook Mutual", "Glimmerhook")),
        Canary("member id", ("TCSIM8462917350", "8462917350")),
        Canary("birth date", ("1971-11-23", "19711123", "11/23/1971", "23 Nov 1971")),
        Canary("group number", ("GRP-GLOAMING-5518", "GLOAMING-5518")),
        Canary("holder's first name", ("Pendlewisk",)),
        Canary("holder's last name", ("Harrowgleam",)),
        Canary("holder's birth date", ("1949-06-13", "19490613", "06/13/1949")),
        Canary("contact note", ("snorkelwhist since Tuesday", "snorkelwhist")),
        Canary("reason for admitting", ("brindlemoss agreed", "brindlemoss")),
        Canary("EHR number", ("KESTREL-7731-OWL", "KESTREL-7731")),
        Canary("second EHR number", ("HERON-2206-WREN", "HERON-2206")),
        Canary("street", ("41 Fennimore Quaybank", "Fennimore")),
        Canary("next of kin", ("Plimsoll", "Grackleton")),
        Canary("social security number", ("987-65-4320", "987654320")),
        Canary("sending key", ("fennelgust-key-1",)),
        Canary("somebody to tell", ("Thistlewhack Ombersley", "Thistlewhack", "Ombersley")),
        Canary("follow-up note", ("quaverdell called her back", "quaverdell")),
        Canary("concern note", ("mumblecroft is with them", "mumblecroft")),
        Canary("worksheet words", ("glintwurzel on the porch", "glintwurzel")),
        Canary("helper", ("Uncle Brackenfizz", "Brackenfizz")),
        Canary("check-in words", ("noodlespar kept me up", "noodlespar")),
        Canary("text words", ("drizzlepunk is at the door", "drizzlepunk")),
        Canary("ZIP code", ("98199",), short=True),
        Canary("home on the map", ("47.6488", "-122.3964"), short=True),
    )
}
"""Who asks for help. 555-01xx numbers and example.com belong to nobody; 987-65-432x was never issued."""

STRANGER: Mapping[str, Canary] = {
    canary.name: canary
    for canary in (
        Canary("stranger's first name", ("Unmarrowed",)),
        Canary("stranger's last name", ("Quenchbottle",)),
        Canary("stranger's birth date", ("1963-08-29", "19630829")),
        Canary("stranger's EHR number", ("PUFFIN-4410-TEAL", "PUFFIN-4410")),
    )
}
"""Somebody the EHR speaks of and no case is about."""

STAFF: Mapping[str, Canary] = {
    canary.name: canary
    for canary in (
        Canary("on-call e-mail", ("grimblenock@example.org", "grimblenock")),
        Canary("on-call phone", ("+1 555 555 0188", "555-0188", "5555550188")),
    )
}
"""Who is paged at night: private addresses of colleagues."""

EVERYBODY = (*PERSON.values(), *STRANGER.values(), *STAFF.values())


def typed(name: str) -> str:
    """How somebody writes this value."""
    return next(canary.typed for canary in EVERYBODY if canary.name == name)

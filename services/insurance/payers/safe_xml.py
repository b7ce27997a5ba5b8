"""XML from strangers, read without any of what makes XML dangerous.

A document type declaration is refused where it begins, so there are no entities to expand (a "billion
laughs"), none to fetch, and no defaults to inject. Depth and number of elements are capped; size is the
caller's affair.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat  # its only dangers are DTDs, which are refused below

DEEPEST = 40
MOST_ELEMENTS = 10_000
# XML 1.0 has no place for X12's favourite separators 0x1C to 0x1F, and gateways put them there all the same.
# They travel through the parser as characters of a private-use area.
BARE = {code: chr(0xE000 + code) for code in range(0x1C, 0x20)}
BACK = {0xE000 + code: chr(code) for code in BARE}
REFERENCE = re.compile(rb"&#(?:x0*1([c-fC-F])|0*(2[89]|3[01]));")


class UnsafeXml(Exception):
    """Not well-formed, or more than a plain document. The message holds nothing of the document."""


@dataclass(slots=True)
class Leaf:
    """An element: names from the root down, each `{namespace}local`; its own text; its attributes."""

    path: tuple[str, ...]
    text: str = field(repr=False)
    attributes: dict[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        """The local name: senders disagree about namespaces, schemas about qualified children."""
        return local(self.path[-1])


def local(name: str) -> str:
    return name.rpartition("}")[2]


def elements(body: bytes) -> tuple[Leaf, ...]:
    """Every element of `body` in document order. Raises UnsafeXml, and nothing else."""
    found: list[Leaf] = []
    open_: list[Leaf] = []

    def refuse(*_: object) -> None:
        raise UnsafeXml("declares a document type")

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_) >= DEEPEST or len(found) >= MOST_ELEMENTS:
            raise UnsafeXml("is nested or branched beyond reason")
        leaf = Leaf((*(open_[-1].path if open_ else ()), _braced(name)), "", attributes)
        found.append(leaf)
        open_.append(leaf)
        pieces.append([])

    def text(piece: str) -> None:
        pieces[-1].append(piece)

    def end(_: str) -> None:
        open_.pop().text = "".join(pieces.pop()).translate(BACK)

    pieces: list[list[str]] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    try:
        parser.Parse(_carried(body), True)
    except expat.ExpatError:
        raise UnsafeXml("is not well-formed") from None
    except (LookupError, ValueError):
        raise UnsafeXml("has an encoding nobody knows") from None
    return tuple(found)


def _carried(body: bytes) -> bytes:
    """`body` with its separators 0x1C to 0x1F disguised, bare ones and references alike."""
    if not any(code in body for code in BARE) and b"&#" not in body:
        return body
    for code, stand_in in BARE.items():
        body = body.replace(bytes([code]), stand_in.encode())

    def reference(found: re.Match[bytes]) -> bytes:
        code = int(b"1" + found[1], 16) if found[1] else int(found[2])
        return BARE[code].encode()

    return REFERENCE.sub(reference, body)


def _braced(name: str) -> str:
    space, separated, bare = name.rpartition(" ")
    return f"{{{space}}}{bare}" if separated else bare

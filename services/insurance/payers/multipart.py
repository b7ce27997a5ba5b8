"""The little of MIME (RFC 2046, 7578) that CORE gateways use: parts between boundaries, each with headers and
bytes. Written here because answers come with bare line feeds, and their bytes must stay as they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_PARTS = 64
BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
FIRST_LINE = re.compile(rb"\s*--([^\r\n]{1,200})\r?\n")
NAME = re.compile(r'\bname\s*=\s*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its form field's name and its bytes."""

    name: str
    content: bytes = field(repr=False)


def form_data(fields: Mapping[str, str], boundary: str) -> bytes:
    """`fields` as multipart/form-data in the given order. Raises ValueError when one holds the boundary."""
    lines: list[str] = []
    for name, value in fields.items():
        if boundary in value:
            raise ValueError("the boundary occurs in a value")
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode()


def boundary_of(content_type: str, body: bytes) -> str:
    """The boundary the header states, else the one the body begins with; "" when there is neither."""
    stated = BOUNDARY.search(content_type)
    if stated:
        return stated[1] or stated[2]
    first = FIRST_LINE.match(body)
    return first[1].decode("latin-1").strip() if first else ""


def parts(body: bytes, boundary: str) -> tuple[Part, ...]:
    """Every part of `body`, at most 64; what cannot be read as one is left out. Never raises."""
    line = re.compile(
        rb"(?:^|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(?:--)?[ \t]*(?=\r?\n|$)"
    )
    found: list[Part] = []
    for piece in line.split(body, maxsplit=MOST_PARTS)[1:]:
        head, blank, content = _halves(piece)
        if not blank:
            continue
        headers = dict(_header(one) for one in head.decode("latin-1").splitlines() if ":" in one)
        named = NAME.search(headers.get("content-disposition", ""))
        name = (named[1] or named[2] or "") if named else ""
        found.append(Part(name, content))
    return tuple(found)


def _halves(piece: bytes) -> tuple[bytes, bytes, bytes]:
    """Headers, the blank line, content. A part may have no headers at all."""
    blank = re.search(rb"\r?\n\r?\n", piece)
    return (piece[: blank.start()], blank[0], piece[blank.end() :]) if blank else (piece, b"", b"")


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()

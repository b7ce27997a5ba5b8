"""X12 at the command line: `throughcare x12 read FILE`, `throughcare x12 check FILE`."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from services.insurance import x12
from services.insurance.x12.checks import findings
from services.insurance.x12_shown import as_json, in_words

app = typer.Typer(help="Read and check X12 270/271 eligibility files.", no_args_is_help=True)

FOUND, NO_X12 = 1, 2
LARGEST = 8 * 1024 * 1024  # bytes; thousands of answers
File = Annotated[
    Path, typer.Argument(help="A file with one or more X12 interchanges; - reads standard input.")
]


@app.command()
def read(
    file: File, as_machine: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False
) -> None:
    """Show what a file says, in words or as JSON."""
    try:
        reading = x12.read(_content(file))
    except x12.Unreadable as refusal:
        raise _no_x12(str(refusal)) from None
    if as_machine:
        # ASCII: the reader on the other side of a pipe may have any encoding.
        typer.echo(json.dumps(as_json(reading), indent=2))
    else:
        _print(in_words(reading))


@app.command()
def check(file: File) -> None:
    """Say what is wrong with a 270 or 271, one sentence a line. Exit code 0: nothing, 1: something."""
    try:
        found = findings(_content(file))
    except x12.Unreadable as refusal:
        raise _no_x12(str(refusal)) from None
    _print(found or ["Nothing wrong found."])
    if found:
        raise typer.Exit(FOUND)


def _content(file: Path) -> bytes:
    """At most LARGEST bytes: a device or a disk image would never end."""
    try:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.open("rb") as stream:
                raw = stream.read(LARGEST + 1)
    except (OSError, ValueError):
        raise _no_x12("The file cannot be opened.") from None
    if len(raw) > LARGEST:
        raise _no_x12("The file is too large to be an eligibility file.")
    return raw


def _no_x12(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(NO_X12)


def _print(lines: Iterable[str]) -> None:
    """What a payer wrote may hold characters that steer a terminal, or that this one cannot show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    for line in lines:
        shown = "".join(c if c.isprintable() else "?" for c in line)
        typer.echo(shown.encode(encoding, errors="replace").decode(encoding))

"""`throughcare meetings …`: read a list, match a client against one. Needs no database and no network."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from services.aftercare.match_command import Asked, answer, mistakes_in
from services.aftercare.match_command import in_words as match_in_words
from services.aftercare.meetings import zones
from services.aftercare.meetings.in_plain import meetings_in_plain, summary_of
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.meetings.problems import in_words
from services.aftercare.meetings.reading import Reading, read
from services.aftercare.tables.lists import FeedFormat

app = typer.Typer(help="Meeting lists: what is in them, and what suits whom.", no_args_is_help=True)

Format = Annotated[
    FeedFormat, typer.Option("--format", help="How the list is written; auto looks for itself.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
ZoneOption = Annotated[
    str | None, typer.Option("--timezone", help="IANA zone for rows that do not tell theirs.")
]
ProgrammeOption = Annotated[Programme, typer.Option(help="Programme of rows that do not tell theirs.")]

PermissionOption = Annotated[
    str,
    typer.Option(
        "--smart-finder-permission",
        help="Who allowed rows of SMART's finder to be read, and when. Without it they are not.",
    ),
]


@app.command("read")
def read_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    format_: Format = FeedFormat.AUTO,
    as_json: AsJson = False,
    timezone: ZoneOption = None,
    programme: ProgrammeOption = Programme.OTHER,
    permission: PermissionOption = "",
) -> None:
    """Read a meeting list and say what is in it; exit 1 when the file cannot be used as a whole."""
    reading = _read(file, format_, timezone, programme, permission)
    summary = summary_of(reading)
    if as_json:
        # In ASCII: a terminal or pipe of another encoding must not break off half-way.
        typer.echo(json.dumps(summary | {"meetings": meetings_in_plain(reading.meetings)}))
    else:
        typer.echo(_in_words(reading))
    raise typer.Exit(1 if reading.problem else 0)


@app.command("match")
def match_client(
    client: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    meetings: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    as_json: AsJson = False,
    timezone: ZoneOption = None,
    programme: ProgrammeOption = Programme.OTHER,
) -> None:
    """Rank the meetings of a list for one client, with a reason for each one that does not fit."""
    try:
        asked = Asked.model_validate_json(client.read_bytes())
    except ValidationError as error:
        said = "".join(f"\n  {mistake}" for mistake in mistakes_in(error))
        typer.echo(f"{client.name} cannot be used:{said}", err=True)
        raise typer.Exit(2) from None
    reading = _read(meetings, FeedFormat.AUTO, timezone, programme)
    if reading.problem:
        typer.echo(f"{meetings.name} cannot be used: {in_words(reading.problem)}.", err=True)
        raise typer.Exit(2)
    result = answer(asked, list(reading.meetings))
    typer.echo(json.dumps(result) if as_json else match_in_words(result))


def _read(
    file: Path, format_: FeedFormat, timezone: str | None, programme: Programme, permission: str = ""
) -> Reading:
    zone = zones.canonical(timezone) if timezone else None
    if timezone and zone is None:
        typer.echo("Use an IANA time zone such as America/Denver.", err=True)
        raise typer.Exit(2)
    permitted = bool(permission.strip())
    raw = file.read_bytes()
    return read(raw, file.stem, format=format_, zone=zone, programme=programme, smart_finder=permitted)


def _in_words(reading: Reading) -> str:
    if reading.problem:
        return f"This file cannot be used: {in_words(reading.problem)}."
    lines = [
        f"{reading.source_rows} rows, {reading.rows} meetings after splitting lists of days.",
        f"Accepted {len(reading.meetings)}, rejected {len(reading.rejected)}; by appointment "
        f"{reading.by_appointment}, inactive {reading.inactive}, zone unknown {reading.unzoned}.",
    ]
    return "\n".join(lines + [f"row {one.row}: {one.reason}" for one in reading.rejected])

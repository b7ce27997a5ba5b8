"""`throughcare meetings …`: read a list, match a client against one. Needs no database and no network."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import AwareDatetime, ValidationError

from services.aftercare.matching.report import rejected_in_plain, set_in_plain
from services.aftercare.matching.sets import match as match_meetings
from services.aftercare.meetings import zones
from services.aftercare.meetings.in_plain import meetings_in_plain, summary_of
from services.aftercare.meetings.meeting_guide import Reading, read
from services.aftercare.meetings.normal_form import Listing, Programme
from services.aftercare.plans.preferences import Preferences
from shared import clock

app = typer.Typer(help="Meeting lists: what is in them, and what suits whom.", no_args_is_help=True)

Format = Annotated[str, typer.Option("--format", help="auto or meeting_guide.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
ZoneOption = Annotated[
    str | None, typer.Option("--timezone", help="IANA zone for rows that do not tell theirs.")
]
ProgrammeOption = Annotated[Programme, typer.Option(help="Programme of rows that do not tell theirs.")]


class Asked(Preferences):
    """CLIENT.json: preferences, and from when the client is free (now when left out)."""

    discharged_at: AwareDatetime | None = None


@app.command("read")
def read_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    format_: Format = "auto",
    as_json: AsJson = False,
    timezone: ZoneOption = None,
    programme: ProgrammeOption = Programme.OTHER,
) -> None:
    """Read a meeting list and say what is in it; exit 1 when the file cannot be used as a whole."""
    reading = _read(file, format_, timezone, programme)
    summary = summary_of(reading)
    if as_json:
        typer.echo(
            json.dumps(summary | {"meetings": meetings_in_plain(reading.meetings)}, ensure_ascii=False)
        )
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
        places = sorted({".".join(map(str, item["loc"])) or "the file" for item in error.errors()})
        typer.echo(f"{client.name} cannot be used: check {', '.join(places)}.", err=True)
        raise typer.Exit(2) from None
    start = asked.discharged_at or clock.now()
    reading = _read(meetings, "auto", timezone, programme)
    today = start.date()
    listings = [Listing(one.source_id, one, today, today) for one in reading.meetings]
    found = match_meetings(asked.as_client(start), listings)
    result: dict[str, Any] = {
        "sets": [set_in_plain(one) for one in found.sets],
        "feasible": [
            {
                "meeting_id": one.id,
                "name": one.meeting.listing.meeting.name,
                "score": one.score,
                "points": one.points,
                "modality": one.meeting.modality,
                "first_at": one.meeting.first_at.isoformat(),
            }
            for one in found.feasible
        ],
        "fall_back": found.fall_back.id if found.fall_back else None,
        "rejected": [rejected_in_plain(one) for one in found.rejected],
    }
    typer.echo(json.dumps(result, ensure_ascii=False) if as_json else _table(result))


def _read(file: Path, format_: str, timezone: str | None, programme: Programme) -> Reading:
    if format_ not in ("auto", "meeting_guide"):
        typer.echo(f"There is no importer for {format_}; use auto or meeting_guide.", err=True)
        raise typer.Exit(2)
    zone = zones.canonical(timezone) if timezone else None
    if timezone and zone is None:
        typer.echo("Use an IANA time zone such as America/Denver.", err=True)
        raise typer.Exit(2)
    return read(file.read_bytes(), file.stem, zone=zone, programme=programme)


def _in_words(reading: Reading) -> str:
    if reading.problem:
        return f"This file cannot be used: {reading.problem}."
    lines = [
        f"{reading.source_rows} rows, {reading.rows} meetings after splitting lists of days.",
        f"Accepted {len(reading.meetings)}, rejected {len(reading.rejected)}; by appointment "
        f"{reading.by_appointment}, inactive {reading.inactive}, zone unknown {reading.unzoned}.",
    ]
    return "\n".join(lines + [f"row {one.row}: {one.reason}" for one in reading.rejected])


def _table(result: dict[str, Any]) -> str:
    names = {one["meeting_id"]: one["name"] for one in result["feasible"]}
    lines = [
        f"{one['score']:>4}  {' + '.join(names[item] for item in one['meetings'])}"
        f"  (first {_moment(one['first_at'])}) {' '.join(one['flags'])}".rstrip()
        for one in result["sets"]
    ] or ["No meeting fits."]
    return "\n".join(lines + [f"   -  {one['name']}: {one['words']}" for one in result["rejected"]])


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written):%a %d %b %H:%M}"

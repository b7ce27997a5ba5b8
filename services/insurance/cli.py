"""X12 at the command line: `throughcare x12 read FILE`, `throughcare x12 check FILE`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.insurance import x12
from services.insurance.eligibility import outcome, plan_name
from services.insurance.rejections import disposition
from services.insurance.summary import in_words
from services.insurance.x12.answers import Answer, Benefit, Rejection, Response

app = typer.Typer(help="Read X12 270/271 eligibility files.", no_args_is_help=True)

NO_X12 = 2
File = Annotated[
    Path, typer.Argument(help="A file with one or more X12 interchanges; - reads standard input.")
]


@app.command()
def read(
    file: File, as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False
) -> None:
    """Show what a file says, in words or as JSON."""
    reading = _reading(file)
    if as_json:
        return _print_json(reading)
    for response in reading.responses:
        for answer in response.answers:
            decided = outcome(answer, whole=response.whole)
            typer.echo(f"{decided.value}: {plan_name(answer.benefits) or 'no plan named'}")
            for one in answer.rejections:
                action = disposition(one.loop, one.reason, one.followup).action.name.lower()
                typer.echo(f"  refused at {one.loop}, reason {one.reason} {one.followup}: {action}")
            for benefit in answer.benefits:
                typer.echo(f"  segment {benefit.position}: {in_words(benefit)}")
    for receipt in reading.acknowledgements:
        typer.echo(
            f"{receipt.kind}: {'accepted' if receipt.accepted else 'refused'} {' '.join(receipt.codes)}"
        )
    for warning in (*reading.warnings, *(w for r in reading.responses for w in r.warnings)):
        typer.echo(f"  note: {warning}")
    return None


@app.command()
def check(file: File) -> None:
    """Decide what a file says about coverage, as JSON."""
    _print_json(_reading(file))


def as_json(reading: x12.Reading) -> dict[str, Any]:
    """One entry a patient, or one a transaction that names none."""
    return {
        "transactions": [
            _transaction(response, answer, reading.warnings)
            for response in reading.responses
            for answer in response.answers or (None,)
        ]
    }


def _transaction(response: Response, answer: Answer | None, warnings: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "outcome": "indeterminate",
        "plan": None,
        "member_id": None,
        "patient": {},
        "rejections": [],
        "benefits": [],
    }
    if answer is not None:
        shown |= {
            "outcome": outcome(answer, whole=response.whole).value,
            "plan": plan_name(answer.benefits),
            "member_id": answer.member_id or None,
            "patient": _patient(answer),
            "rejections": [_rejection(one) for one in answer.rejections],
            "benefits": [_benefit(one) for one in answer.benefits],
        }
    return {**shown, "warnings": [*warnings, *response.warnings]}


def _patient(answer: Answer) -> dict[str, Any]:
    patient = answer.patient
    if patient is None:
        return {}
    return {
        "first_name": patient.party.first or None,
        "last_name": patient.party.name or None,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "role": "dependant" if answer.dependant else "subscriber",
    }


def _rejection(one: Rejection) -> dict[str, Any]:
    action = disposition(one.loop, one.reason, one.followup).action.name.lower()
    return {
        "loop": one.loop,
        "valid": one.valid,
        "reason": one.reason,
        "followup": one.followup,
        "action": action,
    }


def _benefit(one: Benefit) -> dict[str, Any]:
    def figure(value: object) -> str | None:
        return None if value is None else str(value)

    return {
        "information": one.information,
        "coverage_level": one.coverage_level or None,
        "service_types": list(one.service_types),
        "period": one.period or None,
        "amount": figure(one.amount),
        "percent": figure(one.percent),
        "network": one.network or None,
        "authorization": one.authorization or None,
        "quantity": figure(one.quantity),
        "messages": list(one.messages),
    }


def _reading(file: Path) -> x12.Reading:
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return x12.read(raw)
    except x12.Unreadable as refusal:
        sentence = str(refusal)
    except OSError:
        sentence = "The file cannot be opened."
    typer.echo(sentence, err=True)
    raise typer.Exit(NO_X12)


def _print_json(reading: x12.Reading) -> None:
    typer.echo(json.dumps(as_json(reading), indent=2, ensure_ascii=False))

"""Synthetic interchanges, one quirk a file, and what each must read as. All people and payers are invented.

`expected.json` says for each file: what it is about, the outcome of each patient as `throughcare x12 read`
prints it, the decision about the person in `asked` (Marisol Okafor unless said otherwise) on 15 March 2026,
and some of the benefits. The quirks are those of the specification, sections 2.5 and 6.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from services.insurance.rules.same_person import Asked
from tests.unit.insurance.payer_answers import ASKED

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    name: str
    about: str
    raw: bytes
    asked: Asked
    outcomes: list[str]
    decision: str
    plan: str | None = None
    benefits: int | None = None
    """How many the first patient has."""
    shows: list[dict[str, Any]] = field(default_factory=list)
    """For each, one benefit of the first patient must have all these values."""
    rejections: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name


def samples() -> list[Sample]:
    """Every file of this folder."""
    expected: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())
    assert {path.stem for path in FOLDER.glob("*.edi")} == set(expected)
    return [
        Sample(
            name=name,
            raw=(FOLDER / f"{name}.edi").read_bytes(),
            asked=_asked(said.pop("asked", {})),
            **said,
        )
        for name, said in expected.items()
    ]


def _asked(said: dict[str, str]) -> Asked:
    born = said.pop("birth_date", None)
    known = replace(ASKED, **said)  # type: ignore[arg-type]
    return replace(known, birth_date=date.fromisoformat(born)) if born else known

"""Whether an answer speaks of the person we asked about. Pure.

A payer may swap answers, cut names short or leave out a birth date; an answer that could be somebody else's
is never used.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.insurance.x12.answers import Answer, Person


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what we asked about. `trace` is our TRN02."""

    first_name: str
    last_name: str
    birth_date: date
    member_id: str
    service_date: date
    trace: str


def ours(answer: Answer, asked: Asked) -> bool:
    """Whether the answer refers to our question by its trace, where it carries one (TRN01 2, else 1)."""
    people = [p for p in (answer.dependant, answer.subscriber) if p is not None]
    traces = next((p.traces for p in people if p.traces), ())
    referred = [t for t in traces if t.type == "2"] or [t for t in traces if t.type == "1"]
    return not referred or any(t.number == asked.trace for t in referred)


def echoed(answer: Answer, asked: Asked) -> bool:
    """Whether the patient of `answer` is the person we asked about: the name, and the birth date or member
    id."""
    patient = answer.patient
    if patient is None or not _same_name(patient, asked):
        return False
    if patient.birth_date is not None:
        return patient.birth_date == asked.birth_date
    return bool(answer.member_id) and _plain(answer.member_id) == _plain(asked.member_id)


def _same_name(patient: Person, asked: Asked) -> bool:
    """Equal last names; first names equal, or one the beginning of the other (payers cut at ten
    characters)."""
    last, first = _plain(patient.party.name), _plain(patient.party.first)
    ours = _plain(asked.first_name)
    if not last or not first or last != _plain(asked.last_name):
        return False
    return first == ours or (
        min(len(first), len(ours)) >= 3 and (first.startswith(ours) or ours.startswith(first))
    )


def _plain(text: str) -> str:
    """Letters and digits in one case, without accents: what two spellings of a name or number share."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]", "", folded)

"""Whether an answer speaks of the person we asked about. Pure.

A payer may swap answers, cut names short or leave out a birth date; an answer that could be somebody else's,
a relative's under the same member id above all, is never used.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.insurance.x12.answers import Answer, Person

FIELD_WIDTH: Final = 10
"""Letters: a shorter name was not cut by a payer's file, it is another name."""
SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
SHORTEST_ID: Final = 6
"""Characters: in front of a dependant's suffix, a shorter id could be the beginning of anybody's."""
# Letters that Unicode does not take apart into a plain one and a mark, as payers' files write them.
PLAIN_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what we asked about. `trace` is our TRN02."""

    first_name: str
    last_name: str
    birth_date: date
    member_id: str
    service_date: date
    trace: str


def traced(answer: Answer) -> bool:
    """Whether the answer says to which question it belongs."""
    return bool(_references(answer))


def ours(answer: Answer, asked: Asked) -> bool:
    """Whether the answer refers to our question by its trace, where it carries one."""
    references = _references(answer)
    return not references or asked.trace in references


def echoed(answer: Answer, asked: Asked) -> bool:
    """Whether the patient of `answer` is the person we asked about: the name, and the birth date or member
    id. A birth date that cannot be read may be a relative's."""
    patient = answer.patient
    if patient is None or patient.birth_date_unreadable or not _same_name(patient, asked):
        return False
    if patient.birth_date is not None:
        return patient.birth_date == asked.birth_date
    return _same_id(answer.member_id, asked.member_id)


def names_another(answer: Answer, asked: Asked) -> bool:
    """Whether `answer` states a person who is not the one we asked about. One that names nobody does not."""
    patient = answer.patient
    if patient is None:
        return False
    if patient.birth_date_unreadable or patient.birth_date not in (None, asked.birth_date):
        return True
    if patient.party.name or patient.party.first:
        return not _same_name(patient, asked)
    return bool(answer.member_id) and not _same_id(answer.member_id, asked.member_id)


def _references(answer: Answer) -> frozenset[str]:
    """TRN02 of every TRN that refers to a question (TRN01 2) on the patient's level, else on the
    subscriber's; without any, of the senders' own (TRN01 1), which some payers send back unchanged."""
    people = [p for p in (answer.dependant, answer.subscriber) if p is not None]
    for kind in ("2", "1"):
        for person in people:
            # A subscriber asked about beside a dependant has a trace of their own: the nearest one counts.
            if found := frozenset(t.number for t in person.traces if t.type == kind):
                return found
    return frozenset()


def _same_name(patient: Person, asked: Asked) -> bool:
    """Equal names, or cut ones where a birth date tells relatives apart.

    Without one, a generation (JR, SR) that both state must be the same too: father and son may share a name
    and a member id.
    """
    party = patient.party
    last, first = _name(party.name), _name(party.first)
    our_last, our_first = _name(asked.last_name), _name(asked.first_name)
    if not last or not first or not _same_last(last, our_last, party.name):
        return False
    if patient.birth_date is not None:
        return _same_first(first, our_first, party.first, asked.first_name)
    theirs = _generations(f"{party.name} {party.first} {party.suffix}")
    ours = _generations(f"{asked.last_name} {asked.first_name}")
    return "".join(first) == "".join(our_first) and (not theirs or not ours or theirs == ours)


def _same_last(theirs: list[str], ours: list[str], as_sent: str) -> bool:
    """Equal, or cut by the payer at the width of its field."""
    cut, whole = "".join(theirs), "".join(ours)
    return cut == whole or (len(as_sent.strip()) >= FIELD_WIDTH and whole.startswith(cut))


def _same_first(theirs: list[str], ours: list[str], as_sent: str, as_asked: str) -> bool:
    """Equal, or one the beginning of the other: cut at the width of a field, or by whole words (MARY and
    MARY ANN). ROBERT is not the beginning of ROBERTA."""
    if "".join(theirs) == "".join(ours):
        return True
    (shorter, sent), (longer, _) = sorted(
        ((theirs, as_sent), (ours, as_asked)), key=lambda name: len("".join(name[0]))
    )
    if len(sent.strip()) >= FIELD_WIDTH and "".join(longer).startswith("".join(shorter)):
        return True
    return len("".join(shorter)) > 1 and longer[: len(shorter)] == shorter


def _same_id(theirs: str, ours: str) -> bool:
    """Equal but for zeros in front, or for the two digits of a dependant (-01) that only one of them states.

    Two different pairs of digits are two members of a family.
    """
    shorter, longer = sorted((_plain(theirs).lstrip("0"), _plain(ours).lstrip("0")), key=len)
    if shorter == longer:
        return bool(shorter)
    suffix = longer.removeprefix(shorter)
    return len(shorter) >= SHORTEST_ID and re.fullmatch(r"[0-9]{2}", suffix) is not None


def _name(text: str) -> list[str]:
    """The words of a name without a generation behind it (JR, SR, II, III, IV)."""
    words = _words(text)
    while len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    return words


def _generations(text: str) -> set[str]:
    return set(_words(text)) & SUFFIXES


def _words(text: str) -> list[str]:
    return [word for part in re.split(r"[\s,-]+", text) if (word := _plain(part))]


def _plain(text: str) -> str:
    """Letters and digits in one case, without accents: what two spellings of a name or number share."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(PLAIN_LETTERS)
    return re.sub(r"[^a-z0-9]", "", folded)

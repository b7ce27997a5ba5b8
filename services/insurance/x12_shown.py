"""What `throughcare x12 read` shows of a file: as JSON for machines, in words for staff. Pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from services.insurance.rules.eligibility import outcome, plan_name
from services.insurance.rules.rejections import disposition
from services.insurance.x12 import Acknowledgement, Reading
from services.insurance.x12.answers import Answer, Benefit, Rejection, Response
from services.insurance.x12.wording import (
    below_in_words,
    benefit_in_words,
    period_in_words,
    question_in_words,
)

WHO = {"22": "the subscriber", "23": "a dependant"}


def as_json(reading: Reading) -> dict[str, Any]:
    """One entry a patient, or one a transaction that names none. The shape is a promise to other programs.

    Each benefit says by `scope` whether it is the patient's own or the subscriber's, whom the patient is a
    dependant of.
    """
    return {
        "transactions": [
            _transaction(response, answer, _warnings(reading, place) if first else ())
            for place, response in enumerate(reading.responses)
            for first, answer in _firsts(response.answers or (None,))
        ]
    }


def _firsts(answers: Iterable[Answer | None]) -> Iterator[tuple[bool, Answer | None]]:
    return ((place == 0, answer) for place, answer in enumerate(answers))


def _warnings(reading: Reading, place: int) -> tuple[str, ...]:
    """What is odd about a transaction, said with its first entry; about the file, with the very first."""
    return (*(reading.warnings if place == 0 else ()), *reading.responses[place].warnings)


def in_words(reading: Reading) -> Iterator[str]:
    """Line by line."""
    for response in reading.responses:
        for answer in response.answers:
            yield from _asked(answer) if response.kind == "270" else _answered(response, answer)
        for segment in response.other:
            name = f" ({segment.id})" if segment.is_named() else ""
            yield f"  segment {segment.position}{name} is not understood"
    yield from (_receipt(receipt) for receipt in reading.acknowledgements)
    for warning in (*reading.warnings, *(w for r in reading.responses for w in r.warnings)):
        yield f"  note: {warning}"
    if not reading.responses and not reading.acknowledgements:
        yield "The file is X12, but holds neither eligibility questions nor answers."


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
    return {**shown, "warnings": list(warnings)}


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
    return {
        "loop": one.loop,
        "valid": one.valid,
        "reason": one.reason,
        "followup": one.followup,
        "action": _action(one),
    }


def _action(one: Rejection) -> str:
    return disposition(one.loop, one.reason, one.followup).action.name.lower()


def _benefit(one: Benefit) -> dict[str, Any]:
    """Money and quantities as the decimals that stood there; a percent is a number between 0 and 1."""

    def figure(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    return {
        "information": one.information,
        "coverage_level": one.coverage_level or None,
        "service_types": list(one.service_types),
        "period": one.period or None,
        "amount": figure(one.amount),
        "percent": None if one.fraction is None else float(one.fraction),
        "network": one.network or None,
        "authorization": one.authorization or None,
        "quantity": figure(one.quantity),
        "messages": list(one.messages),
        "scope": one.scope,
    }


def _asked(answer: Answer) -> Iterator[str]:
    patient = answer.patient
    who = WHO.get(patient.level, "") if patient else "nobody"
    yield f"asks {answer.source.name or 'a payer without a name'} about {who}"
    if patient is None:
        return
    for period in patient.dates:
        yield f"  for: {period_in_words(period)}"
    for question in patient.questions:
        yield f"  segment {question.position}: {question_in_words(question)}"
    if not patient.questions:
        yield "  but asks nothing (no EQ)"


def _answered(response: Response, answer: Answer) -> Iterator[str]:
    decided = outcome(answer, whole=response.whole)
    yield f"{decided.value}: {plan_name(answer.benefits) or 'no plan named'}"
    for one in answer.rejections:
        said = f"refused at {one.loop}, reason {one.reason} {one.followup}".rstrip()
        yield f"  segment {one.position}: {said}: {_action(one)}"
    for benefit in answer.benefits:
        whose = "the subscriber's: " if benefit.scope == "subscriber" else ""
        yield f"  segment {benefit.position}: {whose}{benefit_in_words(benefit)}"
        yield from (f"    {line}" for line in below_in_words(benefit))


def _receipt(receipt: Acknowledgement) -> str:
    verdict = "accepted" if receipt.accepted else "refused"
    return f"{receipt.kind}: {verdict} {' '.join(receipt.codes)}".rstrip()

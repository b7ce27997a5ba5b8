"""Values as the API shows them: every figure with the segments or the call it came from. Pure.

Figures are text, so that no reader makes floats of them; null is unknown, never zero.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from services.insurance.rules.changes import Change
from services.insurance.rules.cost_sharing import LineResult, Priced
from services.insurance.rules.level_limits import Limit
from services.insurance.rules.levels_of_care import Copay, LevelBenefit, Part
from services.insurance.rules.shares import Share
from services.insurance.rules.statements import Evidence, Statement
from services.insurance.tables import Question
from services.insurance.words.payer_words import refusal_in_words
from services.insurance.words.plain_words import TitledPart
from services.insurance.words.rows import in_words
from services.insurance.x12.answers import Rejection

WHOSE = {"IND": "one person", "FAM": "family"}


def figure(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def evidence(found: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [
        {"question_id": one.question_id, "position": one.position, "call_id": one.call_id} for one in found
    ]


def share(one: Share) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "network": one.network or "unstated",
        "for": WHOSE.get(one.level, "not stated"),
        "basis": one.basis,
        "total": figure(one.total),
        "used": figure(one.used),
        "remaining": figure(one.remaining),
        "amount": figure(one.amount),
        "part": figure(one.fraction),
        "per": one.per,
        "lifetime": one.lifetime,
        "cheaper": figure(one.cheaper),
        "positions": [e.position for e in one.evidence if e.position is not None],
        "evidence": evidence(one.evidence),
    }


def level(one: LevelBenefit) -> dict[str, Any]:
    """One level of care in one network; each part has a basis and evidence of its own."""
    return {
        "level": one.level,
        "network": one.network,
        "covered": one.covered.value or "unknown",
        "basis": one.covered.basis,
        "evidence": evidence(one.covered.evidence),
        "copay": _part(one.copay, _copay),
        "coinsurance": _part(one.coinsurance, figure),
        "deductible_applies": _part(one.deductible_applies, _same),
        "authorization": _part(one.authorization, _same),
        "limits": _part(one.limits, _limits),
        "places": list(one.places.value or ()),
        "open_questions": list(one.open_questions),
        "to_confirm": list(one.to_confirm),
    }


def benefit(one: Statement) -> dict[str, Any]:
    return {
        "text": in_words(one.benefit),
        "messages": list(one.benefit.messages),
        "position": one.benefit.position,
        "question_id": one.question_id,
        "purpose": one.purpose,
    }


def question(one: Question) -> dict[str, Any]:
    return {
        "question_id": one.id,
        "purpose": one.purpose,
        "payer": one.payer_code,
        "service_types": list(one.service_types),
        "variation": one.variation,
        "state": one.state,
        "reason": one.reason,
        "failures": one.failures,
        "next_attempt_at": one.next_attempt_at,
        "answered_at": one.answered_at,
        "answered_by": one.answered_by,
    }


def rejection(one: Rejection) -> dict[str, Any]:
    """A payer's refusal: its code, and what the code means in the payer's words."""
    return {
        "loop": one.loop,
        "reason": one.reason,
        "followup": one.followup,
        "payer_words": refusal_in_words(one.reason),
        "position": one.position,
    }


def change(one: Change) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "detail": one.detail,
        "before": one.before,
        "after": one.after,
        "expected": one.expected,
        "network": one.network,
        "for": WHOSE.get(one.who),
        "level": one.level,
        "evidence": evidence(one.evidence),
    }


def parts(found: Sequence[TitledPart]) -> list[dict[str, Any]]:
    return [{"title": one.title, "lines": list(one.lines)} for one in found]


def priced(one: Priced) -> dict[str, Any]:
    """A stay under one reading: dollars as text, line by line."""
    return {
        "total": str(one.total),
        "plan_share": str(one.plan_share),
        "self_pay": str(one.self_pay),
        "balance_bill": str(one.balance_bill),
        "lines": [_line(line) for line in one.lines],
    }


def _line(one: LineResult) -> dict[str, Any]:
    return {
        "level": one.line.level,
        "starts_on": one.line.starts_on,
        "units": one.line.units,
        "total": str(one.total),
        "parts": [
            {
                "begins_on": part.begins_on,
                "units": part.units,
                "self_pay_units": part.self_pay_units,
                **{name: str(getattr(part, name)) for name in _AMOUNTS},
            }
            for part in one.parts
        ],
    }


_AMOUNTS = ("allowed", "deductible", "copay", "coinsurance", "plan_share", "self_pay", "balance_bill")


def _part(one: Part[Any], shown: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "value": None if one.value is None else shown(one.value),
        "cheaper": None if one.cheaper is None else shown(one.cheaper),
        "basis": one.basis,
        "evidence": evidence(one.evidence),
    }


def _copay(one: Copay) -> dict[str, Any]:
    return {"amount": str(one.amount), "per": one.per}


def _limits(found: Sequence[Limit]) -> list[dict[str, Any]]:
    """An empty list is stated to be without a limit."""
    return [
        {
            "unit": one.unit,
            "span": one.span,
            "total": one.total,
            "used": one.used,
            "remaining": one.remaining,
        }
        for one in found
    ]


def _same(value: Any) -> Any:
    return value

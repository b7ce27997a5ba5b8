"""Rows of a 271 or 270 in words for staff. A code nobody knows is shown as "code XX". Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from services.insurance.x12.answers import Benefit, Party, Period, Question
from services.insurance.x12.codes import (
    AUTHORIZATION,
    COVERAGE_LEVEL,
    DATE,
    INFORMATION,
    NETWORK,
    PERIOD,
    QUANTITY,
    SERVICE_TYPE,
)


def benefit_in_words(benefit: Benefit) -> str:
    """One EB: "Deductible, one person, in network, remaining: $750.00 (the whole plan)"."""
    what = word(INFORMATION, benefit.information).capitalize() or "Something unnamed"
    head = [
        what,
        word(COVERAGE_LEVEL, benefit.coverage_level),
        word(NETWORK, benefit.network),
        word(PERIOD, benefit.period),
        f"authorization {word(AUTHORIZATION, benefit.authorization)}" if benefit.authorization else "",
    ]
    quantity = (
        f"{benefit.quantity} {word(QUANTITY, benefit.quantity_qualifier)}".strip()
        if benefit.quantity is not None
        else ""
    )
    figures = [
        f"${benefit.amount:,.2f}" if benefit.amount is not None else "",
        percent(benefit.fraction) if benefit.fraction is not None else "",
        quantity,
    ]
    said = ", ".join(filter(None, head))
    said += f": {', '.join(filter(None, figures))}" if any(figures) else ""
    said += f" ({listed(word(SERVICE_TYPE, code) for code in benefit.service_types)})" * bool(
        benefit.service_types
    )
    return said


def below_in_words(benefit: Benefit) -> list[str]:
    """What hangs below an EB, a line each: dates, messages, whom it names and how to reach them."""
    return [
        *(period_in_words(period) for period in benefit.dates),
        *(f'"{message}"' for message in benefit.messages if message),
        *(party_in_words(party) for party in benefit.entities),
    ]


def question_in_words(question: Question) -> str:
    """One EQ."""
    types = listed(word(SERVICE_TYPE, code) for code in question.service_types)
    procedure = f"procedure {'-'.join(question.procedure)}" if question.procedure else ""
    return " and ".join(filter(None, [types, procedure])) or "nothing in particular"


def period_in_words(period: Period) -> str:
    """One DTP: "plan begins 2026-01-01"."""
    end = f" to {period.end}" if period.end else ""
    return f"{word(DATE, period.qualifier)} {period.start}{end}"


def party_in_words(party: Party) -> str:
    """Somebody a benefit names, with the id and telephone number if stated."""
    name = " ".join(filter(None, [party.first, party.middle, party.name])) or "somebody without a name"
    details = [f"id {party.id}" if party.id else "", f"telephone {party.telephone}" * bool(party.telephone)]
    return ", ".join([f"names {name}", *filter(None, details)])


def percent(fraction: Decimal) -> str:
    return f"{(fraction * 100).normalize():f}%"


def word(table: Mapping[str, str], code: str) -> str:
    return table.get(code, f"code {code}") if code else ""


def listed(words: Iterable[str]) -> str:
    """One phrase of several words, as in a, b and c."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last

"""Benefits to rows and back: codes and figures in the open, the payer's own words sealed."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.insurance.tables import Attempt, BenefitFact
from services.insurance.x12.answers import Benefit
from shared.contracts.fact import new_id
from shared.sealing import Box

PLACE = "benefits.details"
# Coded elements are at most three characters; a payer that writes a novel there must not break the answer.
LONGEST_CODE = 8


def facts_of(benefits: Iterable[Benefit], attempt: Attempt, box: Box) -> list[BenefitFact]:
    """One row an EB, in the order of the answer."""
    return [_fact(benefit, attempt, box) for benefit in benefits]


def benefit_of(fact: BenefitFact, box: Box) -> Benefit:
    """The benefit as far as it is shown: codes, figures, plan name and messages. Needs `details` loaded."""
    details: dict[str, Any] = json.loads(box.open(PLACE, fact.id, fact.details))
    return Benefit(
        position=fact.position,
        information=fact.information,
        coverage_level=fact.coverage_level,
        service_types=tuple(fact.service_types),
        insurance_type=details["insurance_type"],
        plan=details["plan"],
        period=fact.period,
        amount=_decimal(fact.amount),
        percent=_decimal(fact.percent),
        quantity_qualifier=fact.quantity_qualifier,
        quantity=_decimal(fact.quantity),
        authorization=fact.authorization,
        network=fact.network,
        messages=tuple(details["messages"]),
        places=tuple(details["places"]),
        scope=fact.scope,
    )


def _fact(benefit: Benefit, attempt: Attempt, box: Box) -> BenefitFact:
    row_id: UUID = new_id()
    words = ("insurance_type", "plan", "messages", "places", "dates", "deliveries", "references", "entities")
    said = {name: value for name, value in asdict(benefit).items() if name in words}
    return BenefitFact(
        id=row_id,
        verification_id=attempt.verification_id,
        attempt_id=attempt.id,
        case_id=attempt.case_id,
        position=benefit.position,
        information=benefit.information[:LONGEST_CODE],
        coverage_level=benefit.coverage_level[:LONGEST_CODE],
        service_types=[code[:LONGEST_CODE] for code in benefit.service_types],
        period=benefit.period[:LONGEST_CODE],
        network=benefit.network[:LONGEST_CODE],
        authorization=benefit.authorization[:LONGEST_CODE],
        scope=benefit.scope,
        amount=_text(benefit.amount),
        percent=_text(benefit.percent),
        quantity_qualifier=benefit.quantity_qualifier[:LONGEST_CODE],
        quantity=_text(benefit.quantity),
        details=box.seal(PLACE, row_id, json.dumps(said, default=str)),
    )


def _text(value: Decimal | None) -> str | None:
    """X12's R type has at most 18 digits; more than fits the column is no amount anybody meant."""
    return None if value is None or len(str(value)) > 24 else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

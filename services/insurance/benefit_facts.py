"""Benefits to rows and back: codes and figures in the open, the payer's own words sealed."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insurance.rules.statements import Purpose, Statement
from services.insurance.tables import BenefitFact, Question, Verification
from services.insurance.x12.answers import Answer, Benefit, Period
from shared.contracts.fact import new_id
from shared.sealing import Box, box

PLACE = "benefits.details"
PARTICULARS = "questions.particulars"
# Coded elements are at most three characters; a payer that writes a novel there must not break the answer.
LONGEST_CODE = 8
IN_COLUMNS = frozenset(
    {
        *("position", "information", "coverage_level", "service_types", "period", "network", "authorization"),
        *("scope", "amount", "percent", "quantity_qualifier", "quantity"),
    }
)
_benefit = TypeAdapter(Benefit)
_periods = TypeAdapter(tuple[Period, ...])


async def statements_of(session: AsyncSession, verification: Verification) -> list[Statement]:
    """Everything payers said in `verification`, question by question, in the order of each answer."""
    query = (
        select(BenefitFact, Question.purpose)
        .join(Question, Question.id == BenefitFact.question_id)
        .where(BenefitFact.verification_id == verification.id)
        .order_by(Question.id, BenefitFact.position)
        .options(undefer(BenefitFact.details))
    )
    rows = (await session.execute(query)).all()
    if not rows:
        return []
    opened = await box(session, verification.case_id)
    return [Statement(fact.question_id, Purpose(purpose), benefit_of(fact, opened)) for fact, purpose in rows]


async def person_dates(session: AsyncSession, verification: Verification) -> tuple[Period, ...]:
    """The dates the plan's answer states for the person as a whole; rows without dates of their own share
    them."""
    query = select(Question).where(Question.id == verification.id).options(undefer(Question.particulars))
    question = await session.scalar(query)
    if question is None or question.particulars is None:
        return ()
    opened = await box(session, verification.case_id)
    said: dict[str, Any] = json.loads(opened.open(PARTICULARS, question.id, question.particulars))
    return _periods.validate_python(said["dates"])


def facts_of(benefits: Iterable[Benefit], question: Question, box: Box) -> list[BenefitFact]:
    """One row an EB, in the order of the answer."""
    return [_fact(benefit, question, box) for benefit in benefits]


def particulars_of(answer: Answer, question: Question, box: Box) -> bytes:
    """What `answer` says of the person as a whole, sealed: dates, and references such as the group number."""
    people = [person for person in (answer.dependant, answer.subscriber) if person is not None]
    dates = next((person.dates for person in people if person.dates), ())
    references = [reference for person in people for reference in person.references]
    said = {"dates": [asdict(one) for one in dates], "references": references}
    return box.seal(PARTICULARS, question.id, json.dumps(said, default=str))


def benefit_of(fact: BenefitFact, box: Box) -> Benefit:
    """The benefit as the payer sent it. Needs `details` loaded."""
    said: dict[str, Any] = json.loads(box.open(PLACE, fact.id, fact.details))
    return _benefit.validate_python(said | {name: getattr(fact, name) for name in IN_COLUMNS})


def _fact(benefit: Benefit, question: Question, box: Box) -> BenefitFact:
    row_id: UUID = new_id()
    said = {name: value for name, value in asdict(benefit).items() if name not in IN_COLUMNS}
    return BenefitFact(
        id=row_id,
        verification_id=question.verification_id,
        question_id=question.id,
        case_id=question.case_id,
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

"""What a payer said, as the rules take it: rows in, statements out."""

from uuid import UUID

from services.insurance import x12
from services.insurance.rules.statements import Purpose, Statement
from tests.unit.insurance.payer_answers import answer

QUESTION = UUID(int=1)


def eb(
    code: str,
    types: str = "30",
    *,
    level: str = "",
    period: str = "",
    amount: str = "",
    percent: str = "",
    network: str = "Y",
    counted: str = "",
    quantity: str = "",
    authorization: str = "",
) -> list[str]:
    """One EB row; of the elements that are not named nothing is stated."""
    return [
        *("EB", code, level, types, "", "", period, amount, percent, counted, quantity),
        *(authorization, network),
    ]


def statements(
    *rows: list[str], purpose: Purpose = Purpose.PLAN, question: UUID = QUESTION
) -> list[Statement]:
    """The rows as one payer's answer to one question."""
    (one,) = x12.read(answer(*rows)).responses[0].answers
    return [Statement(question, purpose, benefit) for benefit in one.benefits]

"""One row of a payer's answer in words, for staff. What the client reads: client_summary.py. Pure."""

from services.insurance.words.plain_words import Language, listed, money, part_of_bill
from services.insurance.x12.answers import Benefit
from services.insurance.x12.codes import COVERAGE_LEVEL, INFORMATION, NETWORK, PERIOD, SERVICE_TYPE
from services.insurance.x12.wording import word


def in_words(benefit: Benefit) -> str:
    """One row of the answer: "Deductible, one person, in network, a calendar year: $2,000.00 (the whole
    plan)"."""
    what = word(INFORMATION, benefit.information).capitalize()
    parts = [
        word(COVERAGE_LEVEL, benefit.coverage_level),
        word(NETWORK, benefit.network),
        word(PERIOD, benefit.period),
    ]
    if benefit.authorization == "Y":
        parts.append("approval needed first")
    figure = money(benefit.amount) if benefit.amount is not None else ""
    if benefit.percent is not None:
        figure = part_of_bill(benefit.percent / 100 if benefit.percent > 1 else benefit.percent)
    types = listed([word(SERVICE_TYPE, code) for code in benefit.service_types], Language.ENGLISH)
    head = ", ".join([what, *(part for part in parts if part)])
    return head + (f": {figure}" if figure else "") + (f" ({types})" if types else "")

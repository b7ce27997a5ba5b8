"""What a payer's refusal code says, in words, and what staff do about it. Pure.

Source: the names of AAA03 in 005010X279A1, said shortly; what is done about each: rejections.py.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from shared.contracts.insurance import CorrectableField as Field

REFUSALS: Final = {
    "04": "more was asked at once than is allowed",
    "15": "something the plan needs was not sent",
    "33": "something that was sent cannot be right",
    "35": "the provider is out of network",
    "41": "not authorised to ask this plan",
    "42": "the plan cannot answer at the moment",
    "43": "the provider's number is missing or wrong",
    "44": "the provider's name is missing or wrong",
    "45": "the provider's specialty is missing or wrong",
    "46": "the provider's phone number is missing or wrong",
    "47": "the provider's state is missing or wrong",
    "48": "the referring provider's number is missing or wrong",
    "49": "the provider is not the primary care provider",
    "50": "the provider may not ask about this",
    "51": "the provider is not on the plan's file",
    "52": "the service dates are not within the provider's enrolment",
    "53": "the product the question is about does not fit",
    "54": "the product or service number does not fit",
    "55": "the product or service number is wrong",
    "56": "the date is not right",
    "57": "the date of service is missing or wrong",
    "58": "the birth date is missing or wrong",
    "60": "the birth date lies after the date of service",
    "61": "the date of death lies before the date of service",
    "62": "the date of service lies too far back",
    "63": "the date of service lies in the future",
    "64": "the patient's number is missing or wrong",
    "65": "the patient's name is missing or wrong",
    "66": "the patient's sex is missing or wrong",
    "67": "the patient was not found",
    "68": "the patient's number stands for more than one person",
    "69": "this does not fit the patient's age",
    "70": "this does not fit the patient's sex",
    "71": "the birth date is not the one on the plan's file",
    "72": "the member number is missing or wrong",
    "73": "the member's name is missing or wrong",
    "74": "the member's sex is missing or wrong",
    "75": "the member was not found",
    "76": "the member's number stands for more than one person",
    "77": "the member was found, the patient was not",
    "78": "the member does not belong to this group or plan",
    "79": "the participant's number is wrong",
    "80": "no answer came, the exchange was ended",
    "97": "the provider's address is missing or wrong",
    "98": "this kind of service is not in the plan's system",
    "T4": "the payer's name or number is missing",
}

TO_DO: Final = {
    Field.MEMBER_ID: "Hold the member ID against the card, with its letters.",
    Field.NAME: "Hold the name against the card: hyphens, second names and suffixes count.",
    Field.BIRTH_DATE: "Ask the client for the birth date again.",
    Field.PAYER: "Look up which plan the card is of; the administrator may be another company.",
    Field.SERVICE_DATE: "Ask for today: some plans look neither far back nor ahead.",
    Field.FACILITY: "Our own details are wrong or not enrolled with this plan. Tell your director.",
}


def refusal_in_words(code: str) -> str:
    """One AAA03 in words; an unknown code as it came, cut short."""
    return REFUSALS.get(code, f"code {code[:4]}")


def to_do(fields: Sequence[str]) -> list[str]:
    """A sentence for each field staff can mend."""
    return [TO_DO[Field(field)] for field in fields]


def codes_in(reason: str | None) -> Iterable[str]:
    """The AAA03 codes kept with a refused question."""
    return [code for code in (reason or "").split() if code in REFUSALS]

"""Results in plain words, without a code: for the person who asked, and for staff reading over their
shoulder.

Wording for a reader in sixth grade (insurance.md 8.9): short sentences, no diagnosis, no promise, never a
dead end. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.insurance.shares import Basis, Share, shares
from services.insurance.states import State
from services.insurance.x12.answers import Benefit
from services.insurance.x12.codes import COVERAGE_LEVEL, INFORMATION, NETWORK, PERIOD, SERVICE_TYPE

NOT_A_PROMISE = "This is what your plan told us. It is not a promise that the plan will pay."
STILL_TO_ASK = "We will call your plan to ask which kinds of care it pays for, and tell you what it says."
NEXT_STEPS = (
    "There are still ways to get care. You may have a newer card, you may be able to get Medicaid, "
    "and we can talk about payment plans and scholarships."
)

CLOSED = {
    "consent_withdrawn": "You asked us not to talk to your insurance plan, so we did not ask it.",
    "superseded": "We asked your plan again with newer details. See the newer answer.",
}
INACTIVE = {
    "inactive": "Your plan told us that it was not active on this day.",
    "no_medical_coverage": "Your plan told us about some benefits, but not about medical care.",
}
UNCLEAR = {
    "payer_refused": "Your plan did not answer our question. We will call it.",
    "not_readable": "We could not read what your plan sent us. We will call it.",
    "identity_not_echoed": "Your plan's answer did not match the name we asked about. We will call it.",
    "status_pending": "Your plan is still checking your coverage. We will call it.",
    "status_not_stated": "Your plan did not say if you are covered on this day. We will call it.",
    "tried_too_often": "We asked your plan several times without a clear answer. We will call it.",
    "unknown_payer": "We do not know this plan yet. We will look at your card with you.",
}
FIELDS = {
    "member_id": "the member number on the card",
    "name": "the name, as it stands on the card",
    "birth_date": "the date of birth",
    "payer": "the name of the plan",
    "service_date": "the day you want care to start",
    "facility": "our own details, which we will check",
}


def summary(
    state: str,
    reason: str | None,
    fields: Sequence[str],
    benefits: Sequence[Benefit],
    next_attempt_at: datetime | None,
    zone: ZoneInfo,
) -> str:
    """The whole answer in a few sentences."""
    match state:
        case State.VERIFIED_ACTIVE:
            sentences = ["Your plan is active.", *costs(shares(benefits)), STILL_TO_ASK, NOT_A_PROMISE]
        case State.VERIFIED_INACTIVE:
            sentences = [INACTIVE.get(reason or "", INACTIVE["inactive"]), NEXT_STEPS]
        case State.NEEDS_CORRECTION:
            named = _listed([FIELDS[field] for field in fields if field in FIELDS])
            sentences = ["Your plan could not find you with the details we have.", f"Please check {named}."]
        case State.PAYER_UNAVAILABLE:
            when = f" at {_clock(next_attempt_at, zone)}" if next_attempt_at else ""
            sentences = [
                "We could not reach your plan.",
                f"We will ask again{when}. You do not have to do anything.",
            ]
        case State.MANUAL_REVIEW:
            sentences = [UNCLEAR.get(reason or "", "We need to look at your plan's answer and will call it.")]
        case State.CLOSED:
            sentences = [CLOSED.get(reason or "", "We stopped asking your plan.")]
        case _:
            sentences = ["We are asking your plan. This often takes less than a minute."]
    return " ".join(sentences)


def costs(stated: Sequence[Share]) -> list[str]:
    """What the client may pay in the plan's own network, as far as stated; what is not stated is said to be
    unknown."""
    kinds = {share.kind for share in stated if share.network == "in"}
    ours = [s for s in stated if s.network == "in" or (s.network == "unstated" and s.kind not in kinds)]
    sentences = [_sentence(share) for share in ours]
    if not any(share.kind == "deductible" for share in ours):
        sentences.append("Your plan did not tell us your deductible.")
    if any(share.disagreeing for share in ours):
        sentences.append("Your plan gave us more than one number for the same thing. We took the higher one.")
    return sentences


def in_words(benefit: Benefit) -> str:
    """One row of the answer: "Deductible, one person, in network, a calendar year: $2,000.00 (the whole
    plan)"."""
    what = _word(INFORMATION, benefit.information).capitalize()
    parts = [
        _word(COVERAGE_LEVEL, benefit.coverage_level),
        _word(NETWORK, benefit.network),
        _word(PERIOD, benefit.period),
    ]
    if benefit.authorization == "Y":
        parts.append("approval needed first")
    figure = money(benefit.amount) if benefit.amount is not None else ""
    if benefit.percent is not None:
        figure = _share_of_bill(benefit.percent / 100 if benefit.percent > 1 else benefit.percent)
    types = _listed([_word(SERVICE_TYPE, code) for code in benefit.service_types])
    head = ", ".join([what, *(part for part in parts if part)])
    return head + (f": {figure}" if figure else "") + (f" ({types})" if types else "")


def money(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def _sentence(share: Share) -> str:
    who = {"FAM": " for your family", "IND": " for you"}.get(share.level, "")
    care = " for mental health care" if share.basis is Basis.MENTAL_HEALTH else ""
    match share.kind:
        case "deductible" | "out_of_pocket":
            name = "Your deductible" if share.kind == "deductible" else "The most you pay in a year"
            total = f" is {money(share.total)}" if share.total is not None else " is not stated"
            if share.remaining is None:
                return f"{name}{who}{care}{total}. We do not know how much of it you have paid."
            return f"{name}{who}{care}{total}. You have {money(share.remaining)} of it left to pay."
        case "copay":
            each = " for each visit" if share.per == "27" else ""
            return f"You may pay {money(share.amount or Decimal(0))}{each}{care}."
        case _:
            part = _share_of_bill(share.fraction or Decimal(0))
            return f"After the deductible you may pay {part} of the bill{care}."


def _share_of_bill(fraction: Decimal) -> str:
    return f"{(fraction * 100).normalize():f}%"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%-I:%M %p").lower()


def _word(table: dict[str, str], code: str) -> str:
    return table.get(code, f"code {code}") if code else ""


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last

"""From intake's identifiers to one question, or to what must be mended before anybody is asked (8.3,
pre-flight)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.insurance.data_door import Identifiers
from services.insurance.eligibility import Correct, Unclear
from services.insurance.payers.directory import Payer, find
from services.insurance.same_person import Asked
from services.insurance.x12 import Unwritable
from services.insurance.x12.inquiry_writing import Envelope, Facility, Inquiry, Member, written_inquiry
from shared.contracts.insurance import CorrectableField, UnclearReason

# The whole plan, and nothing that would tell the payer what treatment is sought (insurance.md 8.6).
PLAN_ONLY = ("30",)
TRYOUT = datetime(2000, 1, 1, tzinfo=UTC)
OLDEST = timedelta(days=365 * 120)


@dataclass(frozen=True, slots=True)
class Terms:
    """How this centre asks: who it is, how long it waits. Settings, as plain values."""

    facility: Facility
    sender: str
    usage: str
    deadline: timedelta
    resend_after: timedelta
    retry_scale: float
    fresh_for: timedelta


@dataclass(frozen=True, slots=True)
class Question:
    """A question that can be written: `asked` is what the answer is later held against."""

    payer: Payer
    inquiry: Inquiry
    asked: Asked
    sender: str
    usage: str

    @property
    def fingerprint(self) -> str:
        """What makes two questions the same, to be hashed with a key before it is stored."""
        one, plain = self.inquiry, re.sub(r"[^A-Z0-9]", "", self.asked.member_id.upper())
        parts = (self.payer.code, plain, str(self.asked.birth_date), one.facility.npi, str(one.service_date))
        return "|".join((*parts, *one.service_types))

    def written(self, control: int, at: datetime, receiver: str) -> str:
        """The 270, with the control numbers of this attempt."""
        return written_inquiry(
            self.inquiry, Envelope(self.sender, receiver, control, control, self.usage, at)
        )


FIELDS = {
    "first_name": CorrectableField.NAME,
    "last_name": CorrectableField.NAME,
    "member_id": CorrectableField.MEMBER_ID,
    "payer": CorrectableField.PAYER,
    "facility": CorrectableField.FACILITY,
    "npi": CorrectableField.FACILITY,
}


def question(known: Identifiers, adapter: str, trace: str, terms: Terms) -> Question | Correct | Unclear:
    """The question, or why it cannot be asked: fields to mend, or a payer nobody here knows."""
    missing = [
        field
        for field, there in (
            (CorrectableField.PAYER, known.payer),
            (CorrectableField.MEMBER_ID, known.member_id),
            (CorrectableField.NAME, known.first_name and known.last_name),
            (CorrectableField.BIRTH_DATE, known.birth_date),
        )
        if not there
    ]
    born = known.birth_date
    if born and not known.service_date - OLDEST < born <= known.service_date:
        missing.append(CorrectableField.BIRTH_DATE)
    if missing or born is None:
        return Correct(tuple(missing))
    payer = find(known.payer)
    if payer is None or adapter not in payer.ids:
        return Unclear(UnclearReason.UNKNOWN_PAYER)
    inquiry = Inquiry(
        payer_name=payer.name,
        payer_id=payer.ids[adapter],
        facility=terms.facility,
        subscriber=Member(known.first_name, known.last_name, born, known.member_id),
        service_date=known.service_date,
        trace=trace,
        reference=trace[-30:],
        service_types=PLAN_ONLY,
    )
    asked = Asked(known.first_name, known.last_name, born, known.member_id, known.service_date, trace)
    one = Question(payer, inquiry, asked, terms.sender, terms.usage)
    try:
        one.written(1, TRYOUT, "TRYOUT")
    except Unwritable as refusal:
        return Correct((FIELDS[refusal.field],))
    return one

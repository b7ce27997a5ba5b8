"""From intake's identifiers to one question, or to what must be mended before anybody is asked (8.3,
pre-flight)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.insurance.data_door import Holder, Identifiers
from services.insurance.payer_gate import Pace
from services.insurance.payers.adapter import Adapter
from services.insurance.payers.payer import Payer
from services.insurance.rules.eligibility import Correct, Unclear
from services.insurance.rules.same_person import Asked
from services.insurance.rules.variations import Holder as HolderIdentity
from services.insurance.rules.variations import Identity, Variation
from services.insurance.x12 import Unwritable
from services.insurance.x12.inquiry_writing import Envelope, Facility, Inquiry, Member, written_inquiry
from shared.contracts.insurance import CorrectableField, UnclearReason

TRYOUT = datetime(2000, 1, 1, tzinfo=UTC)
OLDEST = timedelta(days=365 * 120)
# INS02, what the patient is to the subscriber.
RELATIONSHIP = {"spouse": "01", "child": "19", "other": "34"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How this centre asks: who it is, how long it waits, whom it may ask how often. Settings, as plain
    values."""

    facility: Facility
    sender: str
    usage: str
    deadline: timedelta
    resend_after: timedelta
    retry_scale: float
    fresh_for: timedelta
    zone: ZoneInfo
    pace: Pace


@dataclass(frozen=True, slots=True)
class Question:
    """A question that can be written: `asked` is what the answer is later held against."""

    payer: Payer
    adapter: Adapter
    inquiry: Inquiry
    asked: Asked
    sender: str
    usage: str

    @property
    def fingerprint(self) -> str:
        """What makes two questions the same, to be hashed with a key before it is stored."""
        one = self.inquiry
        patient = one.dependant or one.subscriber
        parts = (
            self.payer.code,
            _plain(one.subscriber.member_id),
            _plain(f"{patient.last_name} {patient.first_name}"),
            str(patient.birth_date),
            one.facility.npi,
            str(one.service_date),
            "dependant" if one.dependant else "subscriber",
        )
        return "|".join((*parts, *one.service_types))

    @property
    def membership(self) -> str:
        """Who is insured where, whatever is asked and when; to be hashed with a key before it is stored."""
        one = self.inquiry
        patient = one.dependant or one.subscriber
        return "|".join(
            (
                self.payer.code,
                _plain(one.subscriber.member_id),
                _plain(f"{patient.last_name} {patient.first_name}"),
                str(patient.birth_date),
            )
        )

    def written(self, control: int, at: datetime) -> str:
        """The 270, with the control numbers of this attempt."""
        envelope = Envelope(self.sender, self.adapter.receiver, control, control, self.usage, at)
        return written_inquiry(self.inquiry, envelope)


FIELDS = {
    "first_name": CorrectableField.NAME,
    "last_name": CorrectableField.NAME,
    "member_id": CorrectableField.MEMBER_ID,
    "payer": CorrectableField.PAYER,
    "facility": CorrectableField.FACILITY,
    "npi": CorrectableField.FACILITY,
    "birth_date": CorrectableField.BIRTH_DATE,
    "service_date": CorrectableField.SERVICE_DATE,
}


def identity_of(known: Identifiers) -> Identity:
    """Whom we ask about, as the correction ladder varies it."""
    held = known.holder
    holder = HolderIdentity(held.first_name, held.last_name, known.member_id) if held else None
    return Identity(known.first_name, known.last_name, known.member_id, holder)


def varied(known: Identifiers, variation: Variation) -> Identifiers:
    """`known` as `variation` writes it; birth dates and the relationship stay what the client said."""
    one = variation.identity
    holder = None
    if one.holder is not None and known.holder is not None:
        holder = replace(known.holder, first_name=one.holder.first, last_name=one.holder.last)
    return replace(known, first_name=one.first, last_name=one.last, member_id=one.member_id, holder=holder)


def question(
    known: Identifiers,
    payer: Payer | None,
    service_types: Sequence[str],
    trace: str,
    adapters: Mapping[str, Adapter],
    terms: Terms,
) -> Question | Correct | Unclear:
    """The question, or why it cannot be asked: fields to mend, or a payer nobody here can ask."""
    missing = _missing(known)
    if missing or known.birth_date is None:
        return Correct(tuple(missing))
    way = _way(payer, known, adapters) if payer else None
    if payer is None or way is None:
        return Unclear(UnclearReason.UNKNOWN_PAYER)
    adapter, payer_id = way
    client = Member(known.first_name, known.last_name, known.birth_date, known.member_id)
    subscriber, dependant = (_subscriber(known.holder, known), client) if known.holder else (client, None)
    inquiry = Inquiry(
        payer_name=payer.name,
        payer_id=payer_id,
        facility=terms.facility,
        subscriber=subscriber,
        service_date=known.service_date,
        trace=trace,
        reference=trace[-30:],
        dependant=dependant and replace(dependant, member_id="", relationship=_relationship(known.holder)),
        service_types=tuple(service_types),
    )
    asked = Asked(
        known.first_name, known.last_name, known.birth_date, known.member_id, known.service_date, trace
    )
    one = Question(payer, adapter, inquiry, asked, terms.sender, terms.usage)
    try:
        one.written(1, TRYOUT)
    except Unwritable as refusal:
        # Whatever else cannot be written is no word of the client's but a setting of ours.
        return Correct((FIELDS.get(refusal.field, CorrectableField.FACILITY),))
    return one


def _missing(known: Identifiers) -> list[CorrectableField]:
    fields = [
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
        fields.append(CorrectableField.BIRTH_DATE)
    return fields


def _way(payer: Payer, known: Identifiers, adapters: Mapping[str, Adapter]) -> tuple[Adapter, str] | None:
    """The first configured adapter that reaches the payer on that day, and the payer's id there."""
    for name, adapter in adapters.items():
        there = payer.id_at(name, known.service_date)
        if there is not None and there.usable:
            return adapter, there.id
    return None


def _subscriber(holder: Holder, known: Identifiers) -> Member:
    return Member(holder.first_name, holder.last_name, holder.birth_date, known.member_id)


def _relationship(holder: Holder | None) -> str:
    return RELATIONSHIP.get(holder.relationship, "34") if holder else ""


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())

"""What a 271 says, as frozen values. Every value keeps the position of the segment it came from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.insurance.x12.segments import Segment


@dataclass(frozen=True, slots=True)
class Period:
    """A DTP: `end` is None for a single day (D8), which may be a start, an end or an "as of"."""

    qualifier: str
    start: date
    end: date | None
    position: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """An AAA. `valid` "Y" means the request was well formed and still refused."""

    loop: str
    valid: str
    reason: str
    followup: str
    position: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A TRN: type 1 is the sender's own, 2 is the one the answer refers to."""

    type: str
    number: str
    originator: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An HSD: how much of a service and how often, as coded (HSD01-HSD06)."""

    quantity_qualifier: str
    quantity: str
    unit: str
    modulus: str
    period: str
    period_count: str


@dataclass(frozen=True, slots=True)
class Party:
    """An NM1: somebody or something named. The payer, the provider, an entity a benefit points to."""

    entity: str = ""
    name: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Benefit:
    """One EB with what hangs below it. Absent is None or empty, never zero (insurance.md 7)."""

    position: int
    information: str
    coverage_level: str
    service_types: tuple[str, ...]
    insurance_type: str
    plan: str
    period: str
    amount: Decimal | None
    percent: Decimal | None
    quantity_qualifier: str
    quantity: Decimal | None
    authorization: str
    network: str
    dates: tuple[Period, ...] = ()
    messages: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    places: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    entities: tuple[Party, ...] = ()
    scope: str = "patient"


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber (level 22) or dependant (level 23) with everything said on that level."""

    level: str
    party: Party = Party()
    birth_date: date | None = None
    sex: str = ""
    relationship: str = ""
    references: tuple[tuple[str, str], ...] = ()
    dates: tuple[Period, ...] = ()
    traces: tuple[Trace, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    benefits: tuple[Benefit, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer about one patient: a dependant where the payer put one, else the subscriber."""

    source: Party
    receiver: Party
    subscriber: Person | None
    dependant: Person | None
    rejections: tuple[Rejection, ...]
    """Of every level above and at the patient, in file order."""
    benefits: tuple[Benefit, ...]
    """The patient's own, then the subscriber's marked `scope="subscriber"` when the patient is a
    dependant."""

    @property
    def patient(self) -> Person | None:
        return self.dependant or self.subscriber

    @property
    def member_id(self) -> str:
        """The patient's own id where there is one, else the subscriber's."""
        people = [p for p in (self.dependant, self.subscriber) if p is not None]
        return next((p.party.id for p in people if p.party.id), "")


@dataclass(frozen=True, slots=True)
class Response:
    """One 271 transaction. `whole` is False when the transaction or its interchange was cut off."""

    control: str
    reference: str
    answers: tuple[Answer, ...]
    other: tuple[Segment, ...]
    """Segments no reader knows, kept with their positions."""
    whole: bool
    warnings: tuple[str, ...]

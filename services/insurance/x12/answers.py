"""What a 271 says, and what a 270 asks, as frozen values. What counts keeps the position of its segment."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.insurance.x12.segments import Segment

LONGEST_ID = 80  # characters of NM109


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
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An HSD: how much of a service and how often, as coded (HSD01-HSD08)."""

    quantity_qualifier: str
    quantity: str
    unit: str
    modulus: str
    period: str
    period_count: str
    pattern: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A PER: whom to call and how. `numbers` are (qualifier, number): TE telephone, FX fax, UR web page."""

    name: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """N3 and N4."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """An NM1 with what stands below it: the payer, the provider, a person, an entity a benefit points to.

    `role` and `speciality` are PRV01 and PRV03. `references` are filled for the payer and the provider only;
    a person's stand on the person.
    """

    entity: str = ""
    name: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = ""
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    role: str = ""
    speciality: str = ""
    references: tuple[tuple[str, str], ...] = ()

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Every (qualifier, number) of every contact, in file order."""
        return tuple(number for contact in self.contacts for number in contact.numbers)

    @property
    def telephone(self) -> str:
        """The first telephone number (TE, or WP at work), or ""."""
        return next((number for qualifier, number in self.numbers if qualifier in ("TE", "WP")), "")


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
    procedure: tuple[str, ...] = ()
    """EB13: the qualifier and the code, then modifiers, as ("HC", "H0015")."""
    conditions: tuple[tuple[str, str], ...] = ()
    """Every III that names no place: (qualifier, code), a diagnosis (BF, BK) or a nature of injury (GR)."""

    @property
    def fraction(self) -> Decimal | None:
        """EB08 as a fraction of one. Payers write a fifth as .2 or as 20 (insurance.md 2.5, 7)."""
        if self.percent is None or not 0 <= self.percent <= 100:
            return None
        return self.percent / 100 if self.percent > 1 else self.percent


@dataclass(frozen=True, slots=True)
class Question:
    """One EQ of a 270 with what hangs below it."""

    position: int
    service_types: tuple[str, ...]
    procedure: tuple[str, ...] = ()
    coverage_level: str = ""
    dates: tuple[Period, ...] = ()
    places: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()


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
    questions: tuple[Question, ...] = ()
    diagnoses: tuple[tuple[str, str], ...] = ()
    """HI: (qualifier, code)."""
    military: tuple[str, ...] = ()
    """MPI01 to MPI07, as coded."""
    birth_date_unreadable: bool = False
    """DMG02 stated something that is no date: masked, only a year, or damaged. It may be anybody's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer, or in a 270 the question, about one patient: a dependant if there is one, else the
    subscriber."""

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
        """The patient's own id where there is one, else the subscriber's; at most what NM109 may hold."""
        people = [p for p in (self.dependant, self.subscriber) if p is not None]
        return next((p.party.id for p in people if p.party.id), "")[:LONGEST_ID]


@dataclass(frozen=True, slots=True)
class Response:
    """One 271 (or 270) transaction. `whole` is False when it was cut off or shows signs of damage: what is
    missing could have been the refusal."""

    control: str
    reference: str
    answers: tuple[Answer, ...]
    other: tuple[Segment, ...]
    """Segments no reader knows, kept with their positions."""
    whole: bool
    warnings: tuple[str, ...]
    kind: str = "271"

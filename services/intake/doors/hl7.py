"""HL7 v2 in ER7 as real feeds send it: read what matters, and always have an answer.

We normalise first (a byte order mark, LF for CR, no separator at the end), then python-hl7 parses. The
trigger is MSH-9's: EVN-1 contradicts it in real feeds. Nothing here keeps or logs a value.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo

import hl7

_VERSION = "2.5.1"  # of an answer to something that named none


class NotHl7(Exception):
    """The bytes are no HL7 v2 message: answered AR. The text is a sentence without anything received."""


@dataclass(frozen=True)
class Header:
    """What MSH says, and what the answer must repeat."""

    sending_application: str = ""
    sending_facility: str = ""
    message_type: str = ""
    trigger: str = ""
    control_id: str = ""
    sent_at: str = ""
    processing: str = "P"
    version: str = _VERSION
    body_sha256: str = ""

    @property
    def identity(self) -> str:
        """Admit and discharge of one stay share a control id in real feeds, and one control id is sent
        again with a corrected body: only all of this together is one message."""
        parts = (
            self.sending_application,
            self.sending_facility,
            self.message_type,
            self.trigger,
            self.control_id,
            self.sent_at,
            self.body_sha256,
        )
        return "\x1f".join(parts)


@dataclass(frozen=True)
class Adt:
    """The parts of an ADT message that intake acts on. Times are aware; absent or unreadable ones None."""

    header: Header
    text: str = field(repr=False)
    patient_ids: tuple[str, ...] = field(default=(), repr=False)
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (first, last)
    born: date | None = field(default=None, repr=False)
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    event_at: datetime | None = None
    patient_class: str = ""
    disposition: str = field(default="", repr=False)
    deceased: bool = field(default=False, repr=False)


def text_of(body: bytes) -> str:
    """Decoded and with CR between segments. Raises NotHl7.

    UTF-8, else Latin-1: MSH-18 is wrong or empty too often to decide by.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    segments = text.lstrip("\ufeff").replace("\r\n", "\r").replace("\n", "\r").split("\r")
    segments = [segment.strip("\x0b\x1c \t\x00") for segment in segments]
    segments = [segment for segment in segments if segment]
    if not segments or not segments[0].startswith("MSH") or len(segments[0]) < 9:
        raise NotHl7("The message does not begin with an MSH segment.")
    between = segments[0][3]
    separators = between + segments[0][4:].partition(between)[0]
    usable = 4 <= len(separators) == len(set(separators)) <= 6
    if not usable or any(c.isalnum() or c.isspace() for c in separators):
        raise NotHl7("The separators in MSH cannot be used.")
    return "\r".join(segments)


def read(body: bytes, zone: tzinfo) -> Adt:
    """The message. `zone` is for times without an offset: the EHR stands in the centre. Raises NotHl7."""
    text = text_of(body)
    try:
        message = hl7.parse(text)
        header = _header(message, text)
        return Adt(
            header=header,
            text=text,
            patient_ids=_patient_ids(message),
            names=_names(message),
            born=_date(_at(message, "PID", 7)),
            admitted_at=moment(_at(message, "PV1", 44), zone),
            discharged_at=moment(_at(message, "PV1", 45), zone),
            event_at=moment(_at(message, "EVN", 6), zone)
            or moment(_at(message, "EVN", 2), zone)
            or moment(header.sent_at, zone),
            patient_class=_at(message, "PV1", 2).upper(),
            disposition=_at(message, "PV1", 36),
            # Some feeds fill an empty time with zeros.
            deceased=bool(_at(message, "PID", 29).strip("0")) or _at(message, "PID", 30).upper() == "Y",
        )
    except Exception:
        # The library lets whatever its parsing stumbles over escape, and every message needs an answer.
        # `from None`: what it raises quotes the segment.
        raise NotHl7("The message could not be read.") from None


def _header(message: hl7.Message, text: str) -> Header:
    trigger = _at(message, "MSH", 9, 2)
    structure = _at(message, "MSH", 9, 3)
    return Header(
        sending_application=_at(message, "MSH", 3),
        sending_facility=_at(message, "MSH", 4),
        message_type=_at(message, "MSH", 9, 1),
        # Some senders give only the structure (ADT_A01).
        trigger=trigger or structure.rpartition("_")[2],
        control_id=_at(message, "MSH", 10),
        sent_at=_at(message, "MSH", 7),
        processing=_code(_at(message, "MSH", 11), "P"),
        version=_code(_at(message, "MSH", 12), _VERSION),
        body_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _at(message: hl7.Message, segment: str, number: int, component: int = 1, repetition: int = 1) -> str:
    """One value, unescaped; empty when the segment or the field is not there."""
    try:
        value = message.extract_field(segment, 1, number, repetition, component, 1)
    except (LookupError, hl7.HL7Exception):
        return ""
    text = str(message.unescape(value)) if value else ""
    return "" if text == '""' else text.strip()  # "" means: delete what you have


def _code(text: str, otherwise: str) -> str:
    """A short code fit to be sent back."""
    return text if text.replace(".", "").isalnum() and len(text) <= 8 else otherwise


def _repetitions(message: hl7.Message, segment: str, number: int) -> int:
    try:
        return min(len(message.segment(segment)[number]), 20)
    except (LookupError, hl7.HL7Exception):
        return 0


def _patient_ids(message: hl7.Message) -> tuple[str, ...]:
    """PID-3.1. Medical record numbers (type MR) where typed so, else the first: others may be an SSN."""
    every = [
        (_at(message, "PID", 3, 1, n), _at(message, "PID", 3, 5, n))
        for n in range(1, _repetitions(message, "PID", 3) + 1)
    ]
    records = [number for number, kind in every if number and kind == "MR"]
    return tuple(records or [number for number, kind in every if number and kind != "SS"][:1])


def _names(message: hl7.Message) -> tuple[tuple[str, str], ...]:
    """Every repetition of PID-5: which one is the legal name is guesswork, a match on any counts."""
    every = (
        (_at(message, "PID", 5, 2, n), _at(message, "PID", 5, 1, n))
        for n in range(1, _repetitions(message, "PID", 5) + 1)
    )
    return tuple((first, last) for first, last in every if first and last)


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def moment(text: str, zone: tzinfo) -> datetime | None:
    """HL7 TS: YYYYMMDD[HH[MM[SS[.s]]]][+ZZZZ], aware. None when it is no time."""
    digits, sign, offset = text, "", ""
    for mark in "+-":
        if mark in text:
            digits, sign, offset = text.partition(mark)
    digits = digits.partition(".")[0]
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {8, 10, 12, 14}:
        return None
    try:
        month, day, hour, minute, second = (int(digits[at : at + 2] or 0) for at in range(4, 14, 2))
        local = datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=zone)
        if sign and len(offset) == 4 and offset.isdigit():
            east = timedelta(hours=int(offset[:2]), minutes=int(offset[2:]))
            return local.replace(tzinfo=timezone(east if sign == "+" else -east))
        return local
    except ValueError:
        return None


def acknowledgement(code: str, header: Header | None, text: str, now: datetime, number: str) -> bytes:
    """AA, AE or AR in ER7. `text` is ours; of what was received only the control id comes back."""
    header = header or Header()
    trigger = f"^{header.trigger}" if header.trigger.isalnum() else ""
    to = "|".join(_escaped(value) for value in (header.sending_application, header.sending_facility))
    written = now.strftime("%Y%m%d%H%M%S+0000")
    return (
        f"MSH|^~\\&|THROUGHCARE|INTAKE|{to}|{written}||ACK{trigger}|{number}"
        f"|{header.processing}|{header.version}\r"
        f"MSA|{code}|{_escaped(header.control_id)}|{_escaped(text)}\r"
    ).encode()


_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\r": "", "\n": ""}


def _escaped(value: str) -> str:
    return "".join(_ESCAPES.get(c, c) for c in value[:199])

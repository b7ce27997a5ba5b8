"""What somebody who asks for help tells us: one reading for the HTML form and the JSON API.

Every refusal has a code and a sentence of ours, so the page and the API say the same and never repeat
what was typed. Lenient on purpose: full validation refused 120 of 120 test numbers, "possible" none, and
a name is whatever the person says it is.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from services.intake.site.language import mark as _
from shared.contracts.intake import ConsentItem

# The consents the public form and API ask for, in their order on the page.
ASKED = (ConsentItem.CONTACT, ConsentItem.INSURER, ConsentItem.AFTERCARE)

# What is wrong with which field, in words. The order is the order on the page.
MESSAGES: dict[str, dict[str, str]] = {
    "for_whom": {"not_offered": _("This form is for yourself. To ask for someone else, please call us")},
    "first_name": {"missing": _("Enter your first name, or what we may call you")},
    "last_name": {"missing": _("Enter your last name as it is on your insurance card")},
    "name_to_use": {},
    "phone": {
        "missing": _("Enter a phone number we can call you on"),
        "unreadable": _("Enter a phone number, like (555) 555-0123"),
    },
    "email": {"unreadable": _("Enter an email address in the right form, like name@example.com")},
    "safe_contact": {},
    "danger": {},
    "payer": {"missing": _("Enter the name of your plan, or untick the box about your insurer")},
    "member_id": {"missing": _("Enter the member ID on your card, or untick the box about your insurer")},
    "birth_date": {
        "missing": _("Enter your birth date, or untick the box about your insurer"),
        "incomplete": _("Birth date must include a month, a day and a year"),
        "not_a_date": _("Enter a real birth date, for example 3 27 1985"),
        "in_future": _("Birth date must be in the past"),
        "too_early": _("Enter your birth year with four digits, for example 1985"),
    },
    "consents": {"contact_needed": _("Tick the box that lets us contact you, so we can answer you")},
}
_TOO_LONG = _("Shorten this answer to 100 characters")
_UNREADABLE = _("Check this answer")
EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True)
class FieldError:
    """One thing to mend. `field` is the model's field, `code` is for programs."""

    field: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        key = f"{self.field}.{self.code}"
        return {"pointer": f"/{self.field}", "code": self.code, "message": self.message, "message_key": key}


class InvalidInquiry(Exception):
    """Something is to be mended before we can take it. Carries no value that was typed."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(f"{len(errors)} fields to mend")
        self.errors = errors


def storable(value: str) -> str:
    """JSON may spell half a character (a lone surrogate), which no UTF-8 can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("unreadable", "text that is no Unicode") from None
    return value.replace("\x00", "")


def _line(value: object) -> object:
    """One line of text: outer spaces and line breaks mean nothing, None is the same as empty, and so is
    text of which nothing can be seen."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return " ".join(storable(value).split()) if _present(value) else ""


def _phone(value: object) -> object:
    """E.164, read as a US number unless it starts with +."""
    text = _line(value)
    if not isinstance(text, str) or not text or len(text) > 40:
        return text
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        raise PydanticCustomError("unreadable", "phone") from None
    # "Possible" includes numbers that only a neighbour can dial, without an area code.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise PydanticCustomError("unreadable", "phone")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _email(value: object) -> object:
    text = _line(value)
    if not isinstance(text, str) or not text:
        return text
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("unreadable", "email") from None


def _birth_date(value: object) -> object:
    """ISO 8601 text. Three boxes arrive as `year-month-day`, any part possibly empty."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_date", "birth date")
    parts = value.strip().split("-")
    if len(parts) == 3 and not all(parts):
        raise PydanticCustomError("incomplete", "birth date")
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise PydanticCustomError("not_a_date", "birth date") from None


def _once_each(value: object) -> object:
    """In a fixed order: the same answers sent twice must be the same answers."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(sorted(set(value)))
    return value


# The length first: after a validator it would be checked as that of any sequence, with another code.
Line = Annotated[str, Field(max_length=100), BeforeValidator(_line)]
Offered = Literal[ConsentItem.CONTACT, ConsentItem.INSURER, ConsentItem.AFTERCARE]


class SafeContact(BaseModel):
    """How it is safe to reach the person. Nothing is assumed: every wish is no until said."""

    model_config = ConfigDict(frozen=True)
    voicemail: bool = False
    texts: bool = False
    say_who_calls: bool = False


class Inquiry(BaseModel):
    """A request for help, each field well formed. `read` checks that nothing needed is missing."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    for_whom: Literal["self"] = "self"
    first_name: Line = ""
    last_name: Line = ""
    name_to_use: Line = ""
    phone: Annotated[str, Field(max_length=40), BeforeValidator(_phone)] = ""
    email: Annotated[str, Field(max_length=254), BeforeValidator(_email)] = ""
    safe_contact: SafeContact = SafeContact()
    danger: bool = False
    payer: Line = ""
    member_id: Line = ""
    birth_date: Annotated[date | None, BeforeValidator(_birth_date)] = None
    consents: Annotated[tuple[Offered, ...], BeforeValidator(_once_each)] = ()

    @property
    def called(self) -> str:
        """The name to ask for on the phone."""
        return self.name_to_use or self.first_name

    @property
    def identifiers_complete(self) -> bool:
        """Enough to ask a payer: plan, member id, legal name and birth date."""
        return all((self.payer, self.member_id, self.first_name, self.last_name, self.birth_date))


def read(said: Mapping[str, Any], today: date) -> Inquiry:
    """The inquiry, or InvalidInquiry with everything there is to mend at once, in page order.

    A last name, plan, member id and birth date are needed only by somebody who wants us to ask their
    insurer; whoever just wants a call owes us a first name, a phone number and leave to call it.
    """
    found: dict[str, str] = {}
    inquiry = None
    try:
        inquiry = Inquiry.model_validate(said)
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_context=False, include_input=False):
            found.setdefault(str(error["loc"][0]) if error["loc"] else "consents", error["type"])
    for field, code in _missing(said):
        found.setdefault(field, code)
    if inquiry and inquiry.birth_date:
        if inquiry.birth_date >= today:
            found.setdefault("birth_date", "in_future")
        elif inquiry.birth_date < EARLIEST_BIRTH:
            found.setdefault("birth_date", "too_early")
    if inquiry is None or found:
        raise InvalidInquiry([_error(field, found[field]) for field in MESSAGES if field in found])
    return inquiry


def _missing(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Judged on what was sent, so that an unreadable phone does not hide a missing name."""
    agreed = said.get("consents")
    agreed = [item for item in agreed if isinstance(item, str)] if isinstance(agreed, (list, tuple)) else []
    needed = ["phone"] if _present(said.get("name_to_use")) else ["first_name", "phone"]
    if ConsentItem.INSURER in agreed:
        needed = ["first_name", "last_name", "phone", "payer", "member_id", "birth_date"]
    missing = [(field, "missing") for field in needed if not _present(said.get(field))]
    return missing if ConsentItem.CONTACT in agreed else [*missing, ("consents", "contact_needed")]


def _present(value: object) -> bool:
    """Something to be seen: spaces, NUL and invisible characters (Unicode category Cf) are nothing."""
    seen = (c for c in str(value) if unicodedata.category(c) != "Cf" and c != "\x00")
    return value is not None and bool("".join(seen).strip())


def _error(field: str, code: str) -> FieldError:
    """In our codes: those of the library are its own business and may change."""
    if code == "literal_error":
        code = "not_offered"
    if code == "string_too_long":
        return FieldError(field, "too_long", _TOO_LONG)
    return FieldError(field, code, MESSAGES[field].get(code, _UNREADABLE))

"""The HTML form and what goes with it: its fields as the model wants them, its token, its cookies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import FormData

from shared.sealing import KeyRing

TEXTS = ("first_name", "last_name", "name_to_use", "phone", "email", "payer", "member_id")
WISHES = ("voicemail", "texts", "say_who_calls")
BIRTH = ("birth_month", "birth_day", "birth_year")
# Looks like an ordinary field to a script; people never see it.
HONEYPOT = "company"
_LONGEST_VALUE = 400  # what we are ready to put back on the page


def typed(form: FormData) -> dict[str, Any]:
    """What was typed, as text, to be put back when something is to be mended."""
    kept: dict[str, Any] = {name: _text(form, name) for name in (*TEXTS, *BIRTH, "danger", "key")}
    kept |= {name: form.get(name) == "yes" for name in WISHES}
    kept["consents"] = [str(item)[:_LONGEST_VALUE] for item in form.getlist("consents")]
    return kept


def as_said(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The same answers in the shape of the JSON API, so that one reading serves both."""
    return {
        **{name: kept[name] for name in TEXTS},
        "for_whom": "self",
        "safe_contact": {name: kept[name] for name in WISHES},
        "danger": kept["danger"] == "yes",
        "birth_date": _birth_date(*(kept[name].strip() for name in BIRTH)),
        "consents": kept["consents"],
    }


def _birth_date(month: str, day: str, year: str) -> str:
    """ISO 8601, or empty when no box is filled. An empty box leaves an empty part."""
    if not (month or day or year):
        return ""
    return "-".join((year, month.zfill(2) if month else "", day.zfill(2) if day else ""))


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value[:_LONGEST_VALUE] if isinstance(value, str) else ""


def usable_key(text: str) -> bool:
    """The form's own name for this one sending: a UUID that the page was given."""
    try:
        return UUID(text).version is not None
    except ValueError:
        return False


class FormToken:
    """Proves that a form was given out by us, to this browser, and when.

    The secret comes from the service's key ring: no further secret to keep, and every process agrees.
    """

    def __init__(self, ring: KeyRing, shortest: timedelta, longest: timedelta) -> None:
        secret = ring.blind_index("secret", "help form")
        self._serializer = URLSafeTimedSerializer(secret, salt="help form")
        self._shortest, self._longest = shortest, longest

    def issue(self, browser: str) -> str:
        """`browser`: the random value in the form cookie."""
        return self._serializer.dumps(browser)

    def refusal(self, token: str, browser: str | None) -> str | None:
        """Why the form should be shown again: "too_old", "too_fast", "not_ours"; None when it is fine."""
        try:
            bound_to, issued = self._serializer.loads(token, return_timestamp=True)
        except BadSignature:
            return "not_ours"
        age = datetime.now(UTC) - issued
        if age > self._longest:
            return "too_old"
        if browser is None or bound_to != browser:
            return "not_ours"
        return "too_fast" if age < self._shortest else None


@dataclass(frozen=True)
class Confirmation:
    """What the page after sending shows; it travels in a signed cookie, never in the address."""

    reference: str
    respond_by: datetime
    minutes: int
    danger: bool
    changed: bool = False


class ConfirmationCookie:
    SECONDS = 30 * 60

    def __init__(self, ring: KeyRing) -> None:
        self._serializer = URLSafeTimedSerializer(ring.blind_index("secret", "confirmation"), salt="done")

    def written(self, said: Confirmation) -> str:
        fields = [said.reference, said.respond_by.isoformat(), said.minutes, said.danger, said.changed]
        return self._serializer.dumps(fields)

    def read(self, cookie: str | None) -> Confirmation | None:
        try:
            reference, respond_by, minutes, danger, changed = self._serializer.loads(
                cookie or "", max_age=self.SECONDS
            )
        except BadSignature:
            return None
        return Confirmation(reference, datetime.fromisoformat(respond_by), minutes, danger, changed)

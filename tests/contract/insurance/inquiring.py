"""One inquiry, and every adapter pointed at the clearinghouse's face that is made for it."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from services.insurance import x12
from services.insurance.payers.adapter import Adapter, AttemptResult
from services.insurance.payers.core_envelope import Identity
from services.insurance.payers.core_mime import CoreMime
from services.insurance.payers.core_soap import CoreSoap
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.payers.stedi import Stedi
from services.insurance.x12.answers import Answer
from services.insurance.x12.inquiry_writing import Envelope, Facility, Inquiry, Member, written_inquiry

DAY = date(2026, 3, 15)
ENVELOPE = Envelope("HARBOURBRIDGE", "THROUGHCARESIM", 42, 42, "T", datetime(2026, 3, 15, 12, 0, tzinfo=UTC))
FACILITY = Facility("Harbour Bridge Recovery", "1234567893", "1990000001")
MARISOL = Member("Marisol", "Okafor", date(1988, 4, 12), "NSH100200300")
SOON = timedelta(seconds=10)
USER, PASSWORD, KEY = "gatekeeper", "hush-hush-4711", "key-0815-secret"
STEDI_PATH = "/stedi/2024-04-01/change/medicalnetwork/eligibility/v3/raw-x12"


def identity(user: str = USER, password: str = PASSWORD) -> Identity:
    return Identity("HARBOURBRIDGE", "THROUGHCARESIM", user, SecretStr(password))


# By adapter; each is given the origin, and may be given other credentials.
WAYS: Mapping[str, Callable[..., Adapter]] = {
    "edi_http": lambda url, **_: EdiHttp(url),
    "core_soap": lambda url, **given: CoreSoap(f"{url}/core/soap", identity(**given)),
    "core_mime": lambda url, **given: CoreMime(f"{url}/core/mime", identity(**given)),
    "stedi": lambda url, password=KEY, **_: Stedi(f"{url}{STEDI_PATH}", SecretStr(password)),
}


def inquiry(member: Member = MARISOL, payer_id: str = "NSTAR01", **changed: Any) -> Inquiry:
    known = {"trace": "TC0001", "reference": "REF1", **changed}
    return Inquiry("Any Plan", payer_id, FACILITY, member, DAY, **known)


def written(member: Member = MARISOL, payer_id: str = "NSTAR01", **changed: Any) -> str:
    return written_inquiry(inquiry(member, payer_id, **changed), ENVELOPE)


def anybody(member_id: str) -> Member:
    return Member("Zoë", "O'Hara-Lind", date(1999, 12, 31), member_id)


async def send(adapter: Adapter, text: str, deadline: timedelta = SOON) -> AttemptResult:
    return await adapter.send(text, deadline)


def answer(result: AttemptResult) -> Answer:
    """The one answer in a result's X12."""
    (response,) = x12.read(result.raw).responses
    (only,) = response.answers
    return only

"""Intake's data door: the only way this service learns who a case is. The call is the consent check."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx2

from services.insurance.rules.statements import Purpose
from shared.contracts.care import LevelOfCare
from shared.peers import Peer

# What a question is to the consent: only one that names behavioural benefits tells what treatment is sought.
PURPOSES = {
    Purpose.PLAN: "eligibility",
    Purpose.BEHAVIOURAL: "behavioural_benefits",
    Purpose.CARVE_OUT: "behavioural_benefits",
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the policy when the client does not. `relationship`: what the client is to them."""

    first_name: str
    last_name: str
    birth_date: date
    relationship: str


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What intake handed out, as it stands there; empty where the person has not said it yet."""

    payer: str
    member_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    service_date: date
    holder: Holder | None = None
    levels_of_care: tuple[LevelOfCare, ...] = ()
    admission_on: date | None = None


class NoConsent(Exception):
    """Intake refused: no consent to ask the insurer holds now."""


class CaseUnknown(Exception):
    """Intake has no such case, or gave this question's id to another: asking again would not help."""


class IntakeUnreachable(Exception):
    """Intake did not answer, or not as agreed; it may later."""


async def identifiers(
    intake: Peer, case_id: UUID, question_id: UUID, purpose: Purpose = Purpose.PLAN
) -> Identifiers:
    """Ask the door for one question's identifiers. Raises NoConsent, CaseUnknown, IntakeUnreachable."""
    asked = {"purpose": PURPOSES[purpose], "request_id": str(question_id)}
    try:
        response = await intake.post(f"/api/v1/cases/{case_id}/disclosures", json=asked)
    except httpx2.HTTPError as error:
        raise IntakeUnreachable from error
    # A refusal of our own token is 403 too, with another code: that is a fault here, not a withdrawn consent.
    if response.status_code == 403 and _code(response) == "consent_missing":
        raise NoConsent
    if response.status_code in (404, 409):
        raise CaseUnknown
    if response.status_code != 200:
        raise IntakeUnreachable
    try:
        return _given(response.json())
    except (KeyError, TypeError, ValueError, AttributeError):
        raise IntakeUnreachable from None


def _given(given: dict[str, Any]) -> Identifiers:
    holder = given.get("holder")
    return Identifiers(
        payer=given["payer"] or "",
        member_id=given["member_id"] or "",
        first_name=given["first_name"] or "",
        last_name=given["last_name"] or "",
        birth_date=_day(given["birth_date"]),
        service_date=date.fromisoformat(given["service_date"]),
        holder=holder
        and Holder(
            holder["first_name"],
            holder["last_name"],
            date.fromisoformat(holder["birth_date"]),
            holder["relationship"],
        ),
        levels_of_care=tuple(LevelOfCare(code) for code in given.get("levels_of_care") or ()),
        admission_on=_day(given.get("admission_on")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _code(response: httpx2.Response) -> str:
    try:
        return str(response.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""

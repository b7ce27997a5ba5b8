"""Intake's data door: the only way this service learns who a case is. The call is the consent check."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import httpx2

from shared.peers import Peer


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What intake handed out, as it stands there; empty where the person has not said it yet."""

    payer: str
    member_id: str
    first_name: str
    last_name: str
    birth_date: date | None
    service_date: date


class NoConsent(Exception):
    """Intake refused: no consent to ask the insurer holds now."""


class IntakeUnreachable(Exception):
    """Intake did not answer, or not as agreed; it may later."""


async def identifiers(intake: Peer, case_id: UUID, verification_id: UUID) -> Identifiers:
    """Ask the door for one question's identifiers. Raises NoConsent, IntakeUnreachable."""
    purpose = {"purpose": "eligibility", "request_id": str(verification_id)}
    try:
        response = await intake.post(f"/api/v1/cases/{case_id}/disclosures", json=purpose)
    except httpx2.HTTPError as error:
        raise IntakeUnreachable from error
    # A refusal of our own token is 403 too, with another code: that is a fault here, not a withdrawn consent.
    if response.status_code == 403 and _code(response) == "consent_missing":
        raise NoConsent
    if response.status_code != 200:
        raise IntakeUnreachable
    try:
        given = response.json()
        return Identifiers(
            payer=given["payer"] or "",
            member_id=given["member_id"] or "",
            first_name=given["first_name"] or "",
            last_name=given["last_name"] or "",
            birth_date=date.fromisoformat(given["birth_date"]) if given["birth_date"] else None,
            service_date=date.fromisoformat(given["service_date"]),
        )
    except (KeyError, TypeError, ValueError):
        raise IntakeUnreachable from None


def _code(response: httpx2.Response) -> str:
    try:
        return str(response.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""

"""The data door: identifiers leave only with a consent that holds now, and never without a trace.

Consent check, disclosure row and answer are one transaction. The same request twice is one row in the
accounting (2.25), but the consent is looked at anew: it may have been taken back in between.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer_group

from services.intake.case import Coverage
from services.intake.consent_rules import may_disclose
from services.intake.records import CaseNotFound, state_of
from services.intake.tables import Case, Disclosure, of
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem
from shared.database import insert_or_ignore
from shared.identity import Caller
from shared.sealing import box

# Minimum necessary (2.13(a)): what a payer needs to find the member, and nothing more.
IDENTIFIERS = ("payer", "member_id", "first_name", "last_name", "birth_date")
NOTICE_VERSION = 1


class ConsentMissing(Exception):
    """No consent of this person allows it now: none given, expired, taken back, a plan not to be told,
    or somebody who pays for themselves."""


class OtherCase(Exception):
    """The request id was used for another case."""


@dataclass(frozen=True)
class Identifiers:
    consent_id: UUID
    service_date: date
    values: dict[str, str]


async def disclose_for_eligibility(
    session: AsyncSession, caller: Caller, case_id: UUID, request_id: UUID, zone: ZoneInfo
) -> Identifiers:
    """The identifiers for one eligibility question. Raises CaseNotFound, ConsentMissing, OtherCase.

    `service_date` is the centre's today on the first request and stays that for its repeats.
    """
    now = clock.now()
    # First, so that everybody takes the audit chain's lock before a case's: no two ever wait in a circle.
    # A refusal below rolls it back together with everything else.
    await audit.record(session, caller, "case.disclose", case_id, IDENTIFIERS)
    # Locked: a revocation waits for us or we for it, so no answer leaves on a consent already gone.
    case = await session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None:
        raise CaseNotFound
    known = await state_of(session, case)
    consent = may_disclose(known.consents, ConsentItem.INSURER, now, restricted=known.restricted)
    # Who pays for themselves has left the insurer out, until they ask for it again.
    if consent is None or known.coverage is Coverage.SELF_PAY:
        raise ConsentMissing
    disclosed = await _disclosed_once(session, case_id, consent.id, request_id, now, zone)
    sealed = await session.get_one(Case, case_id, options=[undefer_group("sealed")], populate_existing=True)
    opened = await box(session, case_id)
    values = {
        name: opened.open(f"cases.{name}", case_id, value) if (value := getattr(sealed, name)) else ""
        for name in IDENTIFIERS
    }
    return Identifiers(consent.id, disclosed, values)


async def _disclosed_once(
    session: AsyncSession, case_id: UUID, consent_id: UUID, request_id: UUID, now: datetime, zone: ZoneInfo
) -> date:
    row = {
        "id": new_id(),
        "case_id": case_id,
        "consent_id": consent_id,
        "request_id": request_id,
        "recipient": "payer_of_the_case",
        "purpose": "eligibility",
        "classes": list(IDENTIFIERS),
        "notice_version": NOTICE_VERSION,
        "service_date": now.astimezone(zone).date(),
        "at": now,
    }
    await insert_or_ignore(session, of(Disclosure), [row], ["request_id"])
    kept = await session.execute(
        select(Disclosure.case_id, Disclosure.service_date).where(Disclosure.request_id == request_id)
    )
    owner, service_date = kept.one()
    if owner != case_id:
        raise OtherCase
    return service_date

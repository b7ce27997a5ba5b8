"""Telling one named person outside that a client is coming to a meeting: a consent of its own (42 CFR 2.31).

A consent to treatment, payment and operations does not cover a mutual-help group. The recipient's name is
sealed with the consent; every telling is a row in the accounting and carries the notice of 2.32.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer_group

from services.intake.consent_rules import may_disclose
from services.intake.consents import RECIPIENT
from services.intake.disclosures import NOTICE_VERSION, ConsentMissing, account_for
from services.intake.records import CaseNotFound, consent_of, state_of, take, touched
from services.intake.tables import Case, ConsentRow
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentItem, ConsentRevoked
from shared.identity import Caller
from shared.messaging.outbox import say
from shared.sealing import KeyShredded, box

# 42 CFR 2.32(a)(2), the short form the rule itself words.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


@dataclass(frozen=True, slots=True)
class Introduction:
    recipient: str
    expires_at: datetime | None


async def introduce(
    session: AsyncSession, caller: Caller, case_id: UUID, consent_id: UUID, request_id: UUID
) -> Introduction:
    """Who may be told, now. Raises CaseNotFound, ConsentMissing, RequestIdTaken.

    The same request twice is one row in the accounting; the consent is looked at anew. Of the dead nobody is
    told anything, and nobody's name is left once the case's key was destroyed.
    """
    now = clock.now()
    await audit.record(session, caller, "case.introduce", case_id, ("recipient",))
    case = await take(session, case_id)
    row = await session.get(ConsentRow, consent_id, options=(undefer_group("sealed"),))
    fits = row is not None and row.case_id == case_id and row.item == ConsentItem.INTRODUCTION.value
    known = await state_of(session, case)
    agreed = not known.deceased and may_disclose(known.consents, ConsentItem.AFTERCARE, now)
    if row is None or not fits or not consent_of(row).holds(now) or row.recipient is None or not agreed:
        raise ConsentMissing
    await account_for(
        session,
        {
            "id": new_id(),
            "case_id": case_id,
            "consent_id": consent_id,
            "request_id": request_id,
            "recipient": "named_person",
            "purpose": ConsentItem.INTRODUCTION.value,
            "classes": ["name_to_use", "first_meeting"],
            "notice_version": NOTICE_VERSION,
            "service_date": now.date(),
            "at": now,
        },
    )
    try:
        recipient = (await box(session, case_id)).open(RECIPIENT, consent_id, row.recipient)
    except KeyShredded:
        raise CaseNotFound from None
    return Introduction(recipient, row.expires_at)


async def revoke_one(session: AsyncSession, case: Case, consent_id: UUID) -> bool:
    """Take back the consent that names one person; others stand. False: no such consent holds."""
    now = clock.now()
    row = await session.get(ConsentRow, consent_id)
    if row is None or row.case_id != case.id or row.item != ConsentItem.INTRODUCTION.value:
        return False
    if not consent_of(row).holds(now):
        return False
    row.revoked_at = now
    touched(case, now)
    say(session, ConsentRevoked(case_id=case.id, consent_id=row.id, item=ConsentItem.INTRODUCTION))
    return True

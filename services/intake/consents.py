"""Consents are given, refused and taken back; every answer is its own row and none is ever rewritten."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import wordings
from services.intake.case import Coverage
from services.intake.consent_rules import LASTS
from services.intake.records import consent_of, consents_of, touched
from services.intake.tables import Case, ConsentRow
from shared.contracts.fact import new_id
from shared.contracts.intake import ConsentGiven, ConsentItem, ConsentRevoked
from shared.messaging.outbox import say
from shared.sealing import box

RECIPIENT = "consents.recipient"


async def record(
    session: AsyncSession,
    case: Case,
    item: ConsentItem,
    *,
    given: bool,
    channel: str,
    centre: str,
    now: datetime,
    recorded_by: UUID | None = None,
    language: str | None = None,
    recipient: str = "",
) -> ConsentRow:
    """Keep one answer with the hash of the wording it answers. A "no" takes back an earlier "yes".

    `language` is that of the wording, when it is not the case's. `recipient`: whom the client names for an
    introduction; sealed. Raises NoWording.
    """
    wording = wordings.current(item, language or case.language, centre)
    if not given:
        await revoke(session, case, item, now)
    lasts = LASTS[item]
    row = ConsentRow(
        id=new_id(),
        case_id=case.id,
        item=item.value,
        wording_version=wording.version,
        wording_sha256=wording.sha256,
        language=wording.language,
        channel=channel,
        signer_capacity="self",
        recorded_by=recorded_by,
        given_at=now if given else None,
        refused_at=None if given else now,
        expires_at=now + lasts if given and lasts else None,
    )
    if recipient:
        row.recipient = (await box(session, case.id)).seal(RECIPIENT, row.id, recipient)
    session.add(row)
    touched(case, now)
    if given:
        say(session, ConsentGiven(case_id=case.id, consent_id=row.id, item=item, expires_at=row.expires_at))
    return row


async def revoke(session: AsyncSession, case: Case, item: ConsentItem, now: datetime) -> int:
    """Take back every consent of this kind that still holds; answers how many. Forward-looking (2.31):
    what was disclosed stays in the accounting, a question on its way is answered by nobody."""
    await session.flush()
    rows = (await consents_of(session, [case.id])).get(case.id, [])
    standing = [row for row in rows if row.item == item.value and consent_of(row).holds(now)]
    for row in standing:
        row.revoked_at = now
        say(session, ConsentRevoked(case_id=case.id, consent_id=row.id, item=item))
    if item in _WISHES:
        for wish in _WISHES[item]:
            setattr(case, wish, False)
        touched(case, now)
    if standing and item is ConsentItem.INSURER and case.coverage in _ASKING:
        case.coverage = Coverage.AWAITING_CONSENT.value
        case.verification_id = None
    if standing:
        touched(case, now)
    return len(standing)


# What the person said is safe goes with the consent it was said under.
_WISHES: dict[ConsentItem, tuple[str, ...]] = {
    ConsentItem.TEXTS: ("texts_ok",),
    ConsentItem.CONTACT: ("voicemail_ok", "texts_ok", "say_who_calls_ok"),
}
_ASKING = frozenset({Coverage.REQUESTED.value, Coverage.UNAVAILABLE.value, Coverage.CORRECTION_NEEDED.value})

"""A new version of a calendar entry: told as a fact, and sent by e-mail to whoever wants it so."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.calendar.entries import entry_of
from services.aftercare.calendar.series import method_of
from services.aftercare.messages.outgoing import ENDING, write_to
from services.aftercare.tables import Enrolment, Occurrence, Plan, Purpose
from shared import clock
from shared.contracts.aftercare import InvitationIssued, InvitationMethod
from shared.messaging.outbox import say

# In an INVITATION's details: the RFC 5546 method, and whose date it is (ISO) if only one.
METHOD, RECURRENCE_ID = "method", "recurrence_id"


async def issue(
    session: AsyncSession,
    plan: Plan,
    enrolment: Enrolment,
    method: InvitationMethod,
    *,
    occurrence: Occurrence | None = None,
) -> None:
    """Issue the enrolment's present version, or one date of it. The caller has raised `sequence`.

    CANCEL for a whole series somebody has been to becomes a REQUEST that ends earlier: a CANCEL would take
    the past off the calendar too. The message is written when it leaves, by what is true then.
    """
    ending = method is InvitationMethod.CANCEL and occurrence is None
    if occurrence is None:
        method = await _method_of_the_series(session, plan, enrolment, method)
    original = occurrence.original_start if occurrence else None
    say(
        session,
        InvitationIssued(
            case_id=plan.case_id,
            enrolment_id=enrolment.id,
            sequence=enrolment.sequence,
            method=method,
            recurrence_id=original,
        ),
    )
    if method is InvitationMethod.PUBLISH:
        return  # only the file to subscribe to
    details = {METHOD: method.value, "sequence": str(enrolment.sequence)}
    if original:
        details[RECURRENCE_ID] = original.isoformat()
    if ending:
        details[ENDING] = "yes"
    which = original.isoformat() if original else "series"
    await write_to(
        session,
        plan,
        Purpose.INVITATION,
        key=f"invitation:{enrolment.id}:{enrolment.sequence}:{which}",
        about=enrolment.id,
        useless_after=max(occurrence.ends_at, occurrence.original_start) if occurrence else None,
        details=details,
    )


async def _method_of_the_series(
    session: AsyncSession, plan: Plan, enrolment: Enrolment, method: InvitationMethod
) -> InvitationMethod:
    await session.flush()  # dates were taken off or made just now
    entry = await entry_of(session, plan, enrolment)
    if method is InvitationMethod.CANCEL and entry.ended_at is None:
        entry = replace(entry, ended_at=clock.now())
    return method_of(entry, method)

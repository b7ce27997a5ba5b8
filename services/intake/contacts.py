"""Every attempt to reach somebody is kept: it stops the clocks and lengthens the holder's lease."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import next_steps
from services.intake.case import log_contact
from services.intake.records import state_of, touched
from services.intake.tables import Case, Contact
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import ClientReached, ContactChannel, ContactLogged, ContactOutcome
from shared.messaging.outbox import say
from shared.sealing import box


async def log(
    session: AsyncSession,
    case: Case,
    staff_id: UUID,
    channel: ContactChannel,
    outcome: ContactOutcome,
    note: str = "",
) -> Contact:
    """Keep one attempt. The first says the response clock has stopped, the first talk the contact clock.

    Raises GateClosed when all contact has ended.
    """
    now = clock.now()
    known = await state_of(session, case)
    next_steps.check("log_contact", known, now)
    change = log_contact(known, staff_id, outcome, now)
    case.stage = change.stage.value
    case.first_attempt_at = change.first_attempt_at
    case.reached_at = change.reached_at
    case.owned_until = change.owned_until
    touched(case, now)
    contact = Contact(
        id=new_id(),
        case_id=case.id,
        staff_id=staff_id,
        channel=channel.value,
        outcome=outcome.value,
        at=now,
    )
    if note.strip():
        contact.note = (await box(session, case.id)).seal("contacts.note", contact.id, note.strip())
    session.add(contact)
    say(session, ContactLogged(case_id=case.id, staff_id=staff_id, channel=channel, outcome=outcome))
    if change.reached_now:
        say(session, ClientReached(case_id=case.id, staff_id=staff_id))
    return contact

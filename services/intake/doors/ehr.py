"""What a message from the EHR does: admit, discharge, or wait in the tray until a person knows whose it is.

Every message is answered and remembered in one transaction; the same one again changes nothing.
"""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import admissions, dispositions, indexes
from services.intake.case import GateClosed, Stage
from services.intake.discharge import discharge
from services.intake.doors import hl7
from services.intake.records import take
from services.intake.tables import Case, Hl7Message, UnmatchedStay, of
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.database import Database, insert_or_ignore
from shared.identity import Caller, Role
from shared.sealing import box, keyring

log = logging.getLogger(__name__)

ADMITS = frozenset({"A01", "A04"})
DISCHARGES = frozenset({"A03"})
_EHR = Caller(id=None, name="ehr", role=Role.EHR)
_OPEN = tuple(s.value for s in (Stage.NEW, Stage.WORKING, Stage.ASSESSING, Stage.CLEARED, Stage.SCHEDULED))


class Unmatched(Exception):
    """Fits no single case; the argument is the reason code shown in the tray."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def answer(database: Database, body: bytes, zone: ZoneInfo) -> bytes:
    """The acknowledgement for one message, whatever it is.

    AA: kept, and nothing to send again. AR: no message we could read, sending it again is no use.
    AE: we could not keep it now; send it again.
    """
    number = new_id().hex[:20]
    try:
        message = hl7.read(body, zone)
    except hl7.NotHl7 as refusal:
        return hl7.acknowledgement("AR", None, str(refusal), clock.now(), number)
    try:
        async with database.transaction() as session:
            text = await _hear(session, message)
    except Exception as error:
        # The sender must get an answer. It repeats the message, and of this try nothing is remembered.
        log.warning("an HL7 message was not kept", extra={"code": type(error).__name__})
        return hl7.acknowledgement("AE", message.header, "Not kept. Please send again.", clock.now(), number)
    return hl7.acknowledgement("AA", message.header, text, clock.now(), number)


async def _hear(session: AsyncSession, message: hl7.Adt) -> str:
    now = clock.now()
    header = message.header
    trigger = header.trigger if header.message_type == "ADT" else header.message_type
    row = {
        "id": new_id(),
        "idempotency_index": keyring(session).blind_index("hl7_message", header.identity),
        "trigger": trigger[:8],
        "outcome": "ignored",
        "received_at": now,
    }
    if not await insert_or_ignore(session, of(Hl7Message), [row], ["idempotency_index"]):
        return "Already received."
    if header.message_type != "ADT" or trigger not in ADMITS | DISCHARGES:
        return "Received. This kind of message changes nothing here."
    await audit.record(
        session, _EHR, f"ehr.{trigger.lower()}", None, ("ehr_patient_id", "name", "birth_date")
    )
    kept = await session.get_one(Hl7Message, row["id"])
    try:
        case = await _whose(session, message, admitted=trigger in DISCHARGES)
        kept.outcome = await _apply(session, case, message, trigger, now)
        kept.case_id = case.id
    except Unmatched as unmatched:
        kept.outcome = "unmatched"
        session.add(UnmatchedStay(id=new_id(), message_id=kept.id, reason=unmatched.reason))
    # Its own key while nobody knows whose it is; the case's key, and its shredding, once we do.
    kept.raw = (await box(session, kept.case_id or kept.id)).seal("hl7_messages.raw", kept.id, message.text)
    return "Received."


async def _whose(session: AsyncSession, message: hl7.Adt, *, admitted: bool) -> Case:
    """The one case this is about, locked. The EHR's own number decides; name and birth date only where
    no case carries that number, and only when they point at one case alone. Raises Unmatched."""
    ring = keyring(session)
    numbers = [indexes.ehr_patient_index(ring, number) for number in message.patient_ids]
    query = select(Case.id, Case.stage).order_by(Case.received_at)
    found = (await session.execute(query.where(Case.ehr_patient_index.in_(numbers)))).all() if numbers else []
    if not found and message.born:
        names = [indexes.name_birth_index(ring, first, last, message.born) for first, last in message.names]
        known = [index for index in names if index]
        # A case that carries another number is another person, or another chart of theirs: not ours to guess.
        unnumbered = query.where(Case.name_birth_index.in_(known), Case.ehr_patient_index.is_(None))
        found = (await session.execute(unnumbered)).all()
    wanted = {Stage.ADMITTED.value} if admitted else {*_OPEN, Stage.ADMITTED.value}
    fitting = [case_id for case_id, stage in found if stage in wanted]
    if len(fitting) > 1:
        raise Unmatched("several_cases")
    if not fitting and admitted and any(stage == Stage.DISCHARGED.value for _, stage in found):
        fitting = [next(i for i, stage in reversed(found) if stage == Stage.DISCHARGED.value)]
    if not fitting:
        raise Unmatched("not_admitted" if admitted and found else "no_open_case")
    case = await take(session, fitting[0])
    if numbers and case.ehr_patient_index is None:
        case.ehr_patient_index = numbers[0]
    return case


async def _apply(session: AsyncSession, case: Case, message: hl7.Adt, trigger: str, now: datetime) -> str:
    """The outcome's code. A move that was made already, by staff or by another message, is no error."""
    try:
        if trigger in ADMITS:
            await admissions.admitted_by_ehr(session, case, _past(message, message.admitted_at, now))
            return "admitted"
        await discharge(
            session,
            case,
            dispositions.discharge_type(message.disposition),
            _past(message, message.discharged_at, now),
            via="ehr",
            disposition=dispositions.two_digits(message.disposition),
        )
        return "discharged"
    except GateClosed:
        return "already_so"


def _past(message: hl7.Adt, said: datetime | None, now: datetime) -> datetime:
    """The field meant for it, else when the event happened, else now; a time to come is no time at all."""
    times = (said, message.event_at)
    return next((time for time in times if time is not None and time <= now), now)

"""What a message from the EHR does: admit, discharge, take a discharge back, or wait in the tray.

Every message is answered and remembered in one transaction; the same one again changes nothing.
"""

import logging
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import admissions, dispositions, indexes
from services.intake.case import GateClosed, Stage
from services.intake.discharge import cancel, current_stay, discharge
from services.intake.doors import hl7
from services.intake.records import take
from services.intake.tables import Case, Hl7Message, UnmatchedStay, of
from shared import audit, clock
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.database import Database, insert_or_ignore
from shared.identity import Caller, Role
from shared.sealing import box, keyring

log = logging.getLogger(__name__)

ADMITS = frozenset({"A01", "A04"})
DISCHARGES = frozenset({"A03"})
CANCELS = frozenset({"A13"})  # "they have left" was a mistake
# Outpatient and emergency visits (PV1-2) are no stays here.
_VISITS = frozenset({"O", "E"})
# Staff and the EHR write down the end of one stay at somewhat different times.
_SAME_END = timedelta(days=1)
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
    trigger = _code_of(header)
    row = {
        "id": new_id(),
        "idempotency_index": keyring(session).blind_index("hl7_message", header.identity),
        "trigger": trigger,
        "outcome": "ignored",
        "received_at": now,
    }
    if not await insert_or_ignore(session, of(Hl7Message), [row], ["idempotency_index"]):
        return "Already received."
    if trigger not in ADMITS | DISCHARGES | CANCELS or message.patient_class in _VISITS:
        return "Received. This kind of message changes nothing here."
    await audit.record(
        session, _EHR, f"ehr.{trigger.lower()}", None, ("ehr_patient_id", "name", "birth_date")
    )
    kept = await session.get_one(Hl7Message, row["id"])
    try:
        case = await _whose(session, message, admits=trigger in ADMITS)
        kept.outcome = await _apply(session, case, message, trigger, now)
        kept.case_id = case.id
        # Only now: a message that ends in the tray must not give its number to a case.
        if message.patient_ids and case.ehr_patient_index is None:
            case.ehr_patient_index = indexes.ehr_patient_index(keyring(session), message.patient_ids[0])
    except Unmatched as unmatched:
        kept.outcome = "unmatched"
        session.add(UnmatchedStay(id=new_id(), message_id=kept.id, reason=unmatched.reason))
    # Its own key while nobody knows whose it is; the case's key, and its shredding, once we do.
    kept.raw = (await box(session, kept.case_id or kept.id)).seal("hl7_messages.raw", kept.id, message.text)
    return "Received."


def _code_of(header: hl7.Header) -> str:
    """The trigger of an ADT message, else the type; "other" for what is no code and may be anything."""
    if header.message_type == "ADT" and re.fullmatch(r"[A-Z][0-9]{2}", header.trigger):
        return header.trigger
    return header.message_type if re.fullmatch(r"[A-Z]{3}", header.message_type) else "other"


async def _whose(session: AsyncSession, message: hl7.Adt, *, admits: bool) -> Case:
    """The one case this is about, locked. The EHR's own number decides; name and birth date only where
    no case with that number is at a fitting stage (a new person, or one who came back), and only when
    they point at one case alone. Somebody who has left and comes back under the same number is readmitted.
    Raises Unmatched."""
    ring = keyring(session)
    numbers = [indexes.ehr_patient_index(ring, number) for number in message.patient_ids]
    query = select(Case.id, Case.stage).order_by(Case.received_at)
    found = (await session.execute(query.where(Case.ehr_patient_index.in_(numbers)))).all() if numbers else []
    wanted = {*_OPEN, Stage.ADMITTED.value} if admits else {Stage.ADMITTED.value}
    if message.born and not any(stage in wanted for _, stage in found):
        names = [indexes.name_birth_index(ring, first, last, message.born) for first, last in message.names]
        known = [index for index in names if index]
        # A case that carries another number is another person, or another chart of theirs: not ours to guess.
        unnumbered = query.where(Case.name_birth_index.in_(known), Case.ehr_patient_index.is_(None))
        by_name = (await session.execute(unnumbered)).all()
        # What is over stays with the number when one is known.
        found = [*found, *(entry for entry in by_name if not found or entry.stage in wanted)]
    fitting = [case_id for case_id, stage in found if stage in wanted]
    if len(fitting) > 1:
        raise Unmatched("several_cases")
    if not fitting and any(stage == Stage.DISCHARGED.value for _, stage in found):
        fitting = [next(i for i, stage in reversed(found) if stage == Stage.DISCHARGED.value)]
    if not fitting:
        raise Unmatched("no_open_case" if admits or not found else "not_admitted")
    return await take(session, fitting[0])


async def _apply(session: AsyncSession, case: Case, message: hl7.Adt, trigger: str, now: datetime) -> str:
    """The outcome's code. A move that was made already, by staff or by another message, is no error."""
    try:
        if trigger in ADMITS:
            at = _past(message, message.admitted_at, now)
            await _check_readmission(session, case, at)
            await admissions.admitted_by_ehr(session, case, at)
            return "admitted"
        if trigger in CANCELS:
            return await _take_back(session, case, _past(message, None, now))
        type_ = DischargeType.DECEASED
        if not message.deceased:
            type_ = dispositions.discharge_type(message.disposition)
        at = _past(message, message.discharged_at, now)
        if await _was_taken_back(session, case, message, now):
            return "already_so"
        await _check_stay(session, case, message, type_, at)
        await discharge(
            session,
            case,
            type_,
            at,
            via="ehr",
            disposition=dispositions.two_digits(message.disposition),
        )
        return "discharged"
    except GateClosed:
        return "already_so"


async def _check_stay(
    session: AsyncSession, case: Case, message: hl7.Adt, type_: DischargeType, at: datetime
) -> None:
    """Is the end the message tells of the end of the stay we know? Raises Unmatched.

    A death is never held back for a time that does not fit an ended stay: nobody writes to the dead.
    """
    stay = await current_stay(session, case)
    if stay is None:
        return
    if stay.discharged_at is None:
        # Messages say minutes, or seconds at best.
        if at < stay.admitted_at.replace(second=0, microsecond=0):
            raise Unmatched("before_admission")
        return
    apart = abs((message.discharged_at or stay.discharged_at) - stay.discharged_at)
    if apart > _SAME_END and type_ is not DischargeType.DECEASED:
        raise Unmatched("other_stay")


async def _take_back(session: AsyncSession, case: Case, at: datetime) -> str:
    """The discharge did not happen. One that has not come yet, because the two overtook each other, is
    recognised by this later on."""
    stay = await current_stay(session, case)
    if case.stage == Stage.ADMITTED.value and stay is not None:
        stay.discharge_cancelled_at = at
        return "already_so"
    await cancel(session, case, at)
    return "discharge_cancelled"


async def _was_taken_back(session: AsyncSession, case: Case, message: hl7.Adt, now: datetime) -> bool:
    """A discharge from before the moment it was cancelled. A death is never held back."""
    stay = await current_stay(session, case)
    cancelled = stay.discharge_cancelled_at if stay else None
    return cancelled is not None and not message.deceased and _past(message, None, now) < cancelled


async def _check_readmission(session: AsyncSession, case: Case, at: datetime) -> None:
    """A new stay of somebody who has left begins after the old one ended, and the dead do not come back."""
    stay = await current_stay(session, case)
    if case.stage != Stage.DISCHARGED.value or stay is None:
        return
    if stay.discharge_type == DischargeType.DECEASED.value or at < (stay.discharged_at or at):
        raise Unmatched("no_open_case")


def _past(message: hl7.Adt, said: datetime | None, now: datetime) -> datetime:
    """The field meant for it, else when the event happened, else now; a time to come is no time at all."""
    times = (said, message.event_at)
    return next((time for time in times if time is not None and time <= now), now)

"""Claiming a case, letting it go, and admitting the person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import admission_rules, consents, indexes
from services.intake import case as rules
from services.intake.case import GateClosed, Stage
from services.intake.records import state_of, touched
from services.intake.tables import Case, Stay
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import CaseClaimed, ClientAdmitted, ConsentItem
from shared.messaging.outbox import say
from shared.sealing import box, keyring


async def claim(session: AsyncSession, case: Case, staff_id: UUID) -> None:
    """Raises AlreadyClaimed. Said to the others only when the holder or the lease changes."""
    now = clock.now()
    stage, until = rules.claim(await state_of(session, case), staff_id, now)
    if (case.owner_id, case.owned_until) == (staff_id, until):
        return
    case.stage, case.owner_id, case.owned_until = stage.value, staff_id, until
    touched(case, now)
    say(session, CaseClaimed(case_id=case.id, staff_id=staff_id, until=until))


async def release(session: AsyncSession, case: Case, staff_id: UUID) -> None:
    """Back into the queue. Raises NotHolder when a colleague holds it; releasing twice is harmless."""
    now = clock.now()
    if case.owner_id != staff_id and rules.held(await state_of(session, case), now):
        raise rules.NotHolder
    case.owner_id = case.owned_until = None
    touched(case, now)


class ImplausibleTime(Exception):
    """An admission longer ago than a year, or more than a day ahead: a slip of the keys."""


_LONGEST_AGO, _FURTHEST_AHEAD = timedelta(days=365), timedelta(days=1)


@dataclass(frozen=True)
class Admission:
    """What staff enter. `admitted_at` is now when left out; `override_reason` opens the coverage gate."""

    admitted_at: datetime | None = None
    ehr_patient_id: str = ""
    treatment_consent: bool = False
    override_reason: str = ""


async def admit(
    session: AsyncSession, case: Case, admission: Admission, *, staff_id: UUID, centre: str
) -> Stay:
    """Admit through the gates. Raises GateClosed with everything missing, and ImplausibleTime."""
    now = clock.now()
    at = admission.admitted_at or now
    if not now - _LONGEST_AGO <= at <= now + _FURTHEST_AHEAD:
        raise ImplausibleTime
    known = await state_of(session, case)
    overridden = admission_rules.admit(
        known,
        now,
        treatment_consent=admission.treatment_consent,
        override_reason=admission.override_reason,
    )
    if admission.treatment_consent:
        await consents.record(
            session,
            case,
            ConsentItem.TREATMENT,
            given=True,
            channel="in_person",
            centre=centre,
            now=now,
            recorded_by=staff_id,
        )
    if admission.ehr_patient_id.strip():
        case.ehr_patient_index = indexes.ehr_patient_index(keyring(session), admission.ehr_patient_id)
    stay = _stay(session, case, min(at, now), "staff", [g.gate for g in overridden])
    if overridden:
        sealed = (await box(session, case.id)).seal(
            "stays.override_reason", stay.id, admission.override_reason
        )
        stay.override_reason = sealed
    touched(case, now)
    return stay


async def admitted_by_ehr(session: AsyncSession, case: Case, at: datetime) -> Stay:
    """The EHR says the person is here, so they are: shut gates are written on the stay, not argued with."""
    now = clock.now()
    known = await state_of(session, case)
    if known.stage is Stage.ADMITTED:
        raise GateClosed([admission_rules.ALREADY_ADMITTED])
    missing = [gate.gate for gate in admission_rules.blocking(known, now)]
    stay = _stay(session, case, at, "ehr", missing)
    touched(case, now)
    return stay


def _stay(session: AsyncSession, case: Case, at: datetime, via: str, gates_missing: list[str]) -> Stay:
    stay = Stay(id=new_id(), case_id=case.id, admitted_at=at, admitted_via=via, gates_missing=gates_missing)
    session.add(stay)
    case.stage = Stage.ADMITTED.value
    say(session, ClientAdmitted(case_id=case.id, stay_id=stay.id, admitted_at=at))
    return stay

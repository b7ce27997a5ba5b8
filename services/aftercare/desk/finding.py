"""Which plan a staff member means, and whether they may know of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.enrolment import enrolment_of
from services.aftercare.plans.opening import latest_plan
from services.aftercare.tables import Enrolment, Plan
from shared.identity import Caller, Role, allowed
from shared.problems import Problem

_CARE = (Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.COORDINATOR, Role.DIRECTOR)
Carer = Annotated[Caller, Depends(allowed(*_CARE))]
# Who speaks with discharged clients and may answer for them.
Arranger = Annotated[Caller, Depends(allowed(Role.ALUMNI, Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]
# Who may know what makes somebody's first weeks dangerous.
Clinical = Annotated[Caller, Depends(allowed(Role.CASE_MANAGER, Role.CLINICIAN, Role.DIRECTOR))]


class PlanMissing(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "No plan", "This case has no aftercare plan.")


class ConsentMissing(Problem):
    def __init__(self) -> None:
        detail = "The client withdrew the aftercare consent. Nothing is put on their calendar without it."
        super().__init__(409, "consent_missing", "Consent missing", detail)


class NotOpen(Problem):
    def __init__(self) -> None:
        super().__init__(409, "not_open", "Not open", "This meeting is no longer waiting for an answer.")


class NotNow(Problem):
    """What was asked cannot follow on the state the plan is in."""

    def __init__(self, plan: Plan) -> None:
        detail = "This cannot be done with the plan as it is now. Look at it again."
        super().__init__(409, "not_now", "Not now", detail, plan_state=plan.state)


def needs_consent(caller: Caller) -> bool:
    """Alumni coordinators know of a client only while the client agrees to aftercare."""
    return caller.role is Role.ALUMNI


async def plan_if_any(
    session: AsyncSession, case_id: UUID, caller: Caller, *, lock: bool = False
) -> Plan | None:
    """The plan of the last discharge. A client this caller may not know of is like one without a plan."""
    plan = await latest_plan(session, case_id, lock=lock)
    if needs_consent(caller) and (plan is None or plan.consent_id is None):
        raise PlanMissing
    return plan


async def plan_for(session: AsyncSession, case_id: UUID, caller: Caller, *, lock: bool = False) -> Plan:
    plan = await plan_if_any(session, case_id, caller, lock=lock)
    if plan is None:
        raise PlanMissing
    return plan


async def enrolment_for(
    session: AsyncSession, case_id: UUID, enrolment_id: UUID, caller: Caller
) -> tuple[Plan, Enrolment]:
    """Both, the plan locked first."""
    plan = await plan_for(session, case_id, caller, lock=True)
    enrolment = await enrolment_of(session, plan, enrolment_id)
    if enrolment is None:
        raise PlanMissing
    return plan, enrolment

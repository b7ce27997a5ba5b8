"""What decides how closely somebody is followed, sealed with the plan; and what follows when that changes."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.schedule import begin_follow_up
from services.aftercare.plans.opening import RISKS
from services.aftercare.plans.tiers import Risks, tier_of
from services.aftercare.tables import Plan, PlanState
from shared import audit
from shared.contracts.intake import DischargeType
from shared.identity import Caller, Role
from shared.sealing import box

_RUNNING = (PlanState.DRAFT, PlanState.OFFERED, PlanState.ACTIVE)
_SERVICE = Caller(None, "aftercare", Role.SERVICE)


async def risks_of(session: AsyncSession, plan: Plan) -> Risks:
    """What is on file, or nothing known. The caller has written the audit row."""
    if plan.risks is None:
        return Risks()
    opened = (await box(session, plan.case_id)).open(RISKS, plan.id, plan.risks)
    return Risks.model_validate_json(opened)


async def keep_risks(session: AsyncSession, plan: Plan, risks: Risks) -> None:
    """Replace what is on file. The plan is locked."""
    plan.risks = (await box(session, plan.case_id)).seal(RISKS, plan.id, risks.model_dump_json())
    await _set_tier(session, plan, risks)


async def note_instrument(
    session: AsyncSession, plan: Plan, *, phq_item_9: int | None = None, bam_risk: int | None = None
) -> None:
    """A questionnaire said something new about two of the risks; None leaves what is on file."""
    await audit.record(session, _SERVICE, "risks.use", plan.case_id)
    known = await risks_of(session, plan)
    told = {"phq_item_9": phq_item_9, "bam_risk": bam_risk}
    news = {name: value for name, value in told.items() if value is not None}
    await keep_risks(session, plan, known.model_copy(update=news))


async def retier(session: AsyncSession, plan: Plan) -> None:
    """The disposition changed: it counts among the risks."""
    if plan.risks is not None:
        await audit.record(session, _SERVICE, "risks.use", plan.case_id)
    await _set_tier(session, plan, await risks_of(session, plan))


async def _set_tier(session: AsyncSession, plan: Plan, risks: Risks) -> None:
    tier = tier_of(risks, plan.disposition)
    if tier is plan.tier:
        return
    plan.tier = tier
    plan.version += 1
    followed = plan.left_at is not None and plan.disposition is not DischargeType.UNKNOWN and not plan.held
    if followed and plan.state in _RUNNING:
        await begin_follow_up(session, plan)  # the first call is due sooner, or may be later

"""What a plan needs a person for, as a task with a time; never a second one while the first is open."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.follow_ups import TO_DO, ask_person
from services.aftercare.tables import FollowUp, Plan
from shared import clock
from shared.contracts.aftercare import FollowUpKind

FIRST_DAYS = timedelta(hours=48)  # the dangerous ones
_A_DAY = timedelta(hours=24)


async def ask_staff(session: AsyncSession, plan: Plan, kind: FollowUpKind, *, about: str = "") -> None:
    """Ask now, to be done within a day, or while the first days last. `about` tells two of a kind apart."""
    name = f"{kind.value}:{about}" if about else kind.value
    open_one = select(FollowUp.id).where(
        FollowUp.plan_id == plan.id,
        FollowUp.kind == kind,
        FollowUp.key.startswith(f"{name}:v", autoescape=True),
        FollowUp.state.in_(TO_DO),
    )
    if (await session.scalars(open_one.limit(1))).first() is not None:
        return
    now = clock.now()
    first_days_end = (plan.left_at or plan.discharged_at) + FIRST_DAYS
    due_by = max(min(now + _A_DAY, first_days_end), now + timedelta(hours=4))
    await ask_person(session, plan, kind, key=f"{name}:v{plan.version}", due_from=now, due_by=due_by)

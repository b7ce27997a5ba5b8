"""The client's zone and fixed day, out of their sealed wishes."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.plans.preferences import Preferences, preferences_of
from services.aftercare.tables import Plan
from shared import audit
from shared.identity import Caller, Role
from shared.sealing import KeyShredded

_SERVICE = Caller(None, "aftercare", Role.SERVICE)


async def zone_of(session: AsyncSession, plan: Plan, centre_zone: str) -> tuple[str, int]:
    """IANA zone, and the weekday (0 = Sunday) of the weekly questions. Of a shredded case: the usual ones."""
    await audit.record(session, _SERVICE, "preferences.use", plan.case_id)
    try:
        wanted = await preferences_of(session, plan.case_id, centre_zone)
    except KeyShredded:
        wanted = Preferences(zone=centre_zone)
    return wanted.zone, wanted.check_in_day

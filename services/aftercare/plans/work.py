"""The jobs of this room, by kind."""

from services.aftercare.plans.choosing import CHOOSE_MEETINGS, choose_meetings
from services.aftercare.plans.freezing import FREEZE_WEEK, freeze_week
from services.aftercare.plans.introductions import END_INTRODUCTION, expire
from services.aftercare.plans.listing_changes import LISTING_CHANGE, follow_listing
from services.aftercare.plans.looking_ahead import look_ahead
from services.aftercare.plans.rebalancing import REBALANCE, rebalance
from services.aftercare.plans.reminders import ring
from services.aftercare.plans.reviews import REVIEW_PLAN, review_plan
from services.aftercare.plans.timers import DATE_TIMER, LOOK_AHEAD, WATCH_PLANS
from services.aftercare.plans.watching import watch
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {
    CHOOSE_MEETINGS: lambda place, job: choose_meetings(place.database, place.settings, job),
    LISTING_CHANGE: lambda place, job: follow_listing(place.database, job),
    REBALANCE: lambda place, job: rebalance(place.database, place.settings, job),
    FREEZE_WEEK: freeze_week,
    LOOK_AHEAD: look_ahead,
    WATCH_PLANS: watch,
    DATE_TIMER: ring,
    REVIEW_PLAN: review_plan,
    END_INTRODUCTION: expire,
}

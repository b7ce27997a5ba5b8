"""The jobs of this room, by kind."""

from services.aftercare.plans.choosing import choose_meetings
from services.aftercare.plans.opening import CHOOSE_MEETINGS
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {
    CHOOSE_MEETINGS: lambda place, job: choose_meetings(place.database, place.settings, job),
}

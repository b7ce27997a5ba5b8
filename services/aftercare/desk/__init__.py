"""The staff's JSON API of aftercare."""

from services.aftercare.desk import meetings, plans

ROUTERS = (plans.router, meetings.router)

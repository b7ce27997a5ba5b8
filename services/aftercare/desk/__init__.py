"""The staff's JSON API of aftercare."""

from services.aftercare.desk import (
    attendance,
    check_ins,
    clinical_visits,
    concerns,
    dates,
    feeds,
    follow_ups,
    house_groups,
    introductions,
    kept_apart,
    measures,
    meetings,
    messages,
    plan_life,
    plans,
    points,
)

ROUTERS = (
    plans.router,
    plan_life.router,
    dates.router,
    introductions.router,
    meetings.router,
    feeds.router,
    house_groups.router,
    kept_apart.router,
    messages.router,
    points.router,
    attendance.router,
    check_ins.router,
    clinical_visits.router,
    concerns.router,
    follow_ups.router,
    measures.router,
)

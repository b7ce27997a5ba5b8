"""The client's own pages: no account, no script, nothing from elsewhere."""

from services.aftercare.messages import pages as messages
from services.aftercare.portal import (
    answers,
    assets,
    calendar,
    cannot_come,
    check_ins,
    entering,
    help_now,
    leaving,
    meetings,
    more,
    nowhere,
    points,
    swapping,
    toolbox,
    week,
    wishes,
    worksheet_saving,
    worksheets,
)

ROUTERS = (
    assets.router,
    entering.router,
    help_now.router,
    week.router,
    answers.router,
    cannot_come.router,
    meetings.router,
    swapping.router,
    check_ins.router,
    wishes.router,
    calendar.router,
    leaving.router,
    more.router,
    messages.router,
    toolbox.router,
    worksheets.router,
    worksheet_saving.router,
    points.router,
    nowhere.router,  # the rest: last of all
)

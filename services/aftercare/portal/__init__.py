"""The client's own pages: no account, no script, nothing from elsewhere."""

from services.aftercare.messages import pages as messages
from services.aftercare.portal import (
    answers,
    assets,
    calendar,
    check_ins,
    entering,
    leaving,
    meetings,
    more,
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
    week.router,
    answers.router,
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
)

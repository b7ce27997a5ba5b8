"""The jobs of this room, by kind."""

from services.aftercare.follow_up.asking_again import ask_again
from services.aftercare.follow_up.climbing import CLIMB, climb_after_news, go_on
from services.aftercare.follow_up.concerns import ASK_AGAIN, BY_TONIGHT, PAGE_CONCERN
from services.aftercare.follow_up.follow_ups import (
    FOLLOW_UP_DUE,
    FOLLOW_UP_LATE,
    REGAIN_CONTACT,
    note_late,
    open_follow_up,
)
from services.aftercare.follow_up.looking_after import LOOK_AFTER, look_after, set_calls
from services.aftercare.follow_up.paging import WATCH_PAGE, page_concern, watch_page
from services.aftercare.follow_up.schedule import SET_CALLS
from services.aftercare.follow_up.tonight import fit_to_day
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {
    ASK_AGAIN: ask_again,
    BY_TONIGHT: fit_to_day,
    CLIMB: climb_after_news,
    FOLLOW_UP_DUE: open_follow_up,
    FOLLOW_UP_LATE: note_late,
    LOOK_AFTER: look_after,
    PAGE_CONCERN: page_concern,
    REGAIN_CONTACT: go_on,
    SET_CALLS: set_calls,
    WATCH_PAGE: watch_page,
}

"""The jobs of this room, by kind."""

from services.aftercare.meetings.feeds import LOOK_AT_FEED, look_at_feed
from services.aftercare.meetings.seat_offers import offer_seats
from services.aftercare.meetings.seats import OFFER_SEATS
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {LOOK_AT_FEED: look_at_feed, OFFER_SEATS: offer_seats}

"""The jobs of this room, by kind."""

from services.aftercare.messages.outgoing import SEND_MESSAGE, SEND_PAGE
from services.aftercare.messages.sending import send_message
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {SEND_MESSAGE: send_message, SEND_PAGE: send_message}

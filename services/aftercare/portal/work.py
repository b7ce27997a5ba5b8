"""The jobs of the client's own pages."""

from services.aftercare.portal.new_links import FIND_CLIENT, find_client
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {FIND_CLIENT: find_client}

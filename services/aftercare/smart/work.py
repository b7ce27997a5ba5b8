"""The jobs of the client's own work."""

from services.aftercare.smart.removing import FORGET_WORKSHEET, forget
from services.aftercare.workplace import Work

WORK: dict[str, Work] = {FORGET_WORKSHEET: forget}

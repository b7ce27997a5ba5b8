"""The jobs of this room, by kind."""

from services.aftercare.workplace import Work

WORK: dict[str, Work] = {}

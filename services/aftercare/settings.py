"""Aftercare's settings; the only file of this service that reads the environment."""

from pydantic import Field

from services.aftercare.wishes import COURTESY_CAP
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    port: int = 8030
    # Public groups are small; more of a centre's clients than this are not sent to one meeting.
    courtesy_cap: int = Field(default=COURTESY_CAP, ge=1)

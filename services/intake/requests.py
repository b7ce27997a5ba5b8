"""What a route takes from its request: the database, the settings, the version the caller saw."""

import re
from typing import Annotated, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Request

from services.intake.settings import Settings
from shared.database import Database
from shared.identity import Caller
from shared.problems import Problem


def _database(request: Request) -> Database:
    return cast(Database, request.app.state.database)


def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def _zone(settings: Annotated[Settings, Depends(_settings)]) -> ZoneInfo:
    return ZoneInfo(settings.centre_zone)


def _seen(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version in If-Match, `"7"`; None when the caller does not say, or says any (`*`)."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        raise Problem(400, "malformed_header", "Malformed If-Match", 'If-Match is a version, like "7".')
    return int(match[1])


Db = Annotated[Database, Depends(_database)]
Config = Annotated[Settings, Depends(_settings)]
Zone = Annotated[ZoneInfo, Depends(_zone)]
Seen = Annotated[int | None, Depends(_seen)]


def staff_id(caller: Caller) -> UUID:
    """Who acts. Only a person can; a service's token has no id."""
    if caller.id is None:
        raise Problem(403, "not_allowed", "Not allowed", "This needs the token of a member of staff.")
    return caller.id

"""What a route takes from its request: who asks, the database, the settings, the version they saw."""

import hashlib
import re
from typing import Annotated, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Request
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.question import Terms
from services.insurance.settings import Settings
from services.insurance.tables import Verification
from shared.contracts.fact import new_id
from shared.database import Database
from shared.identity import Caller, Role, allowed
from shared.peers import Peer
from shared.problems import Problem
from shared.sealing import keyring

READERS = (Role.COORDINATOR, Role.VOB, Role.CLINICIAN, Role.CASE_MANAGER, Role.DIRECTOR, Role.AUDITOR)

# Where nothing of a person is read nobody's name is recorded; the role is asked for all the same.
may_read = Depends(allowed(*READERS))
Reader = Annotated[Caller, may_read]
Writer = Annotated[Caller, Depends(allowed(Role.COORDINATOR, Role.VOB))]


def _database(request: Request) -> Database:
    return cast(Database, request.app.state.database)


def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def _terms(request: Request) -> Terms:
    return cast(Terms, request.app.state.terms)


def _intake(request: Request) -> Peer:
    return cast(Peer, request.app.state.intake)


def _zone(settings: Annotated[Settings, Depends(_settings)]) -> ZoneInfo:
    return ZoneInfo(settings.centre_zone)


def _seen(if_match: Annotated[str | None, Header(max_length=40)] = None) -> int | None:
    """The version in If-Match, `"7"`; None when the caller says none, and so creates."""
    if if_match is None:
        return None
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        raise Problem(400, "malformed_header", "Malformed If-Match", 'If-Match is a version, like "7".')
    return int(match[1])


Db = Annotated[Database, Depends(_database)]
Config = Annotated[Settings, Depends(_settings)]
Asking = Annotated[Terms, Depends(_terms)]
Intake = Annotated[Peer, Depends(_intake)]
Zone = Annotated[ZoneInfo, Depends(_zone)]
Seen = Annotated[int | None, Depends(_seen)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


class Body(BaseModel):
    """What is sent may be personal: a refusal must not repeat it."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")


def _storable(value: str) -> str:
    """JSON may spell half a character (a lone surrogate) or NUL, which no database text can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("unreadable", "text that is no Unicode") from None
    return value.replace("\x00", "").strip()


Text = Annotated[str, AfterValidator(_storable)]


def staff_id(caller: Caller) -> UUID:
    """Who acts. Only a person can; a service's token has no id."""
    if caller.id is None:
        raise Problem(403, "not_allowed", "Not allowed", "This needs the token of a member of staff.")
    return caller.id


def id_for(session: AsyncSession, kind: str, scope: UUID, key: str | None) -> UUID:
    """The id of a row that is to exist once per Idempotency-Key within `scope`; a fresh one without a key."""
    if key is None:
        return new_id()
    digest = keyring(session).blind_index(f"id.{kind}", f"{scope}\x00{key}")
    return UUID(bytes=hashlib.sha256(digest).digest()[:16], version=4)


async def verification_of(session: AsyncSession, verification_id: UUID) -> Verification:
    """The verification, or the problem 404."""
    found = await session.get(Verification, verification_id)
    if found is None:
        raise not_found("verification")
    return found


def not_found(what: str) -> Problem:
    return Problem(404, "not_found", "Not found", f"There is no such {what}.")


def stale(what: str, current: int) -> Problem:
    problem = Problem(
        409,
        "stale_version",
        f"Somebody changed this {what}",
        f"Load the {what} again, look at what changed, then decide.",
        current_version=current,
    )
    problem.headers = {"etag": f'"{current}"'}
    return problem


def key_used() -> Problem:
    return Problem(
        409,
        "idempotency_conflict",
        "This key was used before",
        "The same Idempotency-Key came with other content. Use a new key for a new request.",
    )

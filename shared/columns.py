"""What a column may hold: its privacy class, and times that always know their zone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData
from sqlalchemy.types import TypeDecorator

# Every column carries one of these as `info`; a test fails on a column without.
PUBLIC: dict[str, Any] = {"privacy": "public"}  # could be printed on a wall: codes, counts, listings
PSEUDONYMOUS: dict[str, Any] = {"privacy": "pseudonymous"}  # ids, times and keyed hashes of one case
SEALED: dict[str, Any] = {"privacy": "sealed"}  # a person's values, encrypted with the case's own key

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata() -> MetaData:
    """Metadata whose constraints have stable names: migrations on SQLite need them."""
    return MetaData(naming_convention=_NAMES)


# The tables every service has beside its own: outbox, inbox, parked, jobs, keys, audit.
plumbing = service_metadata()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC. SQLite drops the zone, so it is put back; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

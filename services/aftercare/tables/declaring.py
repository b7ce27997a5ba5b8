"""How aftercare declares its tables: one metadata, codes as plain strings, the states its rows go through."""

from enum import StrEnum

from sqlalchemy import JSON, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from shared.columns import service_metadata

Document = JSON().with_variant(JSONB(), "postgresql")


def code(kind: type[StrEnum]) -> Enum:
    """An enum kept as its value in a plain string column, so that adding a member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda e: [m.value for m in e],
    )


class Table(DeclarativeBase):
    metadata = service_metadata()

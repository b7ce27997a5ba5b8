"""Every column says how private it is, and nothing can be looked up by a sealed value."""

from sqlalchemy import Index, LargeBinary, UniqueConstraint

from services.aftercare.tables import Table
from shared.database import PSEUDONYMOUS, PUBLIC, SEALED


def test_every_column_declares_its_privacy() -> None:
    for table in Table.metadata.tables.values():
        for column in table.columns:
            assert column.info in (PUBLIC, PSEUDONYMOUS, SEALED), f"{table.name}.{column.name}"


def test_sealed_columns_hold_bytes_and_are_in_no_index_or_constraint() -> None:
    for table in Table.metadata.tables.values():
        looked_up = {
            column.name
            for one in [*table.constraints, *table.indexes]
            if isinstance(one, UniqueConstraint | Index)
            for column in one.columns
        }
        for column in (one for one in table.columns if one.info == SEALED):
            assert isinstance(column.type, LargeBinary)
            assert column.name not in looked_up

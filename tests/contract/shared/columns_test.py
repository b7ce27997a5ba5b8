"""Every column says what it may hold, and no constraint can ever print a sealed value."""

import importlib

import pytest
from sqlalchemy import LargeBinary, MetaData, UniqueConstraint

from shared import migrating
from shared.columns import plumbing

assert migrating  # importing it fills `plumbing`


def _metadata(name: str) -> MetaData:
    if name == "shared":
        return plumbing
    metadata: MetaData = importlib.import_module(f"services.{name}.tables").Table.metadata
    return metadata


@pytest.mark.parametrize("name", ["shared", "intake", "insurance", "aftercare", "dashboard"])
def test_every_column_is_declared_public_pseudonymous_or_sealed(name: str) -> None:
    undeclared = [
        f"{table.name}.{column.name}"
        for table in _metadata(name).tables.values()
        for column in table.columns
        if column.info.get("privacy") not in {"public", "pseudonymous", "sealed"}
    ]
    assert undeclared == []


@pytest.mark.parametrize("name", ["shared", "intake", "insurance", "aftercare", "dashboard"])
def test_sealed_columns_hold_bytes_and_are_in_no_constraint_or_index(name: str) -> None:
    for table in _metadata(name).tables.values():
        for column in table.columns:
            if column.info.get("privacy") != "sealed":
                continue
            place = f"{table.name}.{column.name}"
            assert isinstance(column.type, LargeBinary), place
            constrained = [*table.indexes, *(c for c in table.constraints if isinstance(c, UniqueConstraint))]
            assert not any(column.name in rule.columns for rule in constrained), place
            assert not column.primary_key, place

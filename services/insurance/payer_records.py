"""The payer directory as rows: read whole, changed one payer at a time. Inside `transaction()` only."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.payers.directory import Directory
from services.insurance.payers.invented import INVENTED
from services.insurance.payers.payer import Enrolment, Payer, PayerId
from services.insurance.tables import PayerRow, of
from shared import clock
from shared.database import insert_or_ignore


class PayerNotFound(Exception):
    """No payer has this code."""


class PayerExists(Exception):
    """The code is taken: nothing was created."""


class PayerChanged(Exception):
    """Somebody saved the payer since it was read; it is at version `current` now."""

    def __init__(self, current: int) -> None:
        super().__init__("the payer has changed")
        self.current = current


class SpellingTaken(Exception):
    """A name or alias already means another payer, whose `code` this is."""

    def __init__(self, code: str) -> None:
        super().__init__("spelling taken")
        self.code = code


class UnknownAdministrator(Exception):
    """`carve_out_to` names no payer of the directory, or the payer itself."""


async def load_directory(session: AsyncSession) -> Directory:
    """All payers as they are now."""
    return Directory([_payer(row) for row in await session.scalars(select(PayerRow))])


async def load_payer(session: AsyncSession, code: str) -> tuple[Payer, int]:
    """One payer and its version. Raises PayerNotFound."""
    row = await session.get(PayerRow, code)
    if row is None:
        raise PayerNotFound
    return _payer(row), row.version


async def save_payer(session: AsyncSession, payer: Payer, version: int | None) -> int:
    """Store `payer` as changed from `version`, or as a new one (None); returns its version now.

    Raises PayerNotFound, PayerExists, PayerChanged, SpellingTaken, UnknownAdministrator.
    """
    row = await session.get(PayerRow, payer.code, with_for_update=True)
    if version is None and row is not None:
        raise PayerExists
    if version is not None and row is None:
        raise PayerNotFound
    if row is not None and row.version != version:
        raise PayerChanged(row.version)
    directory = await load_directory(session)
    for other in directory.others_written(payer):
        raise SpellingTaken(other.code)
    if payer.carve_out_to is not None and (
        payer.carve_out_to == payer.code or directory.by_code(payer.carve_out_to) is None
    ):
        raise UnknownAdministrator
    if row is None:
        row = PayerRow(code=payer.code)
        session.add(row)
    for name, value in _columns(payer).items():
        setattr(row, name, value)
    await session.flush()
    return row.version


async def seed_invented(session: AsyncSession) -> None:
    """The built-in clearinghouse's payers, where they are not there yet. What a centre changed stays."""
    rows = [{"code": payer.code, "version": 1, **_columns(payer)} for payer in INVENTED]
    await insert_or_ignore(session, of(PayerRow), rows, ["code"])


def ids_as_json(payer: Payer) -> dict[str, list[dict[str, str | None]]]:
    """`ids` as stored and shown: adapter -> [{"id", "from", "until", "enrolment"}], dates as ISO 8601."""
    return {
        adapter: [
            {
                "id": one.id,
                "from": one.valid_from.isoformat() if one.valid_from else None,
                "until": one.valid_until.isoformat() if one.valid_until else None,
                "enrolment": one.enrolment.value,
            }
            for one in ids
        ]
        for adapter, ids in payer.ids.items()
    }


def _columns(payer: Payer) -> dict[str, Any]:
    return {
        "name": payer.name,
        "aliases": list(payer.aliases),
        "phone": payer.phone,
        "behavioural_phone": payer.behavioural_phone,
        "ids": ids_as_json(payer),
        "carve_out_to": payer.carve_out_to,
        "multi_stc": payer.multi_stc,
        "medicaid": payer.medicaid,
        "terms": dict(payer.terms),
        "invented": payer.invented,
        "updated_at": clock.now(),
    }


def _payer(row: PayerRow) -> Payer:
    return Payer(
        code=row.code,
        name=row.name,
        aliases=tuple(row.aliases),
        phone=row.phone,
        behavioural_phone=row.behavioural_phone,
        ids={adapter: tuple(map(_payer_id, ids)) for adapter, ids in row.ids.items()},
        carve_out_to=row.carve_out_to,
        multi_stc=row.multi_stc,
        medicaid=row.medicaid,
        terms=row.terms,
        invented=row.invented,
    )


def _payer_id(stored: Mapping[str, str | None]) -> PayerId:
    return PayerId(
        id=stored["id"] or "",
        valid_from=_day(stored.get("from")),
        valid_until=_day(stored.get("until")),
        enrolment=Enrolment(stored.get("enrolment") or Enrolment.NOT_NEEDED),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

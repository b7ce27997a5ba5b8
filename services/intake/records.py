"""From rows to what the rules read, and the one way to take a case for changing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.intake.case import CaseState, Coverage, Stage
from services.intake.consent_rules import Consent
from services.intake.tables import Case, ConsentRow, Stay
from shared.contracts.intake import ConsentItem, DischargeType


class CaseNotFound(Exception):
    """No such case, or none that this caller may know of: the two look alike on purpose."""


class StaleVersion(Exception):
    """The caller saw version `seen`; the case is at `current` now."""

    def __init__(self, current: int) -> None:
        super().__init__("the case has changed")
        self.current = current


async def take(session: AsyncSession, case_id: UUID, seen: int | None = None) -> Case:
    """The case, locked until commit, so that of two people acting at once one sees what the other did.

    Raises CaseNotFound, and StaleVersion when `seen` (from If-Match) is not the version any more.
    """
    case = await session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None:
        raise CaseNotFound
    if seen is not None and seen != case.version:
        raise StaleVersion(case.version)
    return case


def touched(case: Case, now: datetime) -> None:
    """Something of the case changed, perhaps only a row that belongs to it: its version goes up."""
    case.touched_at = now
    # The same instant twice would leave the row as it is, and a reader with an old ETag none the wiser.
    flag_modified(case, "touched_at")


def consent_of(row: ConsentRow) -> Consent:
    return Consent(
        id=row.id,
        item=ConsentItem(row.item),
        given_at=row.given_at,
        refused_at=row.refused_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


async def consents_of(session: AsyncSession, case_ids: Iterable[UUID]) -> dict[UUID, list[ConsentRow]]:
    """The consents of several cases in one query, oldest first."""
    found: dict[UUID, list[ConsentRow]] = defaultdict(list)
    query = select(ConsentRow).where(ConsentRow.case_id.in_(list(case_ids))).order_by(ConsentRow.id)
    for row in await session.scalars(query):
        found[row.case_id].append(row)
    return found


async def deceased_of(session: AsyncSession, case_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these cases ended in death, as far as a stay says so."""
    query = select(Stay.case_id).where(Stay.case_id.in_(list(case_ids)))
    return set(await session.scalars(query.where(Stay.discharge_type == DischargeType.DECEASED.value)))


def state(case: Case, consents: Iterable[ConsentRow], *, deceased: bool) -> CaseState:
    return CaseState(
        stage=Stage(case.stage),
        coverage=Coverage(case.coverage),
        coverage_fresh_until=case.coverage_fresh_until,
        owner_id=case.owner_id,
        owned_until=case.owned_until,
        first_attempt_at=case.first_attempt_at,
        reached_at=case.reached_at,
        identifiers_complete=case.identifiers_complete,
        restricted=case.restricted,
        deceased=deceased,
        consents=tuple(consent_of(row) for row in consents),
    )


async def state_of(session: AsyncSession, case: Case) -> CaseState:
    """The case as the rules see it, consents of this transaction included."""
    await session.flush()
    rows = (await consents_of(session, [case.id])).get(case.id, [])
    return state(case, rows, deceased=case.id in await deceased_of(session, [case.id]))

"""Two clients who must not meet. Who asked for it and why is not kept; neither plan tells of the other."""

from collections.abc import Collection
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.tables import Enrolment, EnrolmentState, KeptApart
from shared import clock
from shared.upsert import insert_or_ignore

GOING = (EnrolmentState.ACCEPTED, EnrolmentState.ACTIVE, EnrolmentState.SUSPENDED)
_MAY_GO = (EnrolmentState.SUGGESTED, EnrolmentState.WAITING, *GOING)


class SameCase(ValueError):
    """Nobody can be kept apart from themselves."""


async def keep_apart(session: AsyncSession, case_id: UUID, other_case_id: UUID) -> bool:
    """From now on these two are offered no meeting of each other's; False when that was so already."""
    first, second = _in_order(case_id, other_case_id)
    row = {"case_id": first, "other_case_id": second, "since": clock.now()}
    table = cast(Table, KeptApart.__table__)
    return bool(await insert_or_ignore(session, table, [row], ["case_id", "other_case_id"]))


async def let_meet(session: AsyncSession, case_id: UUID, other_case_id: UUID) -> None:
    """The two may meet again. Nothing is rearranged for it."""
    first, second = _in_order(case_id, other_case_id)
    pair = KeptApart.case_id == first, KeptApart.other_case_id == second
    await session.execute(delete(KeptApart).where(*pair))


async def kept_apart_from(session: AsyncSession, case_id: UUID) -> set[UUID]:
    """The cases this one must not meet."""
    pairs = select(KeptApart.case_id, KeptApart.other_case_id).where(
        or_(KeptApart.case_id == case_id, KeptApart.other_case_id == case_id)
    )
    return {one if other == case_id else other for one, other in await session.execute(pairs)}


async def meetings_of_kept_apart(session: AsyncSession, case_id: UUID) -> set[UUID]:
    """Where this client may not be sent: somebody kept apart goes there, or might yet."""
    return await meetings_of(session, await kept_apart_from(session, case_id), going=False)


async def meetings_of(session: AsyncSession, case_ids: Collection[UUID], *, going: bool) -> set[UUID]:
    """Where these clients go; unless `going` also where they might yet: a suggestion is half a yes."""
    if not case_ids:
        return set()
    states = GOING if going else _MAY_GO
    live = Enrolment.case_id.in_(case_ids), Enrolment.state.in_(states)
    return set(await session.scalars(select(Enrolment.meeting_id).where(*live)))


def _in_order(case_id: UUID, other_case_id: UUID) -> tuple[UUID, UUID]:
    if case_id == other_case_id:
        raise SameCase
    return min(case_id, other_case_id), max(case_id, other_case_id)

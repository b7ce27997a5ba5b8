"""What the matcher is asked for a plan: read in one transaction, computed outside, checked before writing.

A choice takes longer than a transaction may. So the answer carries the version of the plan it was asked for,
and what it relies on is looked at again, under locks, in the transaction that writes it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.rebalancing import Refill, refill
from services.aftercare.matching.sets import Scored
from services.aftercare.matching.wishes import Client, Surroundings
from services.aftercare.plans.kept_apart import GOING, meetings_of_kept_apart
from services.aftercare.plans.listings import (
    OFFERED,
    attending,
    listing_of,
    meetings_on_file,
    offered_listings,
    surroundings,
)
from services.aftercare.plans.preferences import Preferences, preferences_of
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan
from shared import audit, clock
from shared.database import Database
from shared.identity import Caller, Role
from shared.jobs import Later

_SERVICE = Caller(None, "aftercare", Role.SERVICE)
AGAIN = timedelta(seconds=1)


@dataclass(frozen=True)
class Answer:
    """What fits, for the version of the plan that asked. `hashes`: the contents it relied on, by meeting."""

    plan_id: UUID
    version: int
    wanted: Preferences
    client: Client
    refill: Refill
    hashes: Mapping[str, str]


@dataclass(frozen=True)
class _Question:
    plan_id: UUID
    version: int
    wanted: Preferences
    client: Client
    around: Surroundings
    accepted: tuple[UUID, ...]


async def ask(
    database: Database, settings: Settings, plan_id: UUID, may: Callable[[Plan], bool]
) -> Answer | None:
    """Look for what is missing in the plan's week. None when the plan is not one that `may` be answered."""
    async with database.transaction() as session:
        plan = await session.get(Plan, plan_id)
        if plan is None or not may(plan):
            return None
        question = await _question(session, plan, settings)
    async with database.reading() as session:
        going = await meetings_on_file(session, question.accepted)
        offered = await offered_listings(session)
    mine = {str(row.id): listing_of(row) for row in going.values()}
    doubtful = frozenset(str(row.id) for row in going.values() if row.suspect_since)
    listings = [*mine.values(), *(one.listing for one in offered if one.listing.id not in mine)]
    found = await asyncio.to_thread(
        refill, question.client, listings, frozenset(mine), question.around, doubtful=doubtful
    )
    hashes = {one.listing.id: one.content_hash for one in offered}
    return Answer(plan_id, question.version, question.wanted, question.client, found, hashes)


async def _question(session: AsyncSession, plan: Plan, settings: Settings) -> _Question:
    await audit.record(session, _SERVICE, "preferences.use", plan.case_id)
    wanted = await preferences_of(session, plan.case_id, settings.centre_zone)
    enrolments = list(await session.scalars(select(Enrolment).where(Enrolment.plan_id == plan.id)))
    # A no is a no; a place in a queue is neither offered again nor counted.
    closed = (EnrolmentState.DECLINED, EnrolmentState.WAITING)
    refused = frozenset(str(one.meeting_id) for one in enrolments if one.state in closed)
    client = wanted.as_client(max(plan.discharged_at, clock.now()), refused)
    if plan.activated_at:  # the first days count from leaving, not from today
        client = replace(client, discharged_at=plan.left_at or plan.discharged_at)
    accepted = tuple(one.meeting_id for one in enrolments if one.state in GOING)
    around = await surroundings(session, plan.case_id, settings.courtesy_cap)
    return _Question(plan.id, plan.version, wanted, client, around, accepted)


async def locked(session: AsyncSession, answer: Answer) -> Plan:
    """The plan, locked; `Later` when it moved on while we computed."""
    plan = (await session.scalars(select(Plan).where(Plan.id == answer.plan_id).with_for_update())).one()
    if plan.version != answer.version:
        raise Later(AGAIN, "plan_changed")
    return plan


async def check_still_true(
    session: AsyncSession, plan: Plan, answer: Answer, chosen: Iterable[Scored], courtesy_cap: int
) -> list[Meeting]:
    """`Later` when a chosen meeting changed, filled up, or became somebody's who must not be met.

    Returns the chosen meetings. Held by the caller they are not read again when they are enrolled in.
    """
    ids = {UUID(one.id): answer.hashes[one.id] for one in chosen}
    if not ids:
        return []
    # Locked, in id order: two clients' choices of the last free place are made one after the other.
    on_file = select(Meeting).where(Meeting.id.in_(ids), OFFERED).order_by(Meeting.id)
    found = list(await session.scalars(on_file.with_for_update().execution_options(populate_existing=True)))
    if {row.id: row.content_hash for row in found} != ids:
        raise Later(AGAIN, "listing_changed")
    if await attending(session, but_not=plan.case_id, at_least=courtesy_cap, among=ids):
        raise Later(AGAIN, "meeting_filled")
    if await meetings_of_kept_apart(session, plan.case_id) & ids.keys():
        raise Later(AGAIN, "kept_apart")
    return found

"""Choosing meetings for a plan.

The choice is computed between two transactions: one reads, one writes, and the write checks that what was
read still holds. All that a choice means is written in that one transaction: a crash leaves all or nothing.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.report import REASONS, REPORT, report_of
from services.aftercare.matching.sets import Match, Scored, match
from services.aftercare.matching.wishes import Surroundings
from services.aftercare.plans.enrolment import activate, enrolments_of
from services.aftercare.plans.listings import attending, listing_of, offered_listings
from services.aftercare.plans.preferences import Preferences, preferences_of
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import audit, clock
from shared.contracts.aftercare import (
    EnrolmentMode,
    MeetingsSuggested,
)
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.database import Database
from shared.identity import Caller, Role
from shared.jobs import Job, Later, finish
from shared.messaging.outbox import say
from shared.sealing import box
from shared.upsert import insert_or_ignore

_SERVICE = Caller(None, "aftercare", Role.SERVICE)
_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True)
class _Question:
    """What the matcher was asked, and the version of the plan it was asked for."""

    plan_id: UUID
    version: int
    wanted: Preferences
    found: Match


def is_undecided(plan: Plan) -> bool:
    """May meetings be looked for? Not on a running plan, during a transfer, or against the client's no."""
    return (
        plan.state in (PlanState.DRAFT, PlanState.OFFERED)
        and plan.disposition is not DischargeType.TRANSFERRED
        and plan.consent_revoked_at is None
    )


async def choose_meetings(database: Database, settings: Settings, job: Job) -> None:
    """The job: find the meetings that fit; suggest them, or enrol when the client agreed to that before."""
    question = await _ask(database, settings, job.subject_id)
    if question is not None:
        async with database.transaction() as session:
            await _answer(session, question, settings.courtesy_cap)
            await finish(session, job)


async def _ask(database: Database, settings: Settings, plan_id: UUID) -> _Question | None:
    """Read, then compute outside any transaction. None when there is nothing left to decide."""
    async with database.transaction() as session:
        plan = await session.get(Plan, plan_id)
        if plan is None or not is_undecided(plan):
            return None
        await audit.record(session, _SERVICE, "preferences.use", plan.case_id)
        wanted = await preferences_of(session, plan.case_id, settings.centre_zone)
        declined = select(Enrolment.meeting_id).where(
            Enrolment.plan_id == plan_id, Enrolment.state == EnrolmentState.DECLINED
        )
        refused = frozenset(map(str, await session.scalars(declined)))
        client = wanted.as_client(max(plan.discharged_at, clock.now()), refused)
        going = await attending(session, but_not=plan.case_id)
        around = Surroundings(going, courtesy_cap=settings.courtesy_cap)
    async with database.reading() as session:
        rows = await offered_listings(session)
    found = await asyncio.to_thread(lambda: match(client, map(listing_of, rows), around))
    return _Question(plan_id, plan.version, wanted, found)


async def _answer(session: AsyncSession, question: _Question, courtesy_cap: int) -> None:
    """Write the choice; `Later` when the plan, a listing or a meeting's numbers moved while we computed."""
    plan = (await session.scalars(select(Plan).where(Plan.id == question.plan_id).with_for_update())).one()
    if plan.version != question.version:
        raise Later(_AGAIN, "plan_changed")
    chosen = question.found.chosen
    await _check_still_true(session, plan, chosen, courtesy_cap)
    enrolments = await _suggest(session, plan, chosen)
    plan.state = PlanState.OFFERED
    plan.pathway, plan.target = question.wanted.pathway, question.wanted.target
    plan.chosen_at = clock.now()
    plan.version += 1
    sealed = await box(session, plan.case_id)
    plan.report = sealed.seal(REPORT, plan.id, json.dumps(report_of(question.found)))
    say(session, MeetingsSuggested(case_id=plan.case_id, plan_id=plan.id, found=len(chosen)))
    # An unknown discharge is a question to staff: suggest, whatever was agreed.
    if plan.consent_id and plan.disposition is not DischargeType.UNKNOWN:
        for enrolment in enrolments:
            activate(session, plan, enrolment)


async def _check_still_true(
    session: AsyncSession, plan: Plan, chosen: Iterable[Scored], courtesy_cap: int
) -> None:
    ids = {UUID(one.id): one.meeting.listing.meeting.content_hash for one in chosen}
    # Locked, in id order: two clients' choices of the last free place are made one after the other.
    on_file = select(Meeting.id, Meeting.content_hash).where(Meeting.id.in_(ids)).order_by(Meeting.id)
    now = dict((await session.execute(on_file.with_for_update())).all())
    if now != ids:
        raise Later(_AGAIN, "listing_changed")
    others = await attending(session, but_not=plan.case_id)
    if any(others.get(str(meeting_id), 0) >= courtesy_cap for meeting_id in ids):
        raise Later(_AGAIN, "meeting_filled")


async def _suggest(session: AsyncSession, plan: Plan, chosen: tuple[Scored, ...]) -> list[Enrolment]:
    """One row a meeting, whatever was suggested before; suggestions that are no longer best are withdrawn."""
    sealed = await box(session, plan.case_id)
    rows = []
    for one in chosen:
        row_id = new_id()
        rows.append(
            {
                "id": row_id,
                "plan_id": plan.id,
                "case_id": plan.case_id,
                "meeting_id": UUID(one.id),
                "state": EnrolmentState.SUGGESTED,
                "mode": EnrolmentMode.SELF_ATTEND,
                "modality": one.meeting.modality.value,
                "score": one.score,
                "reasons": sealed.seal(REASONS, row_id, json.dumps(one.points)),
                "sequence": 0,
                "first_occurrence_at": one.meeting.first_at,
                "suggested_at": clock.now(),
            }
        )
    table = cast(Table, Enrolment.__table__)
    await insert_or_ignore(session, table, rows, ["plan_id", "meeting_id"])
    found = {one.meeting_id: one for one in await enrolments_of(session, plan)}
    for enrolment in found.values():
        if enrolment.state is EnrolmentState.SUGGESTED:
            enrolment.state = EnrolmentState.ENDED
    for one in chosen:
        enrolment = found[UUID(one.id)]
        enrolment.state = EnrolmentState.SUGGESTED
        enrolment.score, enrolment.modality = one.score, one.meeting.modality.value
        enrolment.first_occurrence_at = one.meeting.first_at
        enrolment.reasons = sealed.seal(REASONS, enrolment.id, json.dumps(one.points))
    return [found[UUID(one.id)] for one in chosen]

"""A running plan whose week has a hole, or could be better (aftercare.md 6.5).

Nothing is rearranged behind the client's back. With the aftercare consent a meeting that is gone, or that
the client can no longer go to, is replaced at once; whatever else would change is a proposal that waits for
a yes. What was accepted and still can be gone to stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.fitness import Reason, Rejected
from services.aftercare.matching.sets import Scored
from services.aftercare.matching.shortlist import secular_choice
from services.aftercare.messages.outgoing import INSTEAD, write_to
from services.aftercare.plans.asking_staff import ask_staff
from services.aftercare.plans.choosing import choose_again, enrols, is_undecided, keep_answer
from services.aftercare.plans.enrolment import end_enrolment, enrolments_of, replace
from services.aftercare.plans.listings import meetings_on_file
from services.aftercare.plans.question import Answer, ask, check_still_true, locked
from services.aftercare.plans.suggesting import Suggested, Suggestion, make_sure_of_seat, suggest
from services.aftercare.settings import Settings
from services.aftercare.tables import Enrolment, Message, MessageState, Plan, PlanState, Purpose
from shared import clock
from shared.contracts.aftercare import FollowUpKind, MeetingsSuggested, ReplacementReason
from shared.database import Database
from shared.fault_points import fault_point
from shared.jobs import Job, finish, schedule
from shared.messaging.outbox import say
from shared.sealing import box

REBALANCE = "rebalance"


async def ask_rebalance(session: AsyncSession, plan: Plan, why: ReplacementReason) -> None:
    """Look at the plan's week again soon; the caller holds the plan's lock.

    A plan without a yes yet is chosen for anew. One that rests or is over is left alone: going on asks again.
    """
    plan.version += 1
    if is_undecided(plan):
        await choose_again(session, plan)
    elif is_running(plan):
        key = f"{REBALANCE}:{plan.id}:{plan.version}:{why.value}"
        await schedule(session, REBALANCE, plan.id, key=key)


def is_running(plan: Plan) -> bool:
    return plan.state in (PlanState.ACTIVE, PlanState.LOST_CONTACT) and plan.consent_revoked_at is None


async def rebalance(database: Database, settings: Settings, job: Job) -> None:
    """The job: replace what is gone, propose what is missing or much better. Twice changes nothing more."""
    why = ReplacementReason(job.key.rsplit(":", 1)[1])
    answer = await ask(database, settings, job.subject_id, is_running)
    if answer is not None:
        fault_point("rebalance.answered")
        async with database.transaction() as session:
            await _write(session, answer, why, settings.courtesy_cap)
            await finish(session, job)


_GONE = (Reason.STALE_LISTING, Reason.COURTESY_CAP, Reason.BLOCKED)


@dataclass(frozen=True)
class _Change:
    """One place in the week. `lost` None: it was empty. `added` None: nothing fits it, or, when the week is
    `full` without it, nothing is missing there."""

    lost: Rejected | None
    added: Scored | None
    full: bool

    @property
    def is_gone(self) -> bool:
        """Nobody can go there any more, this client must not, or they said that they do not want to."""
        return self.lost is not None and self.lost.reason in _GONE

    @property
    def is_hole(self) -> bool:
        return self.lost is not None and self.added is None and not self.full


async def _write(session: AsyncSession, answer: Answer, why: ReplacementReason, courtesy_cap: int) -> None:
    plan = await locked(session, answer)
    refill = answer.refill
    mine = {str(one.meeting_id): one for one in await enrolments_of(session, plan)}
    full = bool(refill.found.sets) and not refill.found.sets[0].short
    changes = [_Change(*pair, full) for pair in zip_longest(refill.lost, refill.added)]
    suggestions = _suggestions(plan, answer, changes, mine)
    offers = [one.one for one in suggestions]
    # The session forgets what nobody holds: these are asked for again and again on the way to the calendar.
    held = await check_still_true(session, plan, answer, offers, courtesy_cap)
    lost = [mine[one.listing.id].meeting_id for one in refill.lost]
    held += (await meetings_on_file(session, lost)).values()
    sealed = await box(session, plan.case_id)
    keep_answer(plan, answer, sealed)
    suggested = await suggest(session, plan, mine.values(), suggestions, sealed)
    for change in changes:
        if change.lost is not None:
            await _let_go(session, plan, change, suggested, why)
    await _ask_for_help(session, plan, answer, changes)
    await _propose(session, plan, answer, suggested)


def _suggestions(
    plan: Plan, answer: Answer, changes: Sequence[_Change], mine: dict[str, Enrolment]
) -> list[Suggestion]:
    found = answer.refill.found
    suggestions = []
    for change in changes:
        if change.added is not None:
            # Gone or replaced at once, the old one is not there any more when the client answers.
            stays = change.lost is not None and not change.is_gone and not enrols(plan)
            old = mine[change.lost.listing.id].id if change.lost is not None and stays else None
            suggestions.append(Suggestion(change.added, instead_of=old))
    for swap in answer.refill.swaps:
        suggestions.append(Suggestion(swap.enters, instead_of=mine[swap.leaves].id))
    taken = {one.one.id for one in suggestions}
    secular = secular_choice(answer.client, found)
    in_week = {one.id for one in found.chosen}
    if secular and secular.shown and secular.shown.id not in taken | in_week:
        suggestions.append(Suggestion(secular.shown))
        taken.add(secular.shown.id)
    if found.fall_back and found.fall_back.id not in taken:
        suggestions.append(Suggestion(found.fall_back, fall_back=True))
    return suggestions


async def _let_go(
    session: AsyncSession, plan: Plan, change: _Change, suggested: Suggested, why: ReplacementReason
) -> None:
    """What cannot stay: replaced at once where we may, ended where it is gone, or the week full without."""
    assert change.lost is not None
    old = suggested.rows[change.lost.listing.id]
    if change.added is not None and enrols(plan):
        new = suggested.rows[change.added.id]
        await make_sure_of_seat(session, new)
        await replace(session, plan, old, new, _reason(change.lost, why))
        key = f"replaced:{new.id}:{new.sequence}"
        details = {"starts_at": new.first_occurrence_at.isoformat(), INSTEAD: "yes"}
        await write_to(session, plan, Purpose.CHANGED, key=key, about=new.id, details=details)
    elif change.is_gone or (change.added is None and change.full and enrols(plan)):
        await end_enrolment(session, plan, old)


def _reason(lost: Rejected, why: ReplacementReason) -> ReplacementReason:
    """The listing's own end says more than what made us look."""
    return ReplacementReason.WITHDRAWN if lost.reason is Reason.STALE_LISTING else why


async def _ask_for_help(
    session: AsyncSession, plan: Plan, answer: Answer, changes: Sequence[_Change]
) -> None:
    """A hole nothing fits is a person's work; so is a yes that somebody has to ask for."""
    lost = [change for change in changes if change.lost is not None]
    if not answer.refill.found.chosen or any(change.is_hole for change in changes):
        await ask_staff(session, plan, FollowUpKind.NO_MEETING)
    if any(change.added is not None for change in lost) and not enrols(plan):
        await ask_staff(session, plan, FollowUpKind.ASK_CLIENT)
    secular = secular_choice(answer.client, answer.refill.found)
    if secular and secular.shown is None:
        await ask_staff(session, plan, FollowUpKind.NO_MEETING, about="secular")


async def _propose(session: AsyncSession, plan: Plan, answer: Answer, suggested: Suggested) -> None:
    """Tell the client of new proposals, once a day at most: what comes after today's word is told tomorrow.

    One that waits for the morning tells of these too, and is the one of that day.
    """
    proposed = suggested.open_ones()
    if not suggested.news or not proposed:
        return
    say(session, MeetingsSuggested(case_id=plan.case_id, plan_id=plan.id, found=len(proposed)))
    mine = Message.plan_id == plan.id, Message.case_id == plan.case_id, Message.purpose == Purpose.PROPOSAL
    waits = Message.state.in_((MessageState.WAITING, MessageState.SENDING))
    if (await session.scalars(select(Message.id).where(*mine, waits).limit(1))).first() is not None:
        return
    today = clock.now().astimezone(ZoneInfo(answer.wanted.zone))
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    told = select(Message.id).where(*mine, Message.sent_at >= midnight)
    told_today = (await session.scalars(told.limit(1))).first() is not None
    key = f"proposal:{plan.id}:{plan.version}"
    due_at = midnight + timedelta(days=1) if told_today else None
    await write_to(session, plan, Purpose.PROPOSAL, key=key, due_at=due_at)

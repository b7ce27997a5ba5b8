"""Choosing meetings for a plan that has none yet.

All that a choice means is written in one transaction: a crash leaves all of it or nothing.
"""

import json

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.report import REPORT, report_of
from services.aftercare.matching.sets import Scored
from services.aftercare.matching.shortlist import secular_choice, shortlist
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.asking_staff import ask_staff
from services.aftercare.plans.enrolment import enrolments_of
from services.aftercare.plans.question import Answer, ask, check_still_true, locked
from services.aftercare.plans.suggesting import Suggestion, suggest, take_up
from services.aftercare.settings import Settings
from services.aftercare.tables import Plan, PlanState, Purpose
from shared import clock
from shared.contracts.aftercare import FollowUpKind, MeetingsSuggested
from shared.contracts.intake import DischargeType
from shared.database import Database
from shared.fault_points import fault_point
from shared.jobs import Job, finish, schedule
from shared.messaging.outbox import say
from shared.sealing import Box, box

CHOOSE_MEETINGS = "choose_meetings"


def is_undecided(plan: Plan) -> bool:
    """May meetings be looked for? Not on a running plan, with no leaving in sight, or against a no."""
    is_waiting = plan.state in (PlanState.DRAFT, PlanState.OFFERED)
    return is_waiting and not plan.held and plan.consent_revoked_at is None


def enrols(plan: Plan) -> bool:
    """May we put meetings on the calendar by ourselves? An unknown discharge is a question to staff first."""
    agreed = plan.consent_id is not None and plan.consent_revoked_at is None
    return agreed and plan.left_at is not None and plan.disposition is not DischargeType.UNKNOWN


async def choose_again(session: AsyncSession, plan: Plan) -> None:
    """Run the matcher anew for this version of the plan; the same version asked twice runs once."""
    await schedule(session, CHOOSE_MEETINGS, plan.id, key=f"{CHOOSE_MEETINGS}:{plan.id}:{plan.version}")


async def choose_meetings(database: Database, settings: Settings, job: Job) -> None:
    """The job: find the meetings that fit; suggest them, or enrol when the client agreed to that before."""
    answer = await ask(database, settings, job.subject_id, is_undecided)
    if answer is not None:
        fault_point("choose_meetings.answered")
        async with database.transaction() as session:
            await _write(session, answer, settings.courtesy_cap)
            await finish(session, job)


async def _write(session: AsyncSession, answer: Answer, courtesy_cap: int) -> None:
    plan = await locked(session, answer)
    found, offers = answer.refill.found, _offers(plan, answer)
    # The shortlist before leaving is all there is to pick from; a fall-back is for a week that runs.
    wants_spare = plan.left_at is not None and found.fall_back and found.fall_back not in offers
    spare = [found.fall_back] if wants_spare and found.fall_back else []
    await check_still_true(session, plan, answer, [*offers, *spare], courtesy_cap)
    sealed = await box(session, plan.case_id)
    plan.state = PlanState.OFFERED
    plan.chosen_at = clock.now()
    keep_answer(plan, answer, sealed)
    suggestions = [Suggestion(one) for one in offers] + [Suggestion(one, fall_back=True) for one in spare]
    enrolments = await enrolments_of(session, plan)
    suggested = await suggest(session, plan, enrolments, suggestions, sealed)
    say(session, MeetingsSuggested(case_id=plan.case_id, plan_id=plan.id, found=len(found.chosen)))
    if enrols(plan):
        for added in answer.refill.added:
            await take_up(session, plan, suggested.rows[added.id])
    await _ask_for_help(session, plan, answer)
    if suggested.news and not enrols(plan):
        key = f"suggestions:{plan.id}:{plan.version}"
        await write_to(session, plan, Purpose.SUGGESTIONS, key=key)


def keep_answer(plan: Plan, answer: Answer, sealed: Box) -> None:
    """A new version of the plan: the wishes it was chosen by, and, sealed, what is shown of the choice."""
    plan.version += 1
    plan.pathway, plan.target = answer.wanted.pathway, answer.wanted.target
    report = report_of(answer.client, answer.refill.found)
    plan.report = sealed.seal(REPORT, plan.id, json.dumps(report))


def _offers(plan: Plan, answer: Answer) -> list[Scored]:
    """Before leaving, a shortlist to pick from; afterwards the best set, with a secular choice if due."""
    found, kept = answer.refill.found, {one.id for one in answer.refill.kept}
    if plan.left_at is None:
        return [one for one in shortlist(answer.client, found) if one.id not in kept]
    secular = secular_choice(answer.client, found)
    beside = [secular.shown] if secular and secular.shown and secular.shown not in found.chosen else []
    return [*answer.refill.added, *beside]


async def _ask_for_help(session: AsyncSession, plan: Plan, answer: Answer) -> None:
    """Where nothing fits, or only too late, a person looks; never is a worse meeting taken silently."""
    found = answer.refill.found
    secular = secular_choice(answer.client, found)
    if secular and secular.shown is None:
        await ask_staff(session, plan, FollowUpKind.NO_MEETING, about="secular")
    if not found.chosen:
        await ask_staff(session, plan, FollowUpKind.NO_MEETING)
    elif answer.refill.added and not enrols(plan):
        await ask_staff(session, plan, FollowUpKind.ASK_CLIENT)
    elif found.sets[0].late:
        await ask_staff(session, plan, FollowUpKind.LATE_START)

"""Calling people about a level 3 concern: at once, then every 15 minutes the next one, until one has it.

Each turn is a job of its own, set in the transaction that queued the page before it: a process that dies
between two turns loses none and repeats none.
"""

import logging
from datetime import timedelta

from services.aftercare.follow_up.concerns import page_key
from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.messages.opening import MessagingMisconfigured, on_call
from services.aftercare.messages.outgoing import page_staff
from services.aftercare.plans.opening import locked
from services.aftercare.settings import Settings
from services.aftercare.tables import Concern
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import FollowUpKind
from shared.jobs import Job, finish, schedule

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)


def somebody_is_on_call(settings: Settings) -> bool:
    """Is there anybody a page could go to?"""
    try:
        return bool(on_call(settings))
    except MessagingMisconfigured:
        return False


async def page_concern(place: Workplace, job: Job) -> None:
    """The job of one turn. Without anybody on call it is loud instead: a log, and a task due now."""
    async with place.database.transaction() as session:
        concern = await session.get(Concern, job.subject_id)
        plan = await locked(session, concern.plan_id) if concern else None
        if concern is not None and plan is not None:
            await session.refresh(concern, with_for_update=True)
            if concern.acknowledged_at is None:
                if somebody_is_on_call(place.settings):
                    await page_staff(session, concern.id, plan, concern.pages)
                else:
                    log.error("nobody is on call for a concern", extra={"code": "nobody_on_call"})
                await ask_person(
                    session,
                    plan,
                    FollowUpKind.SAME_DAY_CALL,
                    key=f"concern:{concern.id}",
                    due_from=concern.opened_at,
                    due_by=concern.due_by,
                )
                concern.pages += 1
                due = clock.now() + EVERY
                key = page_key(concern.id, concern.pages)
                await schedule(session, job.kind, concern.id, due_at=due, key=key)
        await finish(session, job)

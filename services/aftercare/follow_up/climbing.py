"""What each rung of the no-show ladder does, once per rung and episode (aftercare.md 8.7).

An episode lasts from the last meeting attended (or from leaving, or going on) to the next. Only the highest
new rung acts: somebody who is to be called need not get the warm word too. Every rung from the second on is
a person with a time; no rung ends anything.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.attendance import CLIMB as CLIMB
from services.aftercare.follow_up.check_ins import open_check_in
from services.aftercare.follow_up.client_clock import zone_of
from services.aftercare.follow_up.due_times import local_day, next_opening, same_day, within_working_days
from services.aftercare.follow_up.follow_ups import ask_person
from services.aftercare.follow_up.ladder import Rung, Standing, Try, is_called_at_once, rung_of
from services.aftercare.follow_up.streak import streak_of
from services.aftercare.follow_up.year import days_since
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.opening import locked
from services.aftercare.plans.pausing import lose_contact, regain_contact
from services.aftercare.plans.states import ON_CALENDAR
from services.aftercare.tables import Attempt, Enrolment, Plan, PlanState, Purpose, Tier
from services.aftercare.workplace import Workplace
from shared import clock
from shared.contracts.aftercare import FollowUpKind, FollowUpOutcome, Instrument
from shared.jobs import Job, finish

_CLIMBS = (PlanState.OFFERED, PlanState.ACTIVE)
_NOT_REACHED = (FollowUpOutcome.LEFT_WORD, FollowUpOutcome.NO_ANSWER, FollowUpOutcome.WRONG_CONTACT)
_WARM_WORD_KEEPS = timedelta(days=2)
_BAM_OPEN = timedelta(days=3)
_STAMP = "%Y%m%dT%H%M%S"

# Kind and working days until it must be done, by rung. Whether a support person may be asked is for the
# counsellor to make sure of first: that consent is not ours to know.
_PEOPLE: dict[Rung, Sequence[tuple[FollowUpKind, int]]] = {
    Rung.PEER_CALL: ((FollowUpKind.PEER_CALL, 1), (FollowUpKind.REMATCH, 1)),
    Rung.COUNSELLOR: ((FollowUpKind.COUNSELLOR, 1),),
    Rung.SUPPORT_PERSON: ((FollowUpKind.SUPPORT_PERSON, 3),),
    Rung.LOST_CONTACT: ((FollowUpKind.LIGHT_TOUCH, 3),),
}


async def climb_after_news(place: Workplace, job: Job) -> None:
    """The job after an attendance was recorded."""
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        if plan is not None:
            zone, _ = await zone_of(session, plan, place.settings.centre_zone)
            await climb(session, plan, zone, place.settings.centre_zone)
        await finish(session, job)


async def go_on(place: Workplace, job: Job) -> None:
    """The job after a sign of life from somebody whose contact was lost: the plan goes on, counted anew."""
    async with place.database.transaction() as session:
        plan = await locked(session, job.subject_id)
        if plan is not None and await regain_contact(session, plan):
            plan.counted_since = clock.now()
            plan.rung = plan.missed_in_a_row = 0
        await finish(session, job)


async def climb(session: AsyncSession, plan: Plan, zone: str, centre_zone: str) -> None:
    """Look where the plan stands and do what its rung asks. The caller has locked the plan."""
    if plan.state not in _CLIMBS or plan.left_at is None or plan.counted_since is None:
        return
    now = clock.now()
    standing = await _standing(session, plan, zone, now)
    rung = rung_of(standing)
    before, plan.rung = plan.rung, max(rung, plan.rung)
    if standing.missed and _is_in_first_days(plan, now):
        await _call_today(session, plan, zone, now)
    if rung > before:
        await _act(session, plan, rung, zone, centre_zone, now)


async def _standing(session: AsyncSession, plan: Plan, zone: str, now: datetime) -> Standing:
    assert plan.counted_since is not None
    in_a_row, missed = await streak_of(session, plan)
    since = max(plan.counted_since, plan.last_attended_at or plan.counted_since)
    heard = max(plan.counted_since, plan.last_contact_at or plan.counted_since)
    tries = select(Attempt).where(
        Attempt.plan_id == plan.id,
        Attempt.at > heard,
        Attempt.outcome.in_(_NOT_REACHED),
        Attempt.withdrawn_at.is_(None),
    )
    going = select(Enrolment.id).where(Enrolment.plan_id == plan.id, Enrolment.state.in_(ON_CALENDAR))
    here = ZoneInfo(zone)
    return Standing(
        in_a_row=in_a_row,
        missed=missed,
        days_without_meeting=days_since(since, now),
        days_without_contact=days_since(heard, now),
        tries=[
            Try(one.channel, one.at.astimezone(here).date(), one.at.astimezone(here).hour)
            for one in await session.scalars(tries)
        ],
        goes_to_meetings=(await session.scalars(going.limit(1))).first() is not None,
    )


async def _act(
    session: AsyncSession, plan: Plan, rung: Rung, zone: str, centre_zone: str, now: datetime
) -> None:
    episode = _episode(plan, rung)
    for kind, days in _PEOPLE.get(rung, ()):
        due_by = within_working_days(now, days, centre_zone)
        key = f"rung_{rung.value}:{kind.value}:{episode}"
        await ask_person(session, plan, kind, key=key, due_from=now, due_by=due_by)
    match rung:
        case Rung.WARM_WORD:
            await _warm_word(session, plan, episode, zone, now)
        case Rung.COUNSELLOR:
            today = local_day(now, zone)
            await open_check_in(session, plan, Instrument.BAM, today, now + _BAM_OPEN)
        case Rung.LOST_CONTACT:
            await lose_contact(session, plan)
            await write_to(session, plan, Purpose.DOOR_OPEN, key=f"door_open:{plan.id}:{episode}")


def _is_in_first_days(plan: Plan, now: datetime) -> bool:
    """Of somebody closely followed: a missed date is a call the same day, whatever else the ladder asks."""
    assert plan.left_at is not None
    return is_called_at_once(days_since(plan.left_at, now), intensive=plan.tier is Tier.INTENSIVE)


async def _call_today(session: AsyncSession, plan: Plan, zone: str, now: datetime) -> None:
    await ask_person(
        session,
        plan,
        FollowUpKind.SAME_DAY_CALL,
        key=f"rung_1:{_episode(plan, Rung.WARM_WORD)}",
        due_from=now,
        due_by=same_day(now, zone),
    )


async def _warm_word(session: AsyncSession, plan: Plan, episode: str, zone: str, now: datetime) -> None:
    if _is_in_first_days(plan, now):
        return
    await write_to(
        session,
        plan,
        Purpose.MISSED_YOU,
        key=f"missed_you:{plan.id}:{episode}",
        useless_after=next_opening(now, zone) + _WARM_WORD_KEEPS,
    )


def _episode(plan: Plan, rung: Rung) -> str:
    """Since when, as a name: the last meeting attended, or for silence the last sign of life."""
    assert plan.counted_since is not None
    last = plan.last_contact_at if rung >= Rung.SUPPORT_PERSON else plan.last_attended_at
    since = max(plan.counted_since, last or plan.counted_since)
    return since.astimezone(UTC).strftime(_STAMP)

"""Answers that grow old: when one does, everybody is told, and where it is still needed the payer is asked
anew.

One job a verification, planned when its answer came and planned anew when the client is admitted. Killed on
any line, the job is still there; run twice, the second finds nothing to do.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.benefit_facts import person_dates
from services.insurance.payer_records import load_directory
from services.insurance.question import Terms
from services.insurance.rules.eligibility import plan_begins
from services.insurance.rules.freshness import before_admission, holds_until, next_look
from services.insurance.rules.states import Cause, State
from services.insurance.tables import ClientInCare, Verification
from services.insurance.verification import request_verification
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageExpired, ExpiryReason
from shared.database import Database
from shared.jobs import Job, Later, finish, schedule
from shared.messaging.outbox import say

EXPIRE = "expire_coverage"
LOOKED_AT_AGAIN = frozenset(
    {State.EXPIRED, State.VERIFIED_INACTIVE, State.NEEDS_CORRECTION, State.MANUAL_REVIEW}
)


@dataclass(frozen=True, slots=True)
class End:
    """Until when an answer holds, why it ends, and why the payer is asked anew then (None: nobody needs
    it)."""

    at: datetime
    reason: ExpiryReason
    cause: Cause | None


async def plan(session: AsyncSession, verification: Verification, terms: Terms) -> datetime:
    """Set until when the active `verification` holds and plan what happens then; returns that instant."""
    end = await _end(session, verification, terms)
    verification.fresh_until = end.at
    # The key carries the instant: an answer that now holds longer gets a new job, and the old one finds
    # nothing to do.
    key = f"{EXPIRE}:{verification.id}:{end.at.isoformat()}"
    await schedule(session, EXPIRE, verification.id, due_at=end.at, key=key)
    return end.at


async def admitted(session: AsyncSession, case_id: UUID, at: datetime) -> None:
    """From now on this client's coverage is looked at every month; the answer at hand holds until then."""
    known = await session.get(ClientInCare, case_id, with_for_update=True)
    if known is None:
        session.add(ClientInCare(case_id=case_id, admitted_at=at))
    elif known.admitted_at < at:
        known.admitted_at, known.left_at = at, None
    await _look_now(session, case_id, f"admitted:{at.isoformat()}")


async def left(session: AsyncSession, case_id: UUID, at: datetime) -> None:
    """The stay ended: nobody asks this client's payer by itself any more, and the answer is as old as it
    is."""
    known = await session.get(ClientInCare, case_id, with_for_update=True)
    if known is None:  # heard before the admission it ends
        session.add(ClientInCare(case_id=case_id, admitted_at=at, left_at=at))
    elif known.admitted_at <= at:
        known.left_at = at
    await _look_now(session, case_id, f"left:{at.isoformat()}")


async def look_again(session: AsyncSession, verification: Verification) -> None:
    """Whatever came of it: of a client in care the payer is asked anew next month."""
    if await _in_care(session, verification.case_id):
        key = f"{EXPIRE}:{verification.id}:{verification.state}"
        await schedule(session, EXPIRE, verification.id, key=key)


async def newest(session: AsyncSession, case_id: UUID) -> Verification | None:
    """The case's latest verification, locked until commit."""
    query = select(Verification).where(Verification.case_id == case_id)
    ordered = query.order_by(Verification.requested_at.desc(), Verification.id.desc()).limit(1)
    return await session.scalar(ordered.with_for_update())


@dataclass(frozen=True)
class ExpireCoverage:
    """The work of kind `expire_coverage`; the job's subject is the verification."""

    database: Database
    terms: Terms

    async def __call__(self, job: Job) -> None:
        async with self.database.transaction() as session:
            verification = await session.get(Verification, job.subject_id, with_for_update=True)
            wait = await self._expire(session, verification)
            if wait is None:
                await finish(session, job)
        if wait is not None:
            raise Later(wait, "not_yet")

    async def _expire(self, session: AsyncSession, verification: Verification | None) -> timedelta | None:
        """Returns how long to wait when it is not time yet to ask anew."""
        if verification is None:
            return None
        now = clock.now()
        if verification.state == State.VERIFIED_ACTIVE:
            end = await _end(session, verification, self.terms)
            if end.at > now:
                if end.at != verification.fresh_until:  # planned anew, with a job of its own
                    await plan(session, verification, self.terms)
                return None
            verification.state, verification.reason = State.EXPIRED, end.reason.value
            ids = {"case_id": verification.case_id, "verification_id": verification.id}
            say(session, CoverageExpired(**ids, reason=end.reason))
        if verification.state not in LOOKED_AT_AGAIN:
            return None
        return await self._ask_anew(session, verification, now)

    async def _ask_anew(
        self, session: AsyncSession, verification: Verification, now: datetime
    ) -> timedelta | None:
        latest = await newest(session, verification.case_id)
        if latest is None or latest.id != verification.id:
            return None  # somebody has asked meanwhile
        cause, at = await _need(session, verification, self.terms, now)
        if cause is None:
            return None
        if at > now:
            return at - now
        ids = (new_id(), verification.case_id, verification.consent_id)
        await request_verification(session, *ids, cause)
        return None


async def _look_now(session: AsyncSession, case_id: UUID, why: str) -> None:
    latest = await newest(session, case_id)
    if latest is not None:
        await schedule(session, EXPIRE, latest.id, key=f"{EXPIRE}:{latest.id}:{why}")


async def _end(session: AsyncSession, verification: Verification, terms: Terms) -> End:
    answered = verification.answered_at or verification.requested_at
    if not await _in_care(session, verification.case_id):
        asked_for = verification.service_date
        at, reason = holds_until(answered, terms.fresh_for, terms.zone, asked_for)
        return End(at, reason, None)
    begins, medicaid = await _plan_year(session, verification)
    return End(*next_look(verification.case_id, answered, begins, terms.zone, twice_a_month=medicaid))


async def _need(
    session: AsyncSession, verification: Verification, terms: Terms, now: datetime
) -> tuple[Cause | None, datetime]:
    """Why and when the payer is asked anew after this answer expired; no cause when nobody waits for it."""
    if await _in_care(session, verification.case_id):
        end = await _end(session, verification, terms)
        return end.cause, max(end.at, now)
    if verification.state != State.EXPIRED:
        return None, now  # an answer of another kind is for a person, or no longer of use
    today = now.astimezone(terms.zone).date()
    coming = verification.admission_on
    if coming is not None and coming >= today:
        return Cause.BEFORE_ADMISSION, before_admission(coming, terms.zone)
    return None, now


async def _in_care(session: AsyncSession, case_id: UUID) -> bool:
    known = await session.get(ClientInCare, case_id)
    return known is not None and known.left_at is None


async def _plan_year(session: AsyncSession, verification: Verification) -> tuple[date | None, bool]:
    """When the plan began as the payer states it, and whether it is Medicaid."""
    directory = await load_directory(session)
    payer = directory.by_code(verification.payer_code or "")
    begins = plan_begins(await person_dates(session, verification))
    return begins, payer is not None and payer.medicaid

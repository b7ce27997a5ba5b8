"""Everything known about one verification, from the payers' answers and from the phone, ready for the rules.

Inside `transaction()` only, after the audit row: it opens sealed values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.benefit_facts import person_dates, statements_of
from services.insurance.payer_records import load_directory
from services.insurance.payers.payer import Payer
from services.insurance.phone.answers import PlanAnswer, Said, newest_plan, newest_word
from services.insurance.phone.calls import calls_of, said_in
from services.insurance.rules.eligibility import plan_begins, plan_ends, plan_name
from services.insurance.rules.levels_of_care import LevelBenefit, levels_of_care
from services.insurance.rules.shares import Share, shares
from services.insurance.rules.statements import LevelAnswer, Purpose, Statement
from services.insurance.tables import PhoneCall, Question, Verification
from services.insurance.x12.answers import Period
from shared.contracts.care import LevelOfCare
from shared.sealing import box


@dataclass(frozen=True)
class Findings:
    """`human`: what representatives said about levels of care, `plan`: about the plan as a whole; `dates`:
    the payer's, for the person as a whole."""

    verification: Verification
    questions: tuple[Question, ...]
    statements: tuple[Statement, ...]
    human: tuple[LevelAnswer, ...]
    plan: PlanAnswer
    dates: tuple[Period, ...] = ()
    payer: Payer | None = None

    @property
    def wanted(self) -> tuple[LevelOfCare, ...]:
        """The levels of care it was asked for; all of them where none was named."""
        return tuple(map(LevelOfCare, self.verification.levels_of_care)) or tuple(LevelOfCare)

    @cached_property
    def levels(self) -> tuple[LevelBenefit, ...]:
        return self.levels_for(self.wanted)

    def levels_for(self, levels: Sequence[LevelOfCare]) -> tuple[LevelBenefit, ...]:
        return levels_of_care(
            self.statements, self.human, levels, service_date=self.verification.service_date
        )

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """What the client pays; a sum told on the phone goes before the one the payer's answer states."""
        told = tuple(one.share for one in self.plan.accumulators)
        settled = {(one.kind, one.network, one.level) for one in told}
        stated = shares(self.statements)
        return (*told, *(one for one in stated if (one.kind, one.network, one.level) not in settled))

    @property
    def plan_name(self) -> str | None:
        """As the payer calls it."""
        return plan_name([one.benefit for one in self.statements if one.purpose is Purpose.PLAN])

    @property
    def plan_dates(self) -> tuple[date | None, date | None]:
        """First and last day of the coverage, as far as the plan's answer states them."""
        return plan_begins(self.dates), plan_ends(self.dates)


async def findings(session: AsyncSession, verification: Verification) -> Findings:
    """What is known about `verification`."""
    (found,) = await all_findings(session, [verification])
    return found


async def all_findings(session: AsyncSession, verifications: Sequence[Verification]) -> list[Findings]:
    """What is known about each of these verifications of one case, in their order."""
    if not verifications:
        return []
    case_id = verifications[0].case_id
    ids = [one.id for one in verifications]
    query = select(Question).where(Question.verification_id.in_(ids)).order_by(Question.id)
    questions = list(await session.scalars(query))
    calls = await calls_of(session, [case_id])
    said = await _said(session, case_id, calls)
    memberships = await _memberships_of(session, {call.verification_id for call in calls})
    directory = await load_directory(session)
    found = []
    for one in verifications:
        own = [said[call.id] for call in calls if call.verification_id == one.id and call.id in said]
        earlier = [
            said[call.id]
            for call in calls
            if call.id in said and call.verification_id != one.id and _still_holds(call, one, memberships)
        ]
        found.append(
            Findings(
                verification=one,
                questions=tuple(q for q in questions if q.verification_id == one.id),
                statements=tuple(await statements_of(session, one)),
                human=newest_word([*earlier, *own]),
                plan=newest_plan(own),
                dates=await person_dates(session, one),
                payer=directory.by_code(one.payer_code or ""),
            )
        )
    return found


async def _said(session: AsyncSession, case_id: UUID, calls: Sequence[PhoneCall]) -> dict[UUID, Said]:
    if not calls:
        return {}
    return {said.call.id: said for said in said_in(calls, await box(session, case_id))}


Membership = tuple[str | None, bytes | None]


async def _memberships_of(session: AsyncSession, ids: set[UUID]) -> dict[UUID, Membership]:
    query = select(Verification.id, Verification.payer_code, Verification.membership_index)
    rows = await session.execute(query.where(Verification.id.in_(ids)))
    return {row.id: (row.payer_code, row.membership_index) for row in rows}


def _still_holds(call: PhoneCall, later: Verification, memberships: dict[UUID, Membership]) -> bool:
    """Whether a call made for an earlier verification answers for `later` too: the same membership, the same
    year.

    Terms of a level of care are fixed for a plan year; without this a re-check before admission would have
    the plan phoned again for what it said last week. Sums move, so they are not carried over.
    """
    payer, membership = memberships.get(call.verification_id, (None, None))
    about = later.service_date or later.requested_at.date()
    return (
        payer is not None
        and (payer, membership) == (later.payer_code, later.membership_index)
        and call.ended_at.year == about.year
        and call.started_at < (later.answered_at or later.requested_at)
    )

"""What a finished verification says otherwise than the one before it, told once and shown until somebody
took note.

Only what payers sent is compared: what a person learnt on the phone last time is not "changed" because this
time nobody has phoned yet. Inside `transaction()` only.
"""

import json
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.insurance.benefit_facts import person_dates, statements_of
from services.insurance.rules.changes import Change as Difference
from services.insurance.rules.changes import Result, alarming, differences
from services.insurance.rules.eligibility import plan_begins, plan_ends, plan_name
from services.insurance.rules.levels_of_care import levels_of_care
from services.insurance.rules.shares import shares
from services.insurance.rules.statements import Purpose
from services.insurance.rules.states import COMPLETE, State
from services.insurance.tables import Change, Verification, of
from shared import clock
from shared.contracts.care import LevelOfCare
from shared.contracts.insurance import CoverageChanged
from shared.messaging.outbox import say
from shared.sealing import box
from shared.upsert import insert_or_ignore

PLACE = "changes.details"


async def compare_with_previous(session: AsyncSession, verification: Verification) -> None:
    """Keep and tell what changed since the case's last finished verification. Coming twice is one
    comparison."""
    if verification.state not in COMPLETE:
        return
    query = select(Verification).where(
        Verification.case_id == verification.case_id,
        Verification.id != verification.id,
        Verification.requested_at <= verification.requested_at,
        Verification.state.in_(COMPLETE),
    )
    ordered = query.order_by(Verification.requested_at.desc(), Verification.id.desc())
    previous = await session.scalar(ordered.limit(1))
    if previous is None:
        return
    found = differences(await result_of(session, previous), await result_of(session, verification))
    kinds = alarming(found)
    if not kinds:
        return
    sealing = await box(session, verification.case_id)
    row = {
        "verification_id": verification.id,
        "case_id": verification.case_id,
        "previous_id": previous.id,
        "differences": [kind.value for kind in kinds],
        "found_at": clock.now(),
        "details": sealing.seal(PLACE, verification.id, as_json(found)),
    }
    if await insert_or_ignore(session, of(Change), [row], ["verification_id"]):
        said = CoverageChanged(
            case_id=verification.case_id,
            verification_id=verification.id,
            previous_id=previous.id,
            differences=kinds,
        )
        say(session, said)


async def result_of(session: AsyncSession, verification: Verification) -> Result:
    """What the payers said in `verification`, as it is compared."""
    statements = await statements_of(session, verification)
    plan = [one.benefit for one in statements if one.purpose is Purpose.PLAN]
    dates = await person_dates(session, verification)
    # An answer that has grown old still says what it said.
    state = State.VERIFIED_ACTIVE if verification.state == State.EXPIRED else State(verification.state)
    return Result(
        state=state,
        reason=None if verification.state == State.EXPIRED else verification.reason,
        plan=plan_name(plan),
        begins_on=plan_begins(dates),
        ends_on=plan_ends(dates),
        shares=shares(statements),
        levels=levels_of_care(statements, (), list(LevelOfCare), service_date=verification.service_date),
    )


def as_json(found: tuple[Difference, ...]) -> str:
    return json.dumps([asdict(one) for one in found], default=str)

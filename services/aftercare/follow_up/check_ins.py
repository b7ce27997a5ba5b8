"""Questionnaires: opened when due, answered once, scored, and heard. Items and scores are sealed.

One nobody answered is an unanswered one, never bad news. The caller has locked the plan.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.concerns import SAME_DAY, raise_concern
from services.aftercare.follow_up.follow_ups import sign_of_life
from services.aftercare.follow_up.instruments import INSTRUMENTS, Worry, flags_of, scores_of, worries_of
from services.aftercare.messages.outgoing import write_to
from services.aftercare.plans.risks import note_instrument
from services.aftercare.tables import CheckIn, Plan, Purpose
from shared import clock
from shared.contracts.aftercare import CheckInScored, Instrument
from shared.contracts.fact import new_id
from shared.messaging.outbox import say
from shared.sealing import box
from shared.upsert import insert_or_ignore

ITEMS, SCORES = "check_ins.items", "check_ins.scores"


class Closed(Exception):
    """The time for answering is over, or the other side, staff or the client, has answered it."""


@dataclass(frozen=True)
class Answered:
    """`concern_level` 3: the crisis lines are shown at once; 0: nothing to worry about."""

    concern_level: int


async def open_check_in(
    session: AsyncSession, plan: Plan, instrument: Instrument, due_on: date, open_until: datetime
) -> None:
    """Once a day and instrument. The client is asked the five questions; the others are asked by staff."""
    row = {
        "id": new_id(),
        "plan_id": plan.id,
        "case_id": plan.case_id,
        "instrument": instrument,
        "due_on": due_on,
        "open_until": open_until,
    }
    names = ["plan_id", "instrument", "due_on"]
    made = await insert_or_ignore(session, cast(Table, CheckIn.__table__), [row], names)
    if made and instrument is Instrument.WEEKLY:
        await write_to(
            session,
            plan,
            Purpose.CHECK_IN,
            key=f"check_in:{row['id']}",
            about=cast(UUID, row["id"]),
            useless_after=open_until,
        )


async def open_for_client(session: AsyncSession, plan: Plan) -> list[CheckIn]:
    """What the client may answer now or still correct, the oldest first."""
    query = select(CheckIn).where(
        CheckIn.plan_id == plan.id,
        CheckIn.instrument == Instrument.WEEKLY,
        CheckIn.open_until > clock.now(),
        CheckIn.recorded_by.is_(None),
    )
    return list(await session.scalars(query.order_by(CheckIn.due_on)))


async def answer(
    session: AsyncSession, plan: Plan, check_in: CheckIn, items: Mapping[str, int], words: str = ""
) -> Answered:
    """The client's own answers; again within the window corrects them. Items may be skipped.

    Raises NotAnItem, and Closed: danger and use are heard all the same, however late they are told.
    """
    INSTRUMENTS[check_in.instrument].check(items)
    if check_in.open_until <= clock.now() or check_in.recorded_by is not None:
        worries = worries_of(check_in.instrument, items, words)
        pressing = [worry for worry in worries if worry.level >= SAME_DAY]
        if level := await _raise(session, plan, check_in, pressing):
            await sign_of_life(session, plan)
            return Answered(level)
        raise Closed
    level = await _keep(session, plan, check_in, items, words, by=None)
    await sign_of_life(session, plan)
    return Answered(level)


async def enter(
    session: AsyncSession,
    plan: Plan,
    instrument: Instrument,
    on: date,
    items: Mapping[str, int],
    *,
    staff_id: UUID | None,
) -> tuple[CheckIn, Answered]:
    """What staff bring from paper, a call or the EHR. It answers the one that is due around that day.

    Raises NotAnItem, and Closed: what the client answered is the client's to correct. Sent again for the
    same day it corrects what was entered.
    """
    INSTRUMENTS[instrument].check(items)
    check_in = await _meant(session, plan, instrument, on)
    if check_in is None:
        check_in = CheckIn(
            id=new_id(),
            plan_id=plan.id,
            case_id=plan.case_id,
            instrument=instrument,
            due_on=on,
            open_until=clock.now(),
        )
        session.add(check_in)
    elif check_in.answered_at is not None and check_in.recorded_by is None:
        raise Closed
    return check_in, Answered(await _keep(session, plan, check_in, items, "", by=staff_id))


async def answers_of(session: AsyncSession, check_in: CheckIn) -> dict[str, Any]:
    """{"items", "words", "scores", "flags"} of an answered one. The caller has written the audit row."""
    if check_in.items is None or check_in.scores is None:
        return {"items": {}, "words": "", "scores": {}, "flags": []}
    opener = await box(session, check_in.case_id)
    said: dict[str, Any] = json.loads(opener.open(ITEMS, check_in.id, check_in.items))
    said["scores"] = json.loads(opener.open(SCORES, check_in.id, check_in.scores))
    said["flags"] = flags_of(check_in.instrument, said["items"])
    return said


async def _keep(
    session: AsyncSession,
    plan: Plan,
    check_in: CheckIn,
    items: Mapping[str, int],
    words: str,
    *,
    by: UUID | None,
) -> int:
    first = check_in.answered_at is None
    scores = scores_of(check_in.instrument, items)
    sealer = await box(session, plan.case_id)
    said = json.dumps({"items": dict(items), "words": words})
    check_in.items = sealer.seal(ITEMS, check_in.id, said)
    check_in.scores = sealer.seal(SCORES, check_in.id, json.dumps(scores))
    check_in.answered_at, check_in.recorded_by = clock.now(), by
    await session.flush()
    if first:
        ids = {"plan_id": plan.id, "check_in_id": check_in.id}
        say(session, CheckInScored(case_id=plan.case_id, instrument=check_in.instrument, **ids))
    await _note_risks(session, plan, check_in.instrument, items, scores)
    return await _raise(session, plan, check_in, worries_of(check_in.instrument, items, words))


async def _raise(session: AsyncSession, plan: Plan, check_in: CheckIn, worries: list[Worry]) -> int:
    """Each cause once a questionnaire, also when the answers are corrected. The gravest level."""
    for worry in worries:
        key = f"check_in:{check_in.id}:{worry.cause.value}"
        await raise_concern(session, plan, worry.level, worry.cause, key=key)
    return max((worry.level for worry in worries), default=0)


async def _note_risks(
    session: AsyncSession,
    plan: Plan,
    instrument: Instrument,
    items: Mapping[str, int],
    scores: Mapping[str, int],
) -> None:
    """Two of the answers decide how closely somebody is followed."""
    if instrument is Instrument.PHQ9 and "9" in items:
        await note_instrument(session, plan, phq_item_9=items["9"])
    if instrument is Instrument.BAM and "risk" in scores:
        await note_instrument(session, plan, bam_risk=scores["risk"])


async def _meant(session: AsyncSession, plan: Plan, instrument: Instrument, on: date) -> CheckIn | None:
    """The one of that day, or else the latest due before it that still waits and is not past its window."""
    mine = select(CheckIn).where(CheckIn.plan_id == plan.id, CheckIn.instrument == instrument)
    same = (await session.scalars(mine.where(CheckIn.due_on == on))).first()
    if same is not None:
        return same
    waiting = mine.where(CheckIn.due_on < on, CheckIn.answered_at.is_(None), CheckIn.open_until > clock.now())
    return (await session.scalars(waiting.order_by(CheckIn.due_on.desc()).limit(1))).first()


async def check_ins_of(session: AsyncSession, plan: Plan) -> Sequence[CheckIn]:
    """All of a plan, the latest first."""
    query = select(CheckIn).where(CheckIn.plan_id == plan.id)
    return (await session.scalars(query.order_by(CheckIn.due_on.desc(), CheckIn.id))).all()

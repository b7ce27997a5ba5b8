"""What a verification says otherwise than another, and taking note of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.insurance.comparing import result_of
from services.insurance.desk import shown
from services.insurance.desk.requests import Db, Reader, Writer, not_found, staff_id, verification_of
from services.insurance.desk.views import change_view
from services.insurance.rules.changes import alarming, differences
from services.insurance.tables import Change
from shared import clock
from shared.audit import record
from shared.problems import Problem

router = APIRouter(tags=["verifications"])


@router.get("/verifications/{verification_id}/compare")
async def compare(
    verification_id: UUID, other: Annotated[UUID, Query(alias="with")], database: Db, caller: Reader
) -> dict[str, Any]:
    """What the newer of two verifications of one case says otherwise than the older."""
    async with database.transaction() as session:
        one, two = await verification_of(session, verification_id), await verification_of(session, other)
        if one.case_id != two.case_id:
            raise Problem(422, "other_case", "Not comparable", "The two belong to different cases.")
        await record(session, caller, "verification.compare", one.case_id, ("benefits",))
        before, after = sorted((one, two), key=lambda v: (v.requested_at, v.id))
        found = differences(await result_of(session, before), await result_of(session, after))
    return {
        "before": before.id,
        "after": after.id,
        "alarming": list(alarming(found)),
        "changes": [shown.change(each) for each in found],
    }


@router.post("/changes/{verification_id}/noted")
async def note_change(verification_id: UUID, database: Db, caller: Writer) -> dict[str, Any]:
    """Somebody has seen what changed: it leaves the queue. Noting it again changes nothing."""
    async with database.transaction() as session:
        change = await session.get(Change, verification_id, with_for_update=True)
        if change is None:
            raise not_found("change")
        await record(session, caller, "change.noted", change.case_id)
        if change.noted_at is None:
            change.noted_by, change.noted_at = staff_id(caller), clock.now()
        return change_view(change)

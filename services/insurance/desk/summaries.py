"""The answer in the client's words, to be read out, printed or sent."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.insurance.desk import shown
from services.insurance.desk.requests import Db, Reader, Zone, verification_of
from services.insurance.desk.views import situation, tasks_of
from services.insurance.estimates import Kept, latest_estimate
from services.insurance.findings import findings
from services.insurance.words.client_summary import Situation, client_summary
from services.insurance.words.plain_words import Language, as_text
from shared.audit import record

router = APIRouter(tags=["verifications"])


@router.get("/verifications/{verification_id}/summary")
async def show_summary(
    verification_id: UUID,
    database: Db,
    zone: Zone,
    caller: Reader,
    language: Language = Language.ENGLISH,
) -> dict[str, Any]:
    """The answer for the client, in plain words and their language, to be read out, printed or sent."""
    async with database.transaction() as session:
        verification = await verification_of(session, verification_id)
        await record(session, caller, "verification.summary", verification.case_id, ("benefits", "estimate"))
        one = await findings(session, verification)
        task = (await tasks_of(session, verification.case_id)).get(verification_id)
        told = await latest_estimate(session, verification_id)
    parts = client_summary(_with_estimate(situation(one, zone, task), told), language, zone=zone)
    return {"language": language, "parts": shown.parts(parts), "text": as_text(parts)}


def _with_estimate(now: Situation, told: Kept | None) -> Situation:
    """With the estimate the client was told last, so that the two papers say the same."""
    if told is None or told.result is None or told.inputs is None:
        return now
    return replace(now, estimate=told.result, network=told.inputs.network)

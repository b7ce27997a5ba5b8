"""Words about dying or an overdose in a worksheet call a person, although the worksheet is private.

The page says so before anything is typed. Staff get the concern and call; the sheet stays closed to them.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.follow_up.concerns import raise_concern
from services.aftercare.messages.danger_words import danger_in
from services.aftercare.smart.tools import Answers, texts
from services.aftercare.tables import Plan
from shared import clock
from shared.contracts.aftercare import ConcernCause
from shared.sealing import keyring

_CALLS_A_PERSON = 3  # the level that pages until somebody acknowledges


async def look_for_danger(
    session: AsyncSession, plan: Plan, worksheet_id: UUID, before: Answers, written: Answers
) -> ConcernCause | None:
    """Raise a concern for what is newly written, and say whether the crisis lines must be shown.

    A text that was there before has called somebody already; the lines are shown whenever it is saved.
    """
    known = set(texts(before))
    found = {text: cause for text in texts(written) if (cause := danger_in(text))}
    new = [text for text in found if text not in known]
    if new:
        cause = _gravest(found[text] for text in new)
        await raise_concern(session, plan, _CALLS_A_PERSON, cause, key=_key(session, worksheet_id, new))
    return _gravest(found.values()) if found else None


def _key(session: AsyncSession, worksheet_id: UUID, new: list[str]) -> str:
    """One concern for the same words on the same day, however often they are sent, kept or not.

    The words go through the keyed hash: nobody can guess them from the key.
    """
    words = keyring(session).blind_index("worksheet danger", "\n".join(new)).hex()[:16]
    return f"worksheet:{worksheet_id}:{words}:{clock.now().date()}"


def _gravest(causes: Iterable[ConcernCause]) -> ConcernCause:
    return min(causes, key=lambda cause: cause is not ConcernCause.SELF_HARM)

"""Whether a plan may be phoned about a client, and whether addiction care may be named: intake's door
decides.

A call is a disclosure as a 270 is. The door writes its accounting row before it answers, so the row is
there before anybody dials.
"""

from uuid import UUID, uuid5

from services.insurance.data_door import NoConsent, identifiers
from services.insurance.rules.statements import Purpose
from shared.peers import Peer


async def phone_permit(intake: Peer, case_id: UUID, task_id: UUID) -> Purpose:
    """BEHAVIOURAL when addiction care may be named on the phone, else PLAN. Raises NoConsent,
    IntakeUnreachable.

    Asking again for the same task is the same row in the accounting.
    """
    for purpose in (Purpose.BEHAVIOURAL, Purpose.PLAN):
        try:
            await identifiers(intake, case_id, uuid5(task_id, purpose.value), purpose)
        except NoConsent:
            continue
        return purpose
    raise NoConsent

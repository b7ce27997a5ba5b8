"""Staff tokens from the person at the server's command line: to try the APIs, and for an EHR."""

import uuid
from pathlib import Path

from shared.identity import Role, Signer
from shared.local.refusal import Refusal

AUDIENCES = ["intake", "insurance", "aftercare"]
HOURS = 8

# The operator has no account, so each role gets one fixed id; the audit trail tells it from staff.
_NAMESPACE = uuid.UUID("0b6f3c1e-6a55-4f0e-9d1c-7f5a1d5c2e10")


def staff_token(keys: Path, role: Role, *, subject: uuid.UUID | None = None) -> str:
    """A bearer token for every service's API, valid 8 hours. Raise Refusal when the keys cannot be read."""
    if role is Role.SERVICE:
        raise Refusal("A service signs its own tokens; choose a staff role.")
    try:
        signer = Signer.from_keys(keys, "operator")
    except OSError as failure:
        raise Refusal(
            f"{keys / 'operator.signing'} cannot be read ({failure.strerror}): start the stack once with "
            "`throughcare up`, or name its folder with --data-dir."
        ) from failure
    return signer.token(AUDIENCES, role=role, subject=subject or operator_id(role), seconds=HOURS * 3600)


def operator_id(role: Role) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, role.value)

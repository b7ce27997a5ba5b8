"""What kind of X12 an answer is: whatever its envelope calls it, it is looked at (insurance.md 2.4)."""

from services.insurance import x12
from services.insurance.payers.adapter import AttemptResult, ResultKind, Trouble
from services.insurance.payers.exchange import Reply


def outcome(reply: Reply, payload: bytes) -> AttemptResult:
    """A 271 (or anything with a transaction) is an answer; a TA1 or 999 that refuses is the envelope's end.

    Without X12 it counts as answered too, with `no_x12` and the whole body as `raw`: the other side says it
    is done, so asking again would only bring, and perhaps bill, the same.
    """
    try:
        reading = x12.read(payload)
    except x12.Unreadable:
        return reply.result(ResultKind.ANSWERED, Trouble.NO_X12, raw=payload or reply.body)
    if not reading.responses and any(not receipt.accepted for receipt in reading.acknowledgements):
        return reply.result(ResultKind.ENVELOPE_REJECTED, raw=payload)
    return reply.result(ResultKind.ANSWERED, raw=payload, billed=bool(reading.responses))

"""Our own 005010X279A1 codec: tolerant when reading, strict when writing.

`read(bytes)` is the way in; `written_inquiry` the way out. Why our own: no library tested reads real payers'
answers (insurance.md 5).
"""

from dataclasses import dataclass

from services.insurance.x12.acknowledgements import Acknowledgement, acknowledgements
from services.insurance.x12.answer_reading import response
from services.insurance.x12.answers import Response
from services.insurance.x12.envelopes import interchanges
from services.insurance.x12.errors import TOO_LARGE, NotX12, Unreadable, Unwritable

__all__ = ["Acknowledgement", "NotX12", "Reading", "Unreadable", "Unwritable", "read"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file or an HTTP body held: answers (or inquiries), acknowledgements, and what was odd.

    `responses` are the 271s and 270s in file order; `Response.kind` tells them apart.
    """

    responses: tuple[Response, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    warnings: tuple[str, ...]


def read(raw: bytes | str) -> Reading:
    """Everything in `raw`. Raises NotX12 with a sentence free of values; never anything else."""
    try:
        return _read(raw)
    except MemoryError:
        raise NotX12(TOO_LARGE) from None


def _read(raw: bytes | str) -> Reading:
    responses: list[Response] = []
    receipts: list[Acknowledgement] = []
    warnings: list[str] = []
    for interchange in interchanges(raw):
        warnings += interchange.warnings
        receipts += acknowledgements(interchange)
        responses += [
            response(t, whole=interchange.whole) for t in interchange.transactions if t.kind in ("270", "271")
        ]
    return Reading(tuple(responses), tuple(receipts), tuple(warnings))

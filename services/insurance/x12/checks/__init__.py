"""What is wrong with a 270 or 271, in sentences: every one names its segment, none repeats a person's data.

The reader accepts nearly everything; this says what a strict partner would object to. Sources: X12.5 and
X12.6 for the envelope, 005010X279A1 for everything between ST and SE.
"""

import re

from services.insurance.x12.answer_reading import response
from services.insurance.x12.checks import elements, envelope, order
from services.insurance.x12.envelopes import Interchange, interchanges
from services.insurance.x12.errors import TOO_LARGE, NotX12

PLACE = re.compile(r"[Ss]egment (\d+)")


def findings(raw: bytes | str) -> list[str]:
    """Everything wrong in `raw`, in file order, each thing once. Raises NotX12 when it is no X12 at all."""
    try:
        found = [sentence for one in interchanges(raw) for sentence in sorted(_of(one), key=_place)]
    except MemoryError:
        raise NotX12(TOO_LARGE) from None
    return list(dict.fromkeys(found))


def _of(interchange: Interchange) -> list[str]:
    found = [*interchange.warnings, *envelope.findings(interchange)]
    for transaction in interchange.transactions:
        if transaction.kind in ("270", "271"):
            found += response(transaction).warnings
            found += order.findings(transaction)
            found += elements.findings(transaction)
    return found


def _place(sentence: str) -> int:
    named = PLACE.search(sentence)
    return int(named[1]) if named else 0

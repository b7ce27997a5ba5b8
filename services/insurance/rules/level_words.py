"""What payers put into words (MSG) because no element holds it: authorization and the deductible. Pure.

Only sentences that can mean one thing are understood; "may be required" is unknown.
"""

import re
from collections.abc import Iterable
from typing import Final

from services.insurance.x12.answers import Benefit

_APPROVAL: Final = r"(PRE-?\s?AUTH\w*|(PRIOR )?AUTHORI[SZ]ATION|PRE-?\s?CERT\w*|PRIOR AUTH|PRIOR APPROVAL)"
_NO_APPROVAL: Final = re.compile(
    rf"\b(NO|WITHOUT) {_APPROVAL}\b|\b{_APPROVAL} (IS )?NOT (REQUIRED|NEEDED)"
    rf"|\bDOES NOT (REQUIRE|NEED) {_APPROVAL}"
)
_NEEDS_APPROVAL: Final = re.compile(
    rf"\b{_APPROVAL} (IS )?(REQUIRED|NEEDED)|\b(REQUIRES|NEEDS|MUST (HAVE|OBTAIN)) {_APPROVAL}"
)
_NO_DEDUCTIBLE: Final = re.compile(
    r"\bDED(UCTIBLE)? (IS )?(WAIVED|NOT APPLICABLE|DOES NOT APPLY|NOT APPLIED)|\bNO DED(UCTIBLE)?\b"
    r"|\bNOT SUBJECT TO (THE )?DED(UCTIBLE)?\b"
)
_DEDUCTIBLE: Final = re.compile(r"\bDED(UCTIBLE)? APPLIES\b|\b(SUBJECT TO|AFTER) (THE )?DED(UCTIBLE)?\b")


def authorization_of(benefit: Benefit) -> bool | None:
    """Whether the row says that care has to be approved first: EB11, else its messages; None is not said."""
    if benefit.authorization in ("Y", "N"):
        return benefit.authorization == "Y"
    return _either(benefit.messages, _NEEDS_APPROVAL, _NO_APPROVAL)


def deductible_in_words(messages: Iterable[str]) -> bool | None:
    """Whether messages say that the deductible applies; None is not said."""
    return _either(messages, _DEDUCTIBLE, _NO_DEDUCTIBLE)


def _either(messages: Iterable[str], yes: re.Pattern[str], no: re.Pattern[str]) -> bool | None:
    """The dearer reading where messages say both."""
    texts = [re.sub(r"\s+", " ", message.upper()) for message in messages]
    if any(yes.search(no.sub(" ", text)) for text in texts):
        return True
    return False if any(no.search(text) for text in texts) else None

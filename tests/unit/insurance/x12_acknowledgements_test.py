"""TA1 and 999, written by us and read by us; and what an acknowledgement without a verdict is worth."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.insurance import x12
from services.insurance.x12.acknowledgement_writing import (
    Received,
    ReceivedGroup,
    SegmentError,
    Verdict,
    written_999,
    written_ta1,
)
from services.insurance.x12.envelope_writing import Envelope
from services.insurance.x12.segments import Delimiters
from tests.unit.insurance.payer_answers import rows_of, text_of

ENVELOPE = Envelope("HARBOURBRIDGE", "PAYER", 8, 9, "T", datetime(2026, 3, 15, 12, 0, tzinfo=UTC))
VERSION = "005010X279A1"
GOOD = Received("271", "0001", VERSION)
BAD = Received("271", "0002", VERSION, errors=(SegmentError("NM1", 6, "8", 9, "7"),))
AT = ("260315", "1200")


def group(*transactions: Received) -> ReceivedGroup:
    return ReceivedGroup("HB", "7", VERSION, transactions)


def test_an_accepted_group_is_acknowledged() -> None:
    text = written_999(group(GOOD, GOOD), ENVELOPE)
    assert "AK9*A*2*2*2~" in text
    (receipt,) = x12.read(text).acknowledgements
    assert (receipt.kind, receipt.accepted, receipt.control, receipt.codes) == ("999", True, "7", ())


def test_a_refused_transaction_says_where_and_why() -> None:
    text = written_999(group(BAD), ENVELOPE)
    assert "AK2*271*0002*005010X279A1~IK3*NM1*6**8~IK4*9**7~IK5*R*5~AK9*R*1*1*0~" in text
    (receipt,) = x12.read(text).acknowledgements
    assert not receipt.accepted
    assert receipt.codes == ("IK3:NM1:8", "IK4:7", "IK5:5")


def test_a_group_of_which_a_part_is_refused_is_partly_accepted() -> None:
    text = written_999(group(GOOD, BAD), ENVELOPE)
    assert "AK9*P*2*2*1~" in text
    assert not x12.read(text).acknowledgements[0].accepted


def test_what_we_write_is_counted_right() -> None:
    for marks in (None, Delimiters("|", ">", "^", "!")):
        for text in (
            written_999(group(GOOD, BAD), ENVELOPE, delimiters=marks),
            written_ta1("000000007", AT, Verdict.REFUSED, ENVELOPE, note="020", delimiters=marks),
        ):
            reading = x12.read(text)
            assert reading.warnings == ()
            assert len(reading.acknowledgements) == 1
            assert text.isascii()


@pytest.mark.parametrize(
    ("verdict", "note", "accepted"),
    [
        (Verdict.ACCEPTED, "000", True),
        (Verdict.ACCEPTED_WITH_ERRORS, "001", True),
        (Verdict.REFUSED, "020", False),
    ],
)
def test_an_interchange_is_accepted_or_refused(verdict: Verdict, note: str, accepted: bool) -> None:
    (receipt,) = x12.read(written_ta1("000000007", AT, verdict, ENVELOPE, note=note)).acknowledgements
    assert (receipt.kind, receipt.accepted, receipt.control) == ("TA1", accepted, "000000007")


def test_what_an_acknowledgement_cannot_say_is_refused() -> None:
    wrong = [
        lambda: written_ta1("7", AT, Verdict.ACCEPTED, ENVELOPE),
        lambda: written_ta1("000000007", AT, Verdict.REFUSED, ENVELOPE),
        lambda: written_ta1("000000007", AT, Verdict.PARTIAL, ENVELOPE, note="020"),
        lambda: written_ta1("000000007", ("20260315", "1200"), Verdict.ACCEPTED, ENVELOPE),
        lambda: written_999(group(), ENVELOPE),
        lambda: written_999(group(replace(GOOD, control="*")), ENVELOPE),
        lambda: written_999(group(replace(BAD, errors=(SegmentError("N~1", 1, "8"),))), ENVELOPE),
        lambda: written_999(group(GOOD), replace(ENVELOPE, control=0)),
        lambda: written_999(group(GOOD), ENVELOPE, delimiters=Delimiters("*", "*", "^", "~")),
    ]
    for write in wrong:
        with pytest.raises(x12.Unwritable):
            write()


def test_an_acknowledgement_without_a_verdict_counts_as_refused() -> None:
    rows = rows_of()
    rows = [*rows[:2], ["ST", "999", "0001"], ["AK1", "HS", "7"], ["SE", "3", "0001"], *rows[-2:]]
    assert not x12.read(text_of(rows)).acknowledgements[0].accepted


def test_a_997_of_version_4010_is_read() -> None:
    rows = rows_of()
    body = [["AK1", "HS", "7"], ["AK2", "270", "0001"], ["AK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]
    rows = [*rows[:2], ["ST", "997", "0001"], *body, ["SE", "6", "0001"], *rows[-2:]]
    (receipt,) = x12.read(text_of(rows)).acknowledgements
    assert (receipt.kind, receipt.accepted, receipt.codes) == ("997", False, ("AK5:5",))

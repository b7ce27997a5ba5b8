"""The clearinghouse's own reader names what is wrong with a 270, and where."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.insurance import x12
from services.insurance.simulator.checking import (
    InterchangeRefused,
    NotAnInterchange,
    TransactionRefused,
    checked,
)
from services.insurance.simulator.replies import ta1
from services.insurance.x12.inquiry_writing import Member
from tests.contract.insurance.inquiring import MARISOL, written

GOOD = written()
WITH_SON = written(dependant=Member("Jonah", "Okafor", date(2002, 9, 5)))
REFUSALS = (NotAnInterchange, InterchangeRefused, TransactionRefused)


def recounted(text: str) -> str:
    """The text with SE01 put right again after a segment was taken out or added."""
    rows = text.split("~")
    start = next(place for place, row in enumerate(rows) if row.startswith("ST*"))
    end = next(place for place, row in enumerate(rows) if row.startswith("SE*"))
    rows[end] = f"SE*{end - start + 1}*0001"
    return "~".join(rows)


@pytest.mark.parametrize("text", [GOOD, WITH_SON, written(service_types=("30", "MH", "AI"))])
def test_what_we_write_is_accepted(text: str) -> None:
    assert checked(text.encode()).trace == "TC0001"


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("*0*T*:", "*0*P*:", "020"),
        ("*00501*", "*00401*", "017"),
        ("IEA*1*000000042", "IEA*1*000000043", "001"),
        ("IEA*1*", "IEA*2*", "021"),
        ("IEA*1*000000042~", "", "022"),
        ("GS*HS", "GS*HB", "024"),
        ("GE*1*42", "GE*1*43", "024"),
    ],
)
def test_a_wrong_interchange_is_refused_with_its_note(old: str, new: str, note: str) -> None:
    assert old in GOOD
    with pytest.raises(InterchangeRefused) as refused:
        checked(GOOD.replace(old, new).encode())
    assert refused.value.note == note


HEAD = GOOD.split("*", 16)[:16]
SHAPES = [
    *((1, "010"), (2, "011"), (3, "012"), (4, "013"), (5, "005"), (6, "006"), (7, "007"), (8, "008")),
    *((9, "014"), (10, "015"), (11, "016"), (12, "017"), (13, "018"), (14, "019"), (15, "020")),
]


def with_isa(place: int, value: str) -> str:
    return "*".join([*HEAD[:place], value, *HEAD[place + 1 :], GOOD.split("*", 16)[16]])


@pytest.mark.parametrize(("place", "note"), SHAPES)
@pytest.mark.parametrize("slip", ["short", "long", "empty", "non-ASCII"])
def test_an_isa_element_of_another_width_is_refused_with_its_note(place: int, note: str, slip: str) -> None:
    value = {
        "short": HEAD[place][:-1],
        "long": HEAD[place] + HEAD[place][-1],
        "empty": "",
        "non-ASCII": "\u00e9" * len(HEAD[place]),
    }[slip]
    with pytest.raises(InterchangeRefused) as refused:
        checked(with_isa(place, value).encode())
    assert refused.value.note == note
    told = ta1(refused.value.envelope, note, datetime(2026, 3, 15, 12, 0, tzinfo=UTC))
    (receipt,) = x12.read(told.encode()).acknowledgements
    assert (receipt.kind, receipt.accepted, receipt.codes) == ("TA1", False, (note,))
    assert len(told.split("TA1")[0]) == 106


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("*2603", "*26030", "014"),
        ("260315*1200*", "2603151*200*", "014"),
        ("*T*:~", "*T*~", "004"),
        ("*T*:~", "*T*::~", "004"),
        ("*T*:~", "*T*^~", "027"),
        ("*T*:~", "*T**~", "027"),
        ("*T*:~", "*T*A~", "027"),
        ("*T*:~", "*T*:^", "004"),
        ("*T*:~", "*T*:T", "004"),
        ("HARBOURBRIDGE ", "HARBOUR~BRIDGE", "004"),
        ("HARBOURBRIDGE  ", " HARBOURBRIDGE ", "006"),
        ("*^*", "*x*", "016"),
    ],
)
def test_delimiters_are_single_signs_of_their_own(old: str, new: str, note: str) -> None:
    assert old in GOOD
    with pytest.raises(InterchangeRefused) as refused:
        checked(GOOD.replace(old, new, 1).encode())
    assert refused.value.note == note


def test_an_interchange_in_delimiters_of_its_own_is_accepted() -> None:
    odd = GOOD.translate(str.maketrans("*:^~", "|<>!"))
    assert checked(odd.encode()).trace == "TC0001"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("ST*270*0001*005010X279A1", "ST*276*0001*005010X279A1", "1"),
        ("SE*13*0001~", "", "2"),
        ("SE*13*0001", "SE*13*0002", "3"),
        ("SE*13*", "SE*12*", "4"),
    ],
)
def test_a_wrong_transaction_is_refused_as_a_whole(old: str, new: str, verdict: str) -> None:
    assert old in GOOD
    with pytest.raises(TransactionRefused) as refused:
        checked(GOOD.replace(old, new).encode())
    assert (refused.value.segment, refused.value.verdict) == ("", verdict)


@pytest.mark.parametrize(
    ("old", "new", "segment", "position", "element", "code"),
    [
        ("BHT*0022*13", "BHT*0022*11", "BHT", 2, 2, "7"),
        ("HL*3*2*22*0", "HL*3*1*22*0", "HL", 7, 2, "7"),
        ("HL*3*2*22*0", "HL*3*2*22*1", "HL", 7, 4, "7"),
        ("*PI*NSTAR01", "*XX*NSTAR01", "NM1", 4, 8, "7"),
        ("1234567893", "1234567890", "NM1", 6, 9, "7"),
        ("*XX*1234567893", "", "NM1", 6, 8, "1"),
        ("TRN*1*", "TRN*2*", "TRN", 8, 1, "7"),
        ("*1990000001", "", "TRN", 8, 3, "1"),
        ("NM1*IL*1*", "NM1*QC*1*", "NM1", 9, 1, "7"),
        ("DMG*D8*19880412", "DMG*D8*19881312", "DMG", 10, 2, "8"),
        ("DTP*291*D8*20260315", "DTP*472*D8*20260315", "DTP", 11, 1, "7"),
        ("DTP*291*D8*20260315", "DTP*291*D8*20260230", "DTP", 11, 3, "8"),
        ("EQ*30", "EQ*three", "EQ", 12, 1, "7"),
    ],
)
def test_a_wrong_element_is_refused_at_its_place(
    old: str, new: str, segment: str, position: int, element: int, code: str
) -> None:
    assert old in GOOD
    with pytest.raises(TransactionRefused) as refused:
        checked(GOOD.replace(old, new).encode())
    found = refused.value
    assert (found.segment, found.position, found.element, found.element_code) == (
        segment,
        position,
        element,
        code,
    )
    assert (found.code, found.verdict) == ("8", "5")


@pytest.mark.parametrize(
    ("name", "position"), [("BHT", 2), ("TRN", 12), ("NM1*IL", 12), ("DTP", 12), ("EQ", 12), ("HL*3", 5)]
)
def test_a_missing_segment_is_refused_where_its_level_ends(name: str, position: int) -> None:
    rows = [row for row in GOOD.split("~") if not row.startswith(name)]
    with pytest.raises(TransactionRefused) as refused:
        checked(recounted("~".join(rows)).encode())
    assert (refused.value.segment, refused.value.code) == (name.partition("*")[0], "3")
    assert refused.value.position == position


@given(st.data())
@settings(max_examples=200)
def test_any_damage_is_refused_or_harmless_but_never_a_crash(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([GOOD, WITH_SON]))
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 30)))
    put = data.draw(st.text(alphabet="*~^:IEAGSTHL0129 \n", max_size=12))
    try:
        question = checked((text[:start] + put + text[stop:]).encode())
    except REFUSALS:
        return
    assert question.trace


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(REFUSALS):
        checked(body)


def test_no_person_stands_in_a_refusal() -> None:
    for old, new in (("1234567893", "1"), ("IEA*1", "IEA*9"), ("ISA*", "XSA*")):
        with pytest.raises(REFUSALS) as refused:
            checked(GOOD.replace(old, new).encode())
        assert MARISOL.last_name.upper() not in str(refused.value)

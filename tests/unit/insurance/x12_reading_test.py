"""The reader takes what payers really send, and says what is odd about it."""

from datetime import date
from decimal import Decimal

import pytest

from services.insurance import x12
from services.insurance.x12.envelopes import interchanges
from services.insurance.x12.segments import Delimiters, stretches, written
from tests.unit.insurance.payer_answers import ACTIVE, answer, rows_of, text_of

DEPENDANT = [
    ["HL", "3", "2", "22", "0"],
    ["NM1", "IL", "1", "ABERNATHY", "RUTH", "", "", "", "MI", "UFM400500600"],
    ["DMG", "D8", "19710217"],
    ["HL", "4", "3", "23", "0"],
    ["TRN", "2", "TC0001", "1990000001"],
    ["NM1", "03", "1", "ABERNATHY", "JONAH"],
    ["DMG", "D8", "20020905"],
    ["INS", "N", "19"],
]


def test_benefits_carry_their_figures_dates_messages_and_position() -> None:
    text = answer(
        ["EB", "C", "IND", "30^MH", "", "CHOICE PPO", "23", "2000", ".2", "VS", "12", "Y", "W"],
        ["HSD", "VS", "30", "", "", "22"],
        ["REF", "18", "PLAN7"],
        ["DTP", "348", "RD8", "20260101-20261231"],
        ["MSG", "OFFICE VISIT"],
        ["MSG", "SPECIALIST"],
        ["III", "ZZ", "55"],
        ["LS", "2120"],
        ["NM1", "PRP", "2", "CEDAR BEHAVIOURAL"],
        ["LE", "2120"],
    )
    (found,) = x12.read(text).responses[0].answers
    (benefit,) = found.benefits
    assert benefit.service_types == ("30", "MH")
    assert (benefit.amount, benefit.percent, benefit.quantity) == (Decimal(2000), Decimal("0.2"), Decimal(12))
    assert (benefit.authorization, benefit.network, benefit.position) == ("Y", "W", 13)
    assert benefit.messages == ("OFFICE VISIT", "SPECIALIST")
    assert (benefit.dates[0].start, benefit.dates[0].end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert benefit.places == ("55",)
    assert benefit.deliveries[0].quantity == "30"
    assert benefit.entities[0].name == "CEDAR BEHAVIOURAL"
    assert found.subscriber is not None
    assert found.subscriber.party.name == "OKAFOR"


def test_the_patient_is_the_dependant_whatever_hl04_says() -> None:
    (found,) = x12.read(answer(*ACTIVE, people=DEPENDANT)).responses[0].answers
    assert found.dependant is not None
    assert found.dependant.party.first == "JONAH"
    assert found.member_id == "UFM400500600"


def test_each_patient_of_one_transaction_gets_an_answer_of_their_own() -> None:
    second = [["HL", "4", "2", "22", "0"], ["NM1", "IL", "1", "LINDQVIST", "TOBIAS"], ["EB", "6", "", "30"]]
    found = x12.read(answer(*ACTIVE, *second)).responses[0].answers
    assert [[b.information for b in one.benefits] for one in found] == [["1", "C", "C"], ["6"]]


@pytest.mark.parametrize(
    ("below", "people", "loop"),
    [
        ([["AAA", "N", "", "72", "C"]], None, "2100C"),
        ([["AAA", "N", "", "65", "C"]], DEPENDANT, "2100D"),
        ([["EB", "1", "", "30"], ["AAA", "N", "", "98", "C"]], None, "2110C"),
        ([["AAA", "Y", "", "50", "N"]], [], "2100B"),
    ],
)
def test_a_refusal_knows_its_loop(below: list[list[str]], people: list[list[str]] | None, loop: str) -> None:
    (found,) = x12.read(answer(*below, people=people)).responses[0].answers
    assert [r.loop for r in found.rejections] == [loop]


def test_unknown_segments_are_kept_with_their_position() -> None:
    response = x12.read(answer(["ZZZ", "1", "KEPT"], *ACTIVE)).responses[0]
    assert [(s.id, s.at(2), s.position) for s in response.other] == [("ZZZ", "KEPT", 13)]


def test_wrong_counts_and_control_numbers_are_warnings() -> None:
    rows = rows_of(*ACTIVE)
    rows[-3] = ["SE", "99", "0009"]
    rows[-2] = ["GE", "4", "8"]
    reading = x12.read(text_of(rows))
    assert len(reading.warnings) == 2
    assert len(reading.responses[0].warnings) == 2
    assert reading.responses[0].whole


def test_a_short_isa_is_read_by_counting_separators() -> None:
    rows = rows_of(*ACTIVE)
    rows[0] = [element.strip() for element in rows[0]]
    assert x12.read(text_of(rows)).responses[0].answers[0].benefits


def test_an_isa_without_isa16_is_read() -> None:
    text = answer(*ACTIVE).replace(":~", "~", 1)
    assert len(x12.read(text).responses[0].answers[0].benefits) == 3
    assert len(x12.read(text.replace("~", "~\n")).responses[0].answers[0].benefits) == 3


@pytest.mark.parametrize("terminator", ["~", "\r", "\n", "\x1d", "?", "!"])
@pytest.mark.parametrize(
    ("element", "component", "repetition"), [("*", ":", "^"), ("|", ">", "~"), ("*", "^", ">")]
)
def test_any_delimiters_are_found(terminator: str, element: str, component: str, repetition: str) -> None:
    if terminator == repetition:
        return
    rows = rows_of(["EB", "1", "", "30^MH"])
    marks = Delimiters(element, component, repetition, terminator)
    (found,) = x12.read(text_of(rows, marks)).responses[0].answers
    assert found.benefits[0].service_types == ("30", "MH")


def test_bom_line_breaks_and_indentation_do_not_matter() -> None:
    plain = x12.read(answer(*ACTIVE))
    rows = rows_of(*ACTIVE)
    for after, before in (("\r\n", ""), ("\n", "    "), ("\r", "\t")):
        assert x12.read(("\ufeff" + text_of(rows, after=after, before=before)).encode()) == plain


def test_lines_wrapped_at_a_fixed_width_are_joined() -> None:
    text = answer(*ACTIVE)
    wrapped = "\r\n".join(text[i : i + 80] for i in range(0, len(text), 80))
    assert x12.read(wrapped) == x12.read(text)


def test_several_interchanges_with_different_delimiters_are_all_read() -> None:
    rows = rows_of(*ACTIVE)
    both = text_of(rows) + "\n" + text_of(rows, Delimiters("|", ">", "^", "!"))
    assert len(x12.read(both).responses) == 2


def test_reading_loses_nothing() -> None:
    text = answer(["ZZZ", "", "KEPT", ""], *ACTIVE)
    (stretch,) = stretches(text)
    assert written(stretch.segments, stretch.delimiters) == text


def test_a_999_and_a_ta1_are_recognised() -> None:
    rows = rows_of()
    refused = [
        *rows[:2],
        ["ST", "999", "0001", "005010X231A1"],
        ["AK1", "HS", "7", "005010X279A1"],
        ["AK2", "270", "0001"],
        ["IK3", "NM1", "4", "", "8"],
        ["IK5", "R", "5"],
        ["AK9", "R", "1", "1", "0"],
        ["SE", "7", "0001"],
        *rows[-2:],
    ]
    (receipt,) = x12.read(text_of(refused)).acknowledgements
    assert (receipt.kind, receipt.accepted, receipt.control) == ("999", False, "7")
    assert "IK5:5" in receipt.codes
    ta1 = [rows[0], ["TA1", "000000007", "260315", "1200", "R", "020"], ["IEA", "0", "000000007"]]
    (receipt,) = x12.read(text_of(ta1)).acknowledgements
    assert (receipt.kind, receipt.accepted, receipt.codes) == ("TA1", False, ("020",))


def test_ta1_alone_is_no_reading_problem() -> None:
    assert interchanges(text_of([rows_of()[0], ["IEA", "0", "000000007"]]))[0].whole


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00\x00",
        b"<html><body>Sorry</body></html>",
        b"ISA",
        b"ISA*00*",
        b"MSH|^~\\&|",
        b"\xff\xfe\x00",
        b"ISA" * 400,
    ],
)
def test_what_is_no_x12_is_one_sentence_without_values(junk: bytes) -> None:
    with pytest.raises(x12.NotX12) as refusal:
        x12.read(junk)
    assert str(refusal.value).endswith(".")
    assert "Sorry" not in str(refusal.value)


def test_a_hostile_answer_is_read_in_time() -> None:
    """Two megabytes of one thing: a reader whose cost grows with the square would never come back."""
    for row in (["HL", "1", "", "20"], ["HL", "9", "", "23"], ["MSG", "X"], ["EB", "1"]):
        assert x12.read(text_of(rows_of(["EB", "1", "", "30"], *[row] * 60_000))).responses
    assert len(x12.read(text_of(rows_of()) * 1_500).responses) == 1_500

"""The reader takes what payers really send, and says what is odd about it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.insurance import x12
from services.insurance.x12.envelopes import interchanges
from services.insurance.x12.segments import Delimiters, Segment, stretches, written
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


ELEMENT = st.text(st.characters(codec="latin-1", exclude_characters="*~:^\r\n", exclude_categories=["Cc"]))
SEGMENT = st.tuples(
    st.from_regex(r"[A-Z][A-Z0-9]{1,2}", fullmatch=True).filter(lambda name: name != "ISA"),
    st.lists(ELEMENT, max_size=6),
)


@given(rows=st.lists(SEGMENT, min_size=1, max_size=20), terminator=st.sampled_from("~!\x1d\n"))
@settings(max_examples=150)
def test_any_segments_are_read_as_they_were_written(
    rows: list[tuple[str, list[str]]], terminator: str
) -> None:
    """Unknown names, empty elements at the end, blanks around elements: everything comes back."""
    marks = Delimiters(terminator=terminator)
    (head, *_) = next(stretches(answer())).segments
    segments = tuple(Segment(place, name, tuple(said)) for place, (name, said) in enumerate(rows, start=2))
    segments = tuple(s for s in segments if terminator not in "".join(s.elements))
    segments = (head, *(replace(s, position=n) for n, s in enumerate(segments, start=2)))
    for after in ("", "\n") if terminator != "\n" else ("",):
        (stretch,) = stretches(written(segments, marks, after=after))
        assert stretch.delimiters == marks
        assert stretch.segments == segments


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


def test_everything_said_of_a_person_is_kept() -> None:
    people = [
        ["HL", "3", "2", "22", "0"],
        ["TRN", "2", "TC0001", "1990000001", "DESK 4"],
        ["TRN", "1", "PAYER-9", "9PAYERCORP"],
        ["NM1", "IL", "1", "OKAFOR", "MARISOL", "ADA", "", "JR", "MI", "NSH100200300"],
        ["REF", "6P", "GROUP 7", "NORTHSTAR STAFF"],
        ["REF", "18", "PLAN 3"],
        ["N3", "1 INVENTED ROAD"],
        ["N4", "SPRINGTON", "OH", "43000"],
        ["PER", "IC", "", "TE", "5550100009"],
        ["PRV", "PC", "PXC", "207Q00000X"],
        ["DMG", "D8", "19880412", "F"],
        ["INS", "Y", "18", "001", "25"],
        ["HI", "BK:F1020", "BF:F1120"],
        ["DTP", "346", "D8", "20260101"],
        ["MPI", "A", "AO", "A", "", "B1", "D8", "20200101"],
    ]
    (found,) = x12.read(answer(*ACTIVE, people=people)).responses[0].answers
    one = found.subscriber
    assert one is not None
    assert [t.number for t in one.traces] == ["TC0001", "PAYER-9"]
    assert (one.party.middle, one.party.suffix) == ("ADA", "JR")
    assert one.references == (("6P", "GROUP 7"), ("18", "PLAN 3"))
    assert one.party.address is not None
    assert one.party.address.postal_code == "43000"
    assert one.party.telephone == "5550100009"
    assert (one.party.role, one.party.speciality) == ("PC", "207Q00000X")
    assert one.relationship == "18"
    assert one.diagnoses == (("BK", "F1020"), ("BF", "F1120"))
    assert one.military[0] == "A"
    assert [period.qualifier for period in one.dates] == ["346"]
    assert x12.read(answer(*ACTIVE, people=people)).responses[0].other == ()


def test_a_benefit_keeps_its_procedure_and_what_iii_says() -> None:
    row = ["EB", "1", "", "", "", "", "", "", "", "", "", "Y", "Y", "HC:H0015::TF"]
    text = answer(row, ["III", "ZZ", "57"], ["III", "BK", "F1020"], ["III", "", "", "", "SCHOOL"])
    (benefit,) = x12.read(text).responses[0].answers[0].benefits
    assert benefit.procedure == ("HC", "H0015", "", "TF")
    assert benefit.places == ("57", "SCHOOL")
    assert benefit.conditions == (("BK", "F1020"),)


@pytest.mark.parametrize("parent", ["", "3", "99", "X"])
def test_a_dependant_whose_level_names_the_wrong_parent_belongs_to_the_subscriber_before(parent: str) -> None:
    people = [list(row) for row in DEPENDANT]
    people[3][2] = parent
    response = x12.read(answer(*ACTIVE, people=people)).responses[0]
    (found,) = response.answers
    assert found.subscriber is not None
    assert found.member_id == "UFM400500600"
    assert bool(response.warnings) is (parent != "3")


def test_a_dependant_without_a_level_is_not_taken_for_the_subscriber() -> None:
    people = [*DEPENDANT[:3], ["EB", "1", "", "30"], *DEPENDANT[5:]]
    response = x12.read(answer(["EB", "6", "", "30"], people=people)).responses[0]
    found, subscriber = response.answers
    assert found.dependant is not None
    assert [(b.information, b.scope) for b in found.benefits] == [("6", "patient"), ("1", "subscriber")]
    assert subscriber.dependant is None
    assert response.warnings == ("NM1 at segment 13 has no level (HL) of its own.",)


def test_a_refusal_before_any_level_is_not_lost() -> None:
    rows = rows_of(people=[])
    rows[4:8] = [["AAA", "Y", "", "42", "R"]]
    (found,) = x12.read(text_of(rows)).responses[0].answers
    assert [(r.loop, r.reason) for r in found.rejections] == [("2000A", "42")]


@pytest.mark.parametrize(
    "damaged",
    [
        ["AXA", "N", "", "72", "C"],
        ["AA", "A", "N", "", "72", "C"],
        ["A\x00A", "N", "", "72", "C"],
        ["DXP", "347", "D8", "20251231"],
        ["EX", "6", "", "30"],
        ["TRN", "2", "TC0002", "1990000001"],
    ],
)
def test_a_file_with_signs_of_damage_is_not_whole(damaged: list[str]) -> None:
    response = x12.read(answer(*ACTIVE, damaged)).responses[0]
    assert not response.whole
    assert response.warnings


@pytest.mark.parametrize(
    "odd",
    [
        ["ZZZ", "1", "KEPT"],
        ["DTP", "347", "D8", "00000000"],
        ["DTP", "347", "D8", ""],
        ["DTP", "291", "RD8", "20260101-99999999"],
        ["DTP", "636", "D8", "YESTERDAY"],
        ["QTY", "99", "4", "DA"],
    ],
)
def test_what_is_merely_odd_is_no_damage(odd: list[str]) -> None:
    assert x12.read(answer(*ACTIVE, odd)).responses[0].whole


def test_a_hostile_family_is_no_flood() -> None:
    """Thousands of benefits and as many dependants: millions of rows if every one were repeated for each."""
    many = [["HL", "9", "3", "23", "0"]] * 30_000
    response = x12.read(answer(*[["EB", "1", "", "30"]] * 30_000, *many)).responses[0]
    count = sum(len(one.benefits) for one in response.answers)
    assert count == 30_000

"""One odd element costs itself and nothing else; what a hostile file repeats costs nobody."""

from datetime import date

import pytest

from services.insurance import x12
from services.insurance.rules.eligibility import Active, decide
from services.insurance.x12.answers import Answer, Period, Response
from services.insurance.x12.checks import findings
from services.insurance.x12.envelopes import interchanges
from services.insurance.x12.segments import Delimiters
from services.insurance.x12_shown import as_json, in_words
from tests.unit.insurance.payer_answers import ACTIVE, ASKED, SUBSCRIBER, answer, rows_of, text_of

PLAN = ["EB", "1", "", "30", "", "CHOICE PPO"]
FAMILY = [
    ["HL", "3", "2", "22", "1"],
    ["NM1", "IL", "1", "ABERNATHY", "RUTH", "", "", "", "MI", "UFM400500600"],
    ["EB", "1", "", "30", "", "UNITY FAMILY PPO"],
    ["HL", "4", "3", "23", "0"],
    ["NM1", "03", "1", "ABERNATHY", "JONAH"],
    ["EB", "6", "", "30"],
]


def read(*below: list[str], people: list[list[str]] | None = None) -> Response:
    return x12.read(answer(*below, people=people)).responses[0]


def only(response: Response) -> Answer:
    (found,) = response.answers
    return found


@pytest.mark.parametrize("stated", ["XXXXXXXX", "19880000", "1988"])
def test_a_birth_date_that_cannot_be_read_is_said_of_the_person_and_verifies_nobody(stated: str) -> None:
    people = [*SUBSCRIBER[:3], ["DMG", "D8", stated, "F"]]
    text = answer(*ACTIVE, people=people)
    response = x12.read(text).responses[0]
    assert response.whole
    assert response.warnings == ("DMG02 at segment 12 is not a date.",)
    person = only(response).subscriber
    assert person is not None
    assert person.birth_date is None
    assert person.birth_date_unreadable
    assert not isinstance(decide(x12.read(text), ASKED), Active)


def test_a_birth_date_left_out_or_stated_as_none_is_not_unreadable() -> None:
    for people in (SUBSCRIBER[:3], [*SUBSCRIBER[:3], ["DMG", "D8", "00000000"]], SUBSCRIBER):
        person = only(read(*ACTIVE, people=people)).subscriber
        assert person is not None
        assert not person.birth_date_unreadable


@pytest.mark.parametrize(
    ("row", "period"),
    [
        (["DTP", "291", "RD8", "20260101"], ("291", date(2026, 1, 1), None)),
        (["DTP", "291", "RD8", "00000000-20261231"], ("347", date(2026, 12, 31), None)),
        (["DTP", "307", "RD8", "99999999-20261231"], ("357", date(2026, 12, 31), None)),
        (["DTP", "472", "RD8", "00000000-20261231"], ("194", date(2026, 12, 31), None)),
    ],
)
def test_a_span_with_one_day_is_its_beginning_or_its_end(
    row: list[str], period: tuple[str, date, date | None]
) -> None:
    for below in ([PLAN, row], [row, PLAN]):
        response = read(*below)
        assert response.whole
        assert len(response.warnings) == 1
        found = only(response)
        assert found.subscriber is not None
        (read_period,) = (*found.subscriber.dates, *found.benefits[0].dates)
        assert read_period == Period(*period, read_period.position)


def test_a_span_without_any_day_states_no_date() -> None:
    response = read(PLAN, ["DTP", "291", "RD8", "00000000-99999999"])
    assert response.whole
    assert only(response).benefits[0].dates == ()


BAD_DATES = [
    ["DTP", "347", "D8", "2025123"],
    ["DTP", "3X7", "D8", "20251231"],
    ["DTP", "348", "D8", "ONGOING"],
    ["DTP", "291", "RD8", "20250101X20251231"],
    ["DTP", "291", "RD8", "2025010120251231"],
    ["DTP", "291", "RD8", "20250101", "20251231"],
]


@pytest.mark.parametrize("row", BAD_DATES)
def test_a_date_that_cannot_be_read_is_damage_where_the_coverage_hangs_on_it(row: list[str]) -> None:
    assert not read(row, PLAN).whole
    for information in ("1", "4", "5", "6", "V", "9"):
        assert not read(PLAN, ["EB", information, "", "30"], row).whole


@pytest.mark.parametrize("row", BAD_DATES)
def test_a_date_that_cannot_be_read_below_a_mere_detail_is_odd(row: list[str]) -> None:
    if row[1] == "3X7":  # reads like a lost qualifier, and the date itself is there
        assert read(PLAN, ["EB", "D", "", "98"], row).whole
        return
    for information in ("B", "D", "F", "CB"):
        response = read(PLAN, ["EB", information, "", "98"], row)
        assert response.whole
        assert len(response.warnings) == 1


@pytest.mark.parametrize(("information", "whole"), [("B", True), ("F", True), ("1", False), ("V", False)])
def test_a_service_type_that_is_no_code_is_damage_only_in_a_status(information: str, whole: bool) -> None:
    response = read(PLAN, ["EB", information, "", "98 OFFICE"])
    assert response.whole is whole
    assert response.warnings == ("EB03 at segment 14 is not a list of codes.",)


@pytest.mark.parametrize("mark", list("^:>|;&\\"))
def test_service_types_are_told_apart_whatever_stands_between(mark: str) -> None:
    (benefit,) = only(x12.read(answer(PLAN).replace("**30*", f"**30{mark}98*")).responses[0]).benefits
    assert benefit.service_types == ("30", "98")


def test_what_is_said_below_an_entity_of_a_benefit_is_not_said_of_the_patient() -> None:
    below = [["LS", "2120"], ["NM1", "IL", "1", "SOMEBODY", "ELSE"], ["DMG", "D8", "19500101", "M"]]
    for entity in (below, [["NM1", "PR", "2", "OTHER PLAN"], ["INS", "Y", "18"]]):
        response = read(PLAN, *entity)
        assert response.whole
        assert len(response.other) == len(response.warnings) == 1
        person = only(response).subscriber
        assert person is not None
        assert person.birth_date == ASKED.birth_date
        assert person.relationship == ""


@pytest.mark.parametrize(
    "below",
    [
        [["INS", "Y", "18"]],
        [["LS", "2120"], ["NM1", "PR", "2", "OTHER PLAN"], ["LE", "2120"], ["DMG", "D8", "19500101"]],
        [["NM1", "PR", "2", "OTHER PLAN"], ["TRN", "2", "TC0002", "1990000001"]],
        [["NM1", "IL", "1", "SOMEBODY", "ELSE"], ["DMG", "D8", "19500101"]],
    ],
)
def test_what_can_only_be_the_next_patient_among_benefits_is_a_lost_level(below: list[list[str]]) -> None:
    assert not read(PLAN, *below).whole


def test_a_subscriber_with_benefits_of_their_own_is_a_patient_beside_the_dependant() -> None:
    found = read(people=FAMILY).answers
    assert [one.dependant is None for one in found] == [False, True]
    assert [(b.information, b.scope) for b in found[0].benefits] == [("6", "patient"), ("1", "subscriber")]
    assert [(b.information, b.scope) for b in found[1].benefits] == [("1", "patient")]


def test_a_traced_subscriber_stands_where_the_file_has_them() -> None:
    people = [FAMILY[0], ["TRN", "2", "TC0001", "1990000001"], *FAMILY[1:]]
    assert [one.dependant is None for one in read(people=people).answers] == [True, False]


def test_each_benefit_shows_whose_it_is() -> None:
    reading = x12.read(answer(people=FAMILY))
    shown = as_json(reading)["transactions"]
    assert [[b["scope"] for b in one["benefits"]] for one in shown] == [
        ["patient", "subscriber"],
        ["patient"],
    ]
    assert sum("the subscriber's:" in line for line in in_words(reading)) == 1


@pytest.mark.parametrize("entity", ["P3", "PR", "GP", "1P", "SJ"])
def test_a_name_beside_the_patients_does_not_become_theirs(entity: str) -> None:
    beside = [
        ["NM1", entity, "1", "ELSEWHERE", "PAT"],
        ["N3", "9 OTHER ROAD"],
        ["PER", "IC", "", "TE", "555"],
    ]
    for people in ([*SUBSCRIBER, *beside], [*SUBSCRIBER[:3], *beside, SUBSCRIBER[3]]):
        text = answer(*ACTIVE, people=people)
        response = x12.read(text).responses[0]
        person = only(response).subscriber
        assert person is not None
        assert (person.party.name, person.party.address, person.party.contacts) == ("OKAFOR", None, ())
        assert [s.id for s in response.other] == ["NM1", "N3", "PER"]
        assert isinstance(decide(x12.read(text), ASKED), Active)


def test_a_fitting_name_takes_the_place_of_another() -> None:
    people = [*SUBSCRIBER[:2], ["NM1", "P3", "1", "ELSEWHERE", "PAT"], *SUBSCRIBER[2:]]
    person = only(read(*ACTIVE, people=people)).subscriber
    assert person is not None
    assert person.party.name == "OKAFOR"


def test_the_provider_without_a_level_is_not_taken_for_the_payer() -> None:
    rows = rows_of(*ACTIVE)
    found = only(x12.read(text_of([row for row in rows if row[0] != "HL"])).responses[0])
    assert (found.source.entity, found.receiver.entity) == ("PR", "1P")


def test_warnings_are_shown_once() -> None:
    rows = rows_of(*ACTIVE, people=[*SUBSCRIBER, *ACTIVE, *SUBSCRIBER])
    rows[-3][1], rows[-2][1] = "99", "5"
    reading = x12.read(text_of(rows) + text_of(rows))
    shown = [one["warnings"] for one in as_json(reading)["transactions"]]
    first, second = reading.responses
    assert shown == [[*reading.warnings, *first.warnings], [], list(second.warnings), []]
    assert all([reading.warnings, first.warnings, second.warnings])


def test_a_refusal_above_very_many_patients_is_no_flood_and_is_lost_for_nobody() -> None:
    """Both would be repeated for each patient: half a thousand million refusals from half a megabyte."""
    rows = rows_of(people=[["AAA", "Y", "", "42", "R"]] * 24_000)
    rows[-3:-3] = [["HL", "", "", "22"], ["AAA", "N", "", "72", "C"]] * 24_000
    reading = x12.read(text_of(rows))
    (response,) = reading.responses
    assert not response.whole
    assert len(response.answers) == 24_000
    for one in response.answers:
        assert [r.reason for r in one.rejections] == ["42", "72"]
    assert len(as_json(reading)["transactions"]) == 24_000
    assert findings(text_of(rows))


def test_a_refusal_above_a_hundred_patients_is_repeated_for_each() -> None:
    rows = rows_of(people=[["AAA", "Y", "", "42", "R"], ["AAA", "Y", "", "41", "N"]])
    rows[-3:-3] = [["HL", "", "", "22"]] * 100
    (response,) = x12.read(text_of(rows)).responses
    assert response.whole
    assert all(len(one.rejections) == 2 for one in response.answers)


def test_one_long_benefit_above_very_many_dependants_is_no_flood() -> None:
    many = [["HL", "9", "3", "23", "0"]] * 20_000
    reading = x12.read(answer(["EB", "1", "", "^".join(["30"] * 100_000)], *many))
    assert sum(len(one.benefits) for one in reading.responses[0].answers) == 1
    assert as_json(reading)


@pytest.mark.parametrize(
    "rows",
    [
        [["EB", "1", "", "30"], ["MSG", *["EB"] * 600_000]],
        [["HL", "9", "77", "22"]] * 40_000,
        [["REF", "18", "X"]] * 30_000 + [["HL", "", "", "22"]] * 30_000,
        [["EB", "1", "", "30"], ["MSG", "X" + "\n " * 500_000]],
    ],
)
def test_nothing_of_a_large_file_costs_its_square(rows: list[list[str]]) -> None:
    whole = rows_of(*rows)
    whole[-3][1] = "9"  # a wrong count lets the reader look for segments that swallowed others
    text = text_of(whole)
    assert as_json(x12.read(text))
    assert findings(text)


def test_many_interchanges_that_all_end_their_segments_otherwise_are_read_in_time() -> None:
    head, end = rows_of()[0], rows_of()[-1]
    symbols = [chr(code) for code in range(0x2190, 0x2BFF) if not chr(code).isalnum()]
    text = "".join(text_of([head, end], Delimiters(terminator=symbol)) for symbol in symbols)
    assert x12.read(text).responses == ()
    assert len(interchanges(text)) == len(symbols)


def test_transactions_without_number_are_checked_in_time() -> None:
    rows = rows_of()
    text = text_of([*rows[:2], *[["ST", "271", "0001"], ["SE", "2", "0001"]] * 20_000, *rows[-2:]])
    assert findings(text)


def test_a_file_of_nothing_but_names_is_refused() -> None:
    with pytest.raises(x12.NotX12, match="say nothing"):
        x12.read(answer(*[["EB"]] * 200_000))


def test_what_stands_where_a_segment_name_should_is_not_repeated() -> None:
    text = answer(*ACTIVE, ["MSG", "CALL"]).replace("MSG*CALL", "MSG*CALL~MARISOL OKAFOR 19880412")
    said = [*findings(text), *(line for line in in_words(x12.read(text)) if "understood" in line)]
    assert any(line.startswith("Segment 18 has no place there") for line in said)
    assert "  segment 18 is not understood" in said
    assert not any("OKAFOR" in line for line in said)
    early = answer(*ACTIVE).replace("HL*1**20", "MARISOL OKAFOR~HL*1**20")
    assert "Segment 5 stands before any level (HL)." in findings(early)


def test_a_byte_order_mark_before_latin_1_does_not_matter() -> None:
    raw = answer(*ACTIVE).replace("OKAFOR", "OKÁFOR").encode("latin-1")
    person = only(x12.read(b"\xef\xbb\xbf" + raw).responses[0]).subscriber
    assert person is not None
    assert person.party.name == "OKÁFOR"


@pytest.mark.parametrize("mark", list("\x1c\x1d\x1e\x1f"))
def test_control_characters_may_separate(mark: str) -> None:
    for old in "*^:~":
        text = answer(["EB", "1", "", "30^MH", "", "", "", "", "", "", "", "", "", "HC:H0015"])
        (benefit,) = only(x12.read(text.replace(old, mark)).responses[0]).benefits
        assert benefit.service_types == ("30", "MH")
        assert benefit.procedure == ("HC", "H0015")


@pytest.mark.parametrize("padding", [" ", "   ", "\t"])
def test_blanks_may_stand_behind_isa16(padding: str) -> None:
    text = answer(*ACTIVE)
    for after in ("", "\n", "\r\n"):
        padded = text.replace("*T*:~", f"*T*:{padding}~").replace("~", "~" + after)
        assert only(x12.read(padded).responses[0]) == only(x12.read(text).responses[0])


def test_a_line_break_in_a_message_stands_between_words() -> None:
    for after in ("", "\n"):
        text = answer(PLAN, ["MSG", "PRIOR AUTH\r\n   REQUIRED\nFIRST"]).replace("~", "~" + after)
        assert only(x12.read(text).responses[0]).benefits[0].messages == ("PRIOR AUTH REQUIRED FIRST",)


@pytest.mark.parametrize("width", [80, 107, 120, 132])
@pytest.mark.parametrize("mark", ["\n", "\r\n"])
def test_a_line_break_of_a_wrapped_file_stands_for_nothing(width: int, mark: str) -> None:
    text = answer(PLAN, ["MSG", "ABCDEFGHIJ" * 26])
    wrapped = mark.join(text[i : i + width] for i in range(0, len(text), width))
    for end in ("", mark):
        assert x12.read(wrapped + end) == x12.read(text)

"""Messages as real feeds send them, read and answered."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.doors import hl7

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
DISCHARGE = "\r".join(
    (
        r"MSH|^~\&|CHART|ELM|TC|TC|20261120101500||ADT^A03^ADT_A03|77|P|2.5.1",
        "EVN|A01|20261120101500",
        "PID|1||000-00-0000^^^USSSA^SS~0042^^^ELM^MR||Moss&&Old^Dee^Q~Moor^Delia||19850327",
        "PV1|1|I" + "|" * 34 + "07" + "|" * 8 + "20261110080000|20261120101000-0500",
    )
)


def read(text: str) -> hl7.Adt:
    return hl7.read(text.encode(), ZONE)


def test_the_trigger_is_the_headers_not_the_contradicting_event_segments() -> None:
    assert read(DISCHARGE).header.trigger == "A03"


def test_the_record_number_is_taken_and_the_social_security_number_is_not() -> None:
    assert read(DISCHARGE).patient_ids == ("0042",)


def test_names_birth_date_disposition_and_times_are_read() -> None:
    message = read(DISCHARGE)
    assert message.names == (("Dee", "Moss"), ("Delia", "Moor"))
    assert message.born == date(1985, 3, 27)
    assert message.disposition == "07"
    assert message.admitted_at == datetime(2026, 11, 10, 8, 0, tzinfo=ZONE)
    assert message.discharged_at == datetime(2026, 11, 20, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\r\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(ends: str, mark: bytes) -> None:
    body = mark + DISCHARGE.replace("\r", ends).encode()
    assert hl7.read(body, ZONE) == read(DISCHARGE)


def test_admit_and_discharge_with_one_control_id_are_two_messages() -> None:
    admit = DISCHARGE.replace("ADT^A03^ADT_A03", "ADT^A01^ADT_A01")
    assert read(admit).header.control_id == read(DISCHARGE).header.control_id
    assert read(admit).header.identity != read(DISCHARGE).header.identity


@pytest.mark.parametrize(
    ("end", "deceased"),
    [("20261120||", True), ("|Y|", True), ("|N|", False), ("", False), ("00000000|N|", False)],
)
def test_a_death_in_the_persons_segment_is_read(end: str, deceased: bool) -> None:
    assert read(DISCHARGE.replace("||19850327", "||19850327" + "|" * 22 + end)).deceased is deceased


def test_latin_1_names_are_read() -> None:
    body = DISCHARGE.replace("Delia", "Délia").encode("latin-1")
    assert hl7.read(body, ZONE).names[1] == ("Délia", "Moor")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x0b",
        b"GET / HTTP/1.1\r\n\r\n",
        b"MSH",
        b"MSH|",
        b"MSHabcdefgh",
        b"MSH|^~\\^|CHART\rPID|1",
        b"MSH|^~|&|CHART\rPID|1",
        b"PID|1\rMSH|^~\\&|",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_message_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(hl7.NotHl7) as refused:
        hl7.read(body, ZONE)
    assert "HTTP" not in str(refused.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    for start in (b"", b"MSH|^~\\&|"):
        try:
            hl7.read(start + body, ZONE)
        except hl7.NotHl7:
            pass


@pytest.mark.parametrize(
    "text", ["", "2026", "20261340", "2026112010150", "20261120999999", "yesterday", "--"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert hl7.moment(text, ZONE) is None


def test_a_time_without_an_offset_is_the_centres_wall_clock() -> None:
    assert hl7.moment("202611201015", ZONE) == datetime(2026, 11, 20, 18, 15, tzinfo=UTC)
    assert hl7.moment("20261120101500.123+0000", ZONE) == datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def test_the_answer_names_the_control_id_and_nothing_else_of_the_message() -> None:
    answer = hl7.acknowledgement("AA", read(DISCHARGE).header, "Received.", NOW, "1").decode()
    assert "MSA|AA|77|Received.\r" in answer
    assert "Moss" not in answer
    assert answer.startswith(r"MSH|^~\&|THROUGHCARE|INTAKE|CHART|ELM|20261124101400+0000||ACK^A03|1|P|2.5.1")


def test_a_control_id_cannot_add_a_segment_to_the_answer() -> None:
    header = hl7.Header(control_id="7|\rZZZ|", trigger="A01")
    assert hl7.acknowledgement("AR", header, "No.", NOW, "1").count(b"\r") == 2

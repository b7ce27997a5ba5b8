"""The 270 we send, read back by the clearinghouse's own strict reader and by our tolerant one."""

from dataclasses import replace
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
    npi_is_valid,
)
from services.insurance.x12.inquiry_writing import Envelope, Facility, Inquiry, Member, written_inquiry

ENVELOPE = Envelope("HARBOURBRIDGE", "THROUGHCARESIM", 42, 42, "T", datetime(2026, 3, 15, 12, 0, tzinfo=UTC))
INQUIRY = Inquiry(
    payer_name="Northstar Health Plan",
    payer_id="NSTAR01",
    facility=Facility("Harbour Bridge Recovery", "1234567893", "1990000001"),
    subscriber=Member("Marisol", "Okafor", date(1988, 4, 12), "NSH100200300"),
    service_date=date(2026, 3, 15),
    trace="TC0001",
    reference="REF1",
)
JONAH = Member("Jonah", "Abernathy", date(2002, 9, 5))
NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyzáéñöç'- ", min_size=1, max_size=35).filter(
    lambda n: n.strip()
)


def test_the_inquiry_says_what_was_asked_and_no_more() -> None:
    text = written_inquiry(INQUIRY, ENVELOPE)
    assert text.index("GS*") == 106
    question = checked(text.encode())
    assert (question.subscriber.last_name, question.subscriber.member_id) == ("OKAFOR", "NSH100200300")
    assert (question.trace, question.service_types) == ("TC0001", ("30",))
    assert not any(f"~{name}*" in text for name in ("N3", "N4", "REF", "INS", "PRV"))


def test_the_question_stands_on_the_dependants_own_level() -> None:
    question = checked(written_inquiry(replace(INQUIRY, dependant=JONAH), ENVELOPE).encode())
    assert question.dependant is not None
    assert question.dependant.birth_date == date(2002, 9, 5)
    assert question.subscriber.birth_date is None


@given(
    first=NAMES,
    last=NAMES,
    control=st.integers(1, 999_999_999),
    types=st.sets(st.sampled_from(["30", "MH", "AI"]), min_size=1),
)
@settings(max_examples=60)
def test_every_inquiry_passes_the_strict_reader(first: str, last: str, control: int, types: set[str]) -> None:
    inquiry = replace(
        INQUIRY,
        subscriber=replace(INQUIRY.subscriber, first_name=first, last_name=last),
        service_types=tuple(sorted(types)),
    )
    text = written_inquiry(inquiry, replace(ENVELOPE, control=control))
    assert checked(text.encode()).service_types == inquiry.service_types
    reading = x12.read(text)
    assert reading.warnings == ()
    assert reading.responses[0].warnings == ()


@pytest.mark.parametrize(
    ("subscriber", "field"),
    [
        (replace(INQUIRY.subscriber, last_name="Oka*for"), "last_name"),
        (replace(INQUIRY.subscriber, first_name="  "), "first_name"),
        (replace(INQUIRY.subscriber, member_id="N~1"), "member_id"),
        (replace(INQUIRY.subscriber, last_name="李"), "last_name"),
    ],
)
def test_what_x12_cannot_carry_is_refused_by_field_and_not_by_value(subscriber: Member, field: str) -> None:
    with pytest.raises(x12.Unwritable) as refusal:
        written_inquiry(replace(INQUIRY, subscriber=subscriber), ENVELOPE)
    assert refusal.value.field == field
    assert subscriber.last_name not in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("*0*T*:", "*0*P*:", InterchangeRefused),
        ("IEA*1*000000042", "IEA*1*000000043", InterchangeRefused),
        ("SE*13*", "SE*12*", TransactionRefused),
        ("1234567893", "1234567890", TransactionRefused),
        ("HL*3*2*22", "HL*3*1*22", TransactionRefused),
        ("EQ*30~", "", TransactionRefused),
        ("ISA", "XXX", NotAnInterchange),
    ],
)
def test_the_strict_reader_refuses_what_is_wrong(old: str, new: str, refused: type[Exception]) -> None:
    text = written_inquiry(INQUIRY, ENVELOPE)
    assert old in text
    with pytest.raises(refused):
        checked(text.replace(old, new).encode())


def test_the_check_digit_of_an_npi_is_the_one_of_the_standard() -> None:
    assert npi_is_valid("1234567893")
    assert not any(npi_is_valid(f"123456789{digit}") for digit in (0, 1, 2, 4, 5, 6, 7, 8, 9))

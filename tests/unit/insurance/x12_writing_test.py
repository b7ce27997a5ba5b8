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
from services.insurance.x12.checks import findings
from services.insurance.x12.inquiry_writing import Envelope, Facility, Inquiry, Member, written_inquiry
from services.insurance.x12.segments import Delimiters

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


def test_a_dependant_is_asked_about_with_the_policy_holders_name_and_the_relationship() -> None:
    inquiry = replace(INQUIRY, dependant=replace(JONAH, relationship="19"), group_number="Grp 77-1")
    text = written_inquiry(inquiry, ENVELOPE)
    subscriber, dependant = text.index("~HL*3*2*22*1~"), text.index("~HL*4*3*23*0~")
    assert "~NM1*IL*1*OKAFOR*MARISOL****MI*NSH100200300~REF*6P*GRP 77-1" in text[subscriber:dependant]
    assert "~NM1*03*1*ABERNATHY*JONAH~DMG*D8*20020905~INS*N*19~DTP*291*" in text[dependant:]
    (answer,) = x12.read(text).responses[0].answers
    assert answer.dependant is not None
    assert answer.dependant.relationship == "19"
    assert findings(text) == []


def test_a_stay_is_asked_about_as_a_range_of_days() -> None:
    text = written_inquiry(replace(INQUIRY, service_end=date(2026, 4, 14)), ENVELOPE)
    assert "~DTP*291*RD8*20260315-20260414~" in text
    assert "~DTP*291*D8*20260315~" in written_inquiry(
        replace(INQUIRY, service_end=INQUIRY.service_date), ENVELOPE
    )


def test_several_service_types_stand_in_one_question_or_in_one_each() -> None:
    inquiry = replace(INQUIRY, service_types=("30", "MH", "AI"))
    together = written_inquiry(inquiry, ENVELOPE)
    apart = written_inquiry(replace(inquiry, separate_questions=True), ENVELOPE)
    assert "~EQ*30^MH^AI~" in together
    assert "~EQ*30~EQ*MH~EQ*AI~" in apart
    for text in (together, apart):
        (answer,) = x12.read(text).responses[0].answers
        assert answer.patient is not None
        asked = [code for question in answer.patient.questions for code in question.service_types]
        assert asked == ["30", "MH", "AI"]
        assert findings(text) == []


@given(
    first=NAMES,
    last=NAMES,
    group=st.sampled_from(["", "G1"]),
    relationship=st.sampled_from(["", "01", "19", "34", "G8"]),
    apart=st.booleans(),
    marks=st.sampled_from([Delimiters(), Delimiters("|", ">", "^", "~"), Delimiters("*", ":", "^", "\x1d")]),
)
@settings(max_examples=60)
def test_our_own_check_finds_nothing_wrong_with_what_we_write(
    first: str, last: str, group: str, relationship: str, apart: bool, marks: Delimiters
) -> None:
    dependant = replace(JONAH, first_name=first, last_name=last, relationship=relationship)
    types = ("30", "MH")
    inquiry = replace(
        INQUIRY, dependant=dependant, group_number=group, separate_questions=apart, service_types=types
    )
    text = written_inquiry(inquiry, ENVELOPE, marks)
    assert text.isascii()
    assert findings(text) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (replace(INQUIRY, facility=replace(INQUIRY.facility, npi="1234567890")), "npi"),
        (replace(INQUIRY, facility=replace(INQUIRY.facility, originator="12-3456789")), "originator"),
        (replace(INQUIRY, service_types=()), "service_types"),
        (replace(INQUIRY, service_types=("30", "30")), "service_types"),
        (replace(INQUIRY, service_types=tuple(f"{n:02}" for n in range(100))), "service_types"),
        (replace(INQUIRY, service_end=date(2026, 3, 14)), "service_end"),
        (
            replace(INQUIRY, subscriber=replace(INQUIRY.subscriber, birth_date=date(2026, 3, 16))),
            "birth_date",
        ),
        (replace(INQUIRY, subscriber=replace(INQUIRY.subscriber, relationship="19")), "relationship"),
        (replace(INQUIRY, dependant=replace(JONAH, relationship="XX")), "relationship"),
        (replace(INQUIRY, group_number="G*1"), "group_number"),
        (replace(INQUIRY, reference=""), "reference"),
        (replace(INQUIRY, trace="tc"), "trace"),
    ],
)
def test_what_a_payer_could_only_refuse_is_not_written(changed: Inquiry, field: str) -> None:
    with pytest.raises(x12.Unwritable) as refusal:
        written_inquiry(changed, ENVELOPE)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (replace(ENVELOPE, control=1_000_000_000), "control"),
        (replace(ENVELOPE, group_control=0), "group_control"),
        (replace(ENVELOPE, usage="X"), "usage"),
        (replace(ENVELOPE, sender="lower"), "sender"),
        (replace(ENVELOPE, receiver="R" * 16), "receiver"),
        (replace(ENVELOPE, sender_qualifier="Z"), "qualifier"),
    ],
)
def test_an_envelope_outside_the_ranges_of_the_standard_is_not_written(changed: Envelope, field: str) -> None:
    with pytest.raises(x12.Unwritable) as refusal:
        written_inquiry(INQUIRY, changed)
    assert refusal.value.field == field

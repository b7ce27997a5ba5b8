"""What the form accepts, what it asks to mend, and in which words."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.answers import MESSAGES, Inquiry, InvalidInquiry, read
from services.intake.site.form import BIRTH, TEXTS, WISHES, as_said

TODAY = date(2026, 11, 24)
DEE = {"first_name": "Dee", "phone": "(555) 555-0123", "consents": ["contact"]}
CARD = {"last_name": "Moss", "payer": "Harbour Mutual", "member_id": "HM1", "birth_date": "1985-03-27"}


def mend(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidInquiry) as refused:
        read(DEE | changes, TODAY)
    return {error.field: error.code for error in refused.value.errors}


def test_a_first_name_a_phone_number_and_leave_to_call_are_enough() -> None:
    inquiry = read(DEE, TODAY)
    assert inquiry.phone == "+15555550123"
    assert inquiry.called == "Dee"
    assert not inquiry.safe_contact.voicemail


def test_the_name_to_use_is_enough_of_a_name() -> None:
    assert read(DEE | {"first_name": "", "name_to_use": "Jay"}, TODAY).called == "Jay"


@pytest.mark.parametrize("name", ["X", "Íñigo", "O'Neil-Peña", "李", "3rd", "van der Berg  Jr."])
def test_a_name_is_whatever_the_person_says_it_is(name: str) -> None:
    assert read(DEE | {"first_name": name}, TODAY).first_name == " ".join(name.split())


@pytest.mark.parametrize("phone", ["555-555-0123", "+44 20 7946 0123", "5555550123 ext 7", "(555)555 0199"])
def test_a_possible_number_is_accepted_even_when_it_is_not_in_service(phone: str) -> None:
    assert read(DEE | {"phone": phone}, TODAY).phone.startswith("+")


@pytest.mark.parametrize("phone", ["12", "call my mother", "555", "555-0123", "+", "1" * 60])
def test_what_cannot_be_dialled_is_asked_for_again(phone: str) -> None:
    assert set(mend(phone=phone)) == {"phone"}


@pytest.mark.parametrize("name", ["\u200b", "\u2060 \ufeff", "\u202e"])
def test_a_name_that_cannot_be_seen_is_no_name(name: str) -> None:
    assert mend(first_name=name) == {"first_name": "missing"}
    assert read(DEE | {"name_to_use": name}, TODAY).called == "Dee"


def test_everything_to_mend_is_said_at_once_in_the_order_of_the_page() -> None:
    with pytest.raises(InvalidInquiry) as refused:
        read({"phone": "12", "consents": ["insurer"], "birth_date": "2026--"}, TODAY)
    fields = [error.field for error in refused.value.errors]
    assert fields == ["first_name", "last_name", "phone", "payer", "member_id", "birth_date", "consents"]


def test_asking_the_insurer_needs_the_card_and_a_call_alone_does_not() -> None:
    assert mend(consents=["contact", "insurer"]) == dict.fromkeys(
        ("last_name", "payer", "member_id", "birth_date"), "missing"
    )
    assert read(DEE | CARD | {"consents": ["contact", "insurer"]}, TODAY).identifiers_complete


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("2026-11-24", "in_future"),
        ("2031-01-01", "in_future"),
        ("1985-02-30", "not_a_date"),
        ("85-03-27", "not_a_date"),
        ("0085-03-27", "too_early"),
        ("1985--27", "incomplete"),
        ("soon", "not_a_date"),
    ],
)
def test_a_birth_date_is_a_real_day_in_the_past(said: str, code: str) -> None:
    assert mend(birth_date=said) == {"birth_date": code}


@pytest.mark.parametrize("email", ["dee", "dee@", "dee @example.com"])
def test_an_email_address_has_the_right_form(email: str) -> None:
    assert mend(email=email) == {"email": "unreadable"}


def test_a_form_for_somebody_else_is_told_to_call() -> None:
    assert mend(for_whom="other") == {"for_whom": "not_offered"}


@pytest.mark.parametrize("consents", [["treatment"], "contact", [1], [{}], [[]], None, {"contact": True}])
def test_strange_consents_are_refused_and_never_taken_for_a_yes(consents: Any) -> None:
    assert "consents" in mend(consents=consents)


@pytest.mark.parametrize(
    "strange", [{}, {"first_name": 5}, {"safe_contact": "yes"}, {"phone": ["1"]}, {"danger": "?"}]
)
def test_values_of_the_wrong_kind_are_refused_in_our_words(strange: dict[str, Any]) -> None:
    with pytest.raises(InvalidInquiry) as refused:
        read({"consents": ["contact"]} | strange, TODAY)
    assert all(error.message and error.field in MESSAGES for error in refused.value.errors)


@pytest.mark.parametrize("nothing", ["", "  ", "\n", "\x00", " \x00 ", None])
def test_a_name_of_nothing_is_no_name(nothing: str | None) -> None:
    assert mend(first_name=nothing) == {"first_name": "missing"}
    assert mend(first_name=nothing, name_to_use=nothing) == {"first_name": "missing"}


def test_half_a_character_is_asked_for_again() -> None:
    assert mend(first_name="\ud800") == {"first_name": "unreadable"}


def test_no_refusal_repeats_what_was_typed() -> None:
    secret = "zebra" * 30
    with pytest.raises(InvalidInquiry) as refused:
        read(dict.fromkeys(("first_name", "phone", "email", "birth_date", "member_id"), secret), TODAY)
    assert "zebra" not in str(refused.value) + repr(refused.value.errors)


def test_the_same_answers_in_another_order_are_the_same_answers() -> None:
    one = read(DEE | CARD | {"consents": ["insurer", "contact", "contact"]}, TODAY)
    two = read(CARD | DEE | {"consents": ["contact", "insurer"]}, TODAY)
    assert one.model_dump_json() == two.model_dump_json()


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (("3", "7", "1985"), "1985-03-07"),
        (("", "", ""), ""),
        (("3", "", "1985"), "1985-03-"),
        (("", "", "85"), "85--"),
    ],
)
def test_three_boxes_are_one_date(boxes: tuple[str, str, str], said: str) -> None:
    kept: dict[str, Any] = dict.fromkeys(TEXTS, "") | dict.fromkeys(WISHES, False)
    kept |= dict(zip(BIRTH, boxes, strict=True)) | {"danger": "", "consents": []}
    assert as_said(kept)["birth_date"] == said


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["contact", "insurer", "aftercare", "5555550123", "1985-03-27", "self"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(Inquiry.model_fields)), values))
def test_whatever_is_sent_is_refused_or_is_enough_to_act_on(changes: dict[str, Any]) -> None:
    try:
        inquiry = read(DEE | CARD | {"consents": ["contact", "insurer"]} | changes, TODAY)
    except InvalidInquiry:
        return
    assert inquiry.called
    assert inquiry.phone
    assert "contact" in inquiry.consents
    assert inquiry.identifiers_complete or "insurer" not in inquiry.consents
    assert inquiry.model_dump_json()


def test_an_answer_that_is_too_long_is_to_be_shortened() -> None:
    said = {"first_name": "D" * 101, "phone": "(555) 555-0123", "consents": ["contact"]}
    with pytest.raises(InvalidInquiry) as refused:
        read(said, date(2026, 11, 24))
    (error,) = refused.value.errors
    assert (error.field, error.code) == ("first_name", "too_long")
    assert error.message == "Shorten this answer to 100 characters"

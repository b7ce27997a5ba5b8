"""Whether an answer speaks of the person we asked about."""

from dataclasses import replace
from datetime import date

import pytest

from services.insurance.rules.same_person import Asked, echoed, names_another, ours, traced
from services.insurance.x12.answers import Answer, Party, Person, Trace
from tests.unit.insurance.payer_answers import ASKED

NOBODY = Party()


def said(
    last: str = "OKAFOR",
    first: str = "MARISOL",
    *,
    born: date | None = ASKED.birth_date,
    member_id: str = ASKED.member_id,
    suffix: str = "",
    unreadable: bool = False,
) -> Answer:
    party = Party("IL", last, first, suffix=suffix, id_qualifier="MI", id=member_id)
    patient = Person("22", party, born, birth_date_unreadable=unreadable)
    return Answer(NOBODY, NOBODY, patient, None, (), ())


def asking(first: str = "Marisol", last: str = "Okafor", member_id: str = ASKED.member_id) -> Asked:
    return replace(ASKED, first_name=first, last_name=last, member_id=member_id)


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        (("Okáfor", "Marisol"), ("Marisol", "Okafor")),
        (("SORENSEN", "ZOE"), ("Zoë", "Sørensen")),
        (("O'NEIL", "D'ANGELO"), ("Dangelo", "ONeil")),
        (("OKAFOR", "MARY"), ("Mary Ann", "Okafor")),
        (("OKAFOR", "MARY-ANN"), ("Mary", "Okafor")),
        (("OKAFOR", "CHRISTOPHE"), ("Christopher", "Okafor")),
        (("OKAFOR JR", "MARISOL"), ("Marisol", "Okafor")),
        (("OKAFOR", "MARISOL III"), ("Marisol", "Okafor, Sr.")),
        (("VANDERBILT-SMYT", "MARISOL"), ("Marisol", "Vanderbilt-Smythe")),
    ],
)
def test_the_same_person_spelled_or_cut_by_a_payer_is_recognised(
    sent: tuple[str, str], asked: tuple[str, str]
) -> None:
    assert echoed(said(*sent), asking(*asked))


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        (("SMITH", "ROBERT"), ("Roberta", "Smith")),
        (("SMITH", "ROBERTA"), ("Robert", "Smith")),
        (("SMITH", "MARI"), ("Marisol", "Smith")),
        (("SMITH", "AL"), ("Albert", "Smith")),
        (("SMITH", "ANN"), ("Mary Ann", "Smith")),
        (("SMIT", "JOHN"), ("John", "Smithson")),
        (("VANDERBILT-SMYTHE", "JOHN"), ("John", "Vanderbilt-Smy")),
        (("SMITH", ""), ("John", "Smith")),
        (("", "JOHN"), ("John", "Smith")),
    ],
)
def test_a_relative_born_on_the_same_day_is_another_person(
    sent: tuple[str, str], asked: tuple[str, str]
) -> None:
    assert not echoed(said(*sent), asking(*asked))
    assert names_another(said(*sent), asking(*asked))


@pytest.mark.parametrize(("sent", "asked"), [("MARY", "Mary Ann"), ("CHRISTOPHE", "Christopher")])
def test_without_a_birth_date_the_first_name_must_be_the_same(sent: str, asked: str) -> None:
    assert not echoed(said(first=sent, born=None), asking(asked))
    assert echoed(said(first=sent, born=None), asking(sent))


def test_without_a_birth_date_father_and_son_are_told_apart_by_what_stands_behind_the_name() -> None:
    assert not echoed(said(suffix="SR", born=None), asking(last="Okafor Jr"))
    assert echoed(said(suffix="JR", born=None), asking(last="Okafor Jr."))
    assert echoed(said("OKAFOR JR", born=None), asking())


def test_another_birth_date_is_another_person() -> None:
    assert not echoed(said(born=date(1988, 4, 13)), ASKED)
    assert names_another(said(born=date(1988, 4, 13)), ASKED)


def test_a_birth_date_that_cannot_be_read_may_be_a_relatives() -> None:
    assert not echoed(said(born=None, unreadable=True), ASKED)
    assert names_another(said(born=None, unreadable=True), ASKED)


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("ABC123456", "abc-123456"),
        ("0000123456", "123456"),
        ("ABC123456-00", "ABC123456"),
        ("ABC12345601", "ABC123456"),
        ("ABC123456", "ABC123456-01"),
    ],
)
def test_without_a_birth_date_the_member_id_decides_however_it_is_written(sent: str, asked: str) -> None:
    assert echoed(said(born=None, member_id=sent), asking(member_id=asked))


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("ABC123456-02", "ABC123456-01"),
        ("ABC1234561", "ABC123456"),
        ("ABC123456AB", "ABC123456"),
        ("12301", "123"),
        ("", ""),
        ("000", "0"),
    ],
)
def test_without_a_birth_date_another_member_id_is_another_person(sent: str, asked: str) -> None:
    assert not echoed(said(born=None, member_id=sent), asking(member_id=asked))


def test_an_answer_that_names_nobody_names_nobody_else() -> None:
    assert not names_another(Answer(NOBODY, NOBODY, None, None, (), ()), ASKED)
    assert not names_another(said("", "", born=None, member_id=""), ASKED)
    assert not names_another(said("", "", born=None), ASKED)
    assert names_another(said("", "", born=None, member_id="OTHER00001"), ASKED)


def with_traces(subscriber: tuple[Trace, ...], dependant: tuple[Trace, ...] | None = None) -> Answer:
    child = None if dependant is None else Person("23", traces=dependant)
    return Answer(NOBODY, NOBODY, Person("22", traces=subscriber), child, (), ())


OURS = Trace("2", "TC0001", "1990000001")
OTHERS = Trace("2", "TC0002", "1990000001")
PAYERS = Trace("1", "PAYER77", "9PAYERCORP")


def test_our_trace_is_found_wherever_the_payer_put_it() -> None:
    assert ours(with_traces((PAYERS, OURS)), ASKED)
    assert ours(with_traces((OURS,), (PAYERS,)), ASKED)
    assert ours(with_traces((PAYERS,), (OURS,)), ASKED)
    assert ours(with_traces((Trace("1", "TC0001", ""),)), ASKED)


def test_the_trace_of_another_question_is_not_ours() -> None:
    assert not ours(with_traces((OTHERS, Trace("1", "TC0001", ""))), ASKED)
    assert not ours(with_traces((OURS,), (OTHERS,)), ASKED)
    assert not ours(with_traces((PAYERS,)), ASKED)


def test_an_answer_without_a_trace_may_be_ours() -> None:
    assert ours(with_traces(()), ASKED)
    assert not traced(with_traces(()))
    assert traced(with_traces((PAYERS,)))

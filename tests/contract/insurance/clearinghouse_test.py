"""What the built-in clearinghouse says of the people it knows, over real HTTP and read by our own codec."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.insurance import x12
from services.insurance.payers.adapter import ResultKind
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.payers.invented import INVENTED
from services.insurance.simulator.answering import PAYER_IDS
from services.insurance.simulator.members import MEMBERS, SeededMember
from services.insurance.x12.answers import Answer, Benefit
from services.insurance.x12.inquiry_writing import Member
from tests.contract.insurance.inquiring import MARISOL, answer, anybody, send, written

NAMED = [member for member in MEMBERS if member.first_name]
ADDICTION = ("AI", "CI", "CJ")


@pytest.fixture
async def clearinghouse(url: str) -> AsyncGenerator[EdiHttp]:
    adapter = EdiHttp(url)
    yield adapter
    await adapter.close()


def card(member_id: str) -> Member:
    """The seeded member as their card has them."""
    seeded = next(one for one in MEMBERS if one.member_id == member_id)
    assert seeded.birth_date is not None
    return Member(seeded.first_name, seeded.last_name, seeded.birth_date, seeded.member_id)


async def ask(
    clearinghouse: EdiHttp, member: Member, payer_id: str = "NSTAR01", *service_types: str, **changed: object
) -> Answer:
    text = written(member, payer_id, service_types=service_types or ("30",), **changed)
    result = await send(clearinghouse, text)
    assert result.kind is ResultKind.ANSWERED
    reading = x12.read(result.raw)
    assert reading.warnings == ()
    assert all(response.warnings == () for response in reading.responses)
    return answer(result)


def rows(said: Answer, information: str, service_type: str = "") -> list[Benefit]:
    return [
        one
        for one in said.benefits
        if one.information == information and (not service_type or service_type in one.service_types)
    ]


def refusals(said: Answer) -> list[tuple[str, str, str, str]]:
    return [(one.loop, one.valid, one.reason, one.followup) for one in said.rejections]


@pytest.mark.parametrize("number", ["TCSIM1", "TCSIM000123", "TCSIM99999999"])
async def test_any_demo_member_is_active_under_any_name(clearinghouse: EdiHttp, number: str) -> None:
    assert rows(await ask(clearinghouse, anybody(number)), "1", "30")


@pytest.mark.parametrize("seeded", NAMED, ids=lambda one: one.member_id)
async def test_every_named_member_is_known_by_name_and_birth_date(
    clearinghouse: EdiHttp, seeded: SeededMember
) -> None:
    known = card(seeded.member_id)
    said = await ask(clearinghouse, known)
    if seeded.duplicate:
        assert refusals(said) == [("2100C", "N", "76", "C")]
    else:
        assert refusals(said) == []
        assert said.benefits
        assert any("SIMULATED" in one.messages for one in said.benefits)
    born = await ask(clearinghouse, replace(known, birth_date=date(1960, 1, 1)))
    assert refusals(born) == [("2100C", "N", "71", "C")]
    named = await ask(clearinghouse, replace(known, last_name="Nobody"))
    assert refusals(named) == [("2100C", "N", "73", "C")]


@pytest.mark.parametrize("seeded", NAMED, ids=lambda one: one.member_id)
@pytest.mark.parametrize("asked", [("AI",), ("MH",), ("CI", "CJ"), ("30", "AI"), ("98",)])
async def test_every_answer_with_benefits_is_stamped_and_reads_without_a_warning(
    clearinghouse: EdiHttp, seeded: SeededMember, asked: tuple[str, ...]
) -> None:
    said = await ask(clearinghouse, card(seeded.member_id), "SUMVW01", *asked)
    if not seeded.duplicate:
        assert any("SIMULATED" in one.messages for one in said.benefits)


async def test_marisols_deductible_is_as_in_the_tour(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, MARISOL)
    in_network = [one for one in rows(said, "C") if one.network == "Y"]
    assert [(one.period, one.amount) for one in in_network] == [("23", Decimal(2000)), ("29", Decimal(750))]
    assert [one.amount for one in rows(said, "B", "MH")] == [Decimal(30)]


async def test_a_high_deductible_plan_has_family_figures_only(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("BCI200300400"))
    assert {one.coverage_level for one in (*rows(said, "C"), *rows(said, "G"))} == {"FAM"}


async def test_a_terminated_member_is_inactive_since_last_year(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("SVH300400500"))
    (inactive,) = rows(said, "6", "30")
    assert [(one.qualifier, one.start) for one in inactive.dates] == [("347", date(2025, 12, 31))]
    assert not rows(said, "1")


async def test_a_pending_member_is_neither_active_nor_inactive(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, replace(MARISOL, member_id="TCPEND05"))
    assert {one.information for one in said.benefits} == {"5"}


@pytest.mark.parametrize(
    ("first", "last", "born", "card_id", "relationship"),
    [
        ("Jonah", "Abernathy", date(2002, 9, 5), "UFM400500600", "19"),
        ("Grace", "Oyelaran", date(1985, 1, 30), "UFM400500700", "01"),
        ("Tomi", "Oyelaran", date(2007, 8, 14), "UFM400500700", "19"),
    ],
)
async def test_a_dependant_is_found_with_the_cards_number_and_on_a_level_of_their_own(
    clearinghouse: EdiHttp, first: str, last: str, born: date, card_id: str, relationship: str
) -> None:
    as_subscriber = await ask(clearinghouse, Member(first, last, born, card_id))
    as_dependant = await ask(clearinghouse, card(card_id), dependant=Member(first, last, born))
    for said in (as_subscriber, as_dependant):
        assert said.dependant is not None
        assert (said.dependant.party.first, said.dependant.relationship) == (first.upper(), relationship)
        assert said.member_id == card_id
    wrong = await ask(clearinghouse, card(card_id), dependant=Member(first, last, date(1990, 1, 1)))
    assert refusals(wrong) == [("2100D", "N", "58", "C")]
    unknown = await ask(clearinghouse, card(card_id), dependant=Member("No", "Body", born))
    assert refusals(unknown) == [("2100D", "N", "65", "C")]


@pytest.mark.parametrize(
    ("member_id", "expected"),
    [
        ("TCAAA72", ("2100C", "N", "72", "C")),
        ("TCAAA42", ("2100A", "Y", "42", "R")),
        ("XYZ1", ("2100C", "N", "75", "C")),
        ("TCAAAX", ("2100C", "N", "75", "C")),
        ("TCFAULTUNHEARDOF", ("2100C", "N", "75", "C")),
        ("TCAAA75LDFN", ("2100D", "N", "75", "N")),
    ],
)
async def test_a_refusing_member_is_refused(
    clearinghouse: EdiHttp, member_id: str, expected: tuple[str, str, str, str]
) -> None:
    assert refusals(await ask(clearinghouse, replace(MARISOL, member_id=member_id))) == [expected]


async def test_an_objection_to_one_benefit_leaves_the_plan_standing(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, anybody("TCAAA70"), "NSTAR01", "30", "AI")
    assert rows(said, "1", "30")
    assert [(loop[:4], reason) for loop, _, reason, _ in refusals(said)] == [("2110", "70")]


async def test_a_payer_the_clearinghouse_does_not_know_is_refused(clearinghouse: EdiHttp) -> None:
    assert refusals(await ask(clearinghouse, MARISOL, "OTHER1")) == [("2100A", "N", "79", "C")]


def test_every_invented_payer_can_be_asked() -> None:
    assert {one.id for payer in INVENTED for one in payer.ids["edi_http"]} <= PAYER_IDS


async def test_asked_about_addiction_care_some_plans_answer_by_setting(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, MARISOL, "NSTAR01", *ADDICTION)
    assert {code for one in said.benefits for code in one.service_types} == set(ADDICTION)
    assert [one.percent for one in rows(said, "A", "CI")] == [Decimal(".2"), Decimal(".4")]
    assert [one.amount for one in rows(said, "B", "CJ")] == [Decimal(30)]


async def test_some_answer_for_mental_health_only(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("BCI200300400"), "BCEDAR1", "AI")
    assert {code for one in said.benefits for code in one.service_types} == {"MH"}


async def test_some_are_silent_and_repeat_the_plan(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("UFM400500600"), "UNITY01", "AI")
    assert [(one.information, one.service_types) for one in said.benefits] == [("1", ("30",))]


async def test_family_figures_for_either_network_come_with_words(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("NSH500600700"))
    assert {one.coverage_level for one in (*rows(said, "C"), *rows(said, "G"))} == {"FAM"}
    assert {one.network for one in rows(said, "G")} == {"W"}
    assert any("ACCUMULATORS ARE SHARED" in text for one in said.benefits for text in one.messages)
    behavioural = await ask(clearinghouse, card("NSH500600700"), "NSTAR01", "AI")
    places = [(one.places, one.authorization) for one in rows(behavioural, "CB", "AI")]
    assert [authorisation for _, authorisation in places] == ["Y", "N"]
    assert all(places)


async def test_three_rows_stand_for_each_accumulator_and_nines_for_none(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("UFM600700800"))
    alone = [one for one in rows(said, "G") if one.coverage_level == "IND"]
    assert [(one.period, str(one.amount)) for one in alone] == [
        ("23", "3290"),
        ("24", "302.68"),
        ("29", "2987.32"),
    ]
    assert Decimal("99999.99") in {one.amount for one in rows(said, "C")}
    behavioural = await ask(clearinghouse, card("UFM600700800"), "UNITY01", "AI")
    assert [(one.period, one.amount) for one in rows(behavioural, "G")] == [("23", Decimal(0))]


async def test_an_exclusive_plan_says_nothing_of_other_networks(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("NSH200300400"))
    assert {one.network for one in said.benefits} <= {"", "Y"}


async def test_residential_care_may_be_excluded_while_detox_is_not(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("BCI300400500"), "BCEDAR1", *ADDICTION)
    (excluded,) = rows(said, "I")
    assert any("55" in place for place in excluded.places)
    assert rows(said, "A", "CI")


async def test_twelve_of_thirty_days_are_used(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("NSH300400500"), "NSTAR01", *ADDICTION)
    limits = [(one.period, one.quantity_qualifier, one.quantity) for one in rows(said, "F", "CI")]
    assert limits == [("23", "DY", Decimal(30)), ("29", "DY", Decimal(18))]
    assert [one.deliveries[0].quantity for one in rows(said, "F", "CI")] == ["30", "18"]


async def test_authorisation_is_wanted_for_stays_and_not_for_visits(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("UFM600700900"), "UNITY01", *ADDICTION)
    assert [one.authorization for one in rows(said, "B", "CI")] == ["Y"]
    assert [one.authorization for one in rows(said, "B", "CJ")] == ["N"]


async def test_a_carve_out_names_its_administrator_who_answers(clearinghouse: EdiHttp) -> None:
    leopold = card("SVH400500600")
    assert rows(await ask(clearinghouse, leopold, "SUMVW01"), "1", "30")
    (elsewhere,) = rows(await ask(clearinghouse, leopold, "SUMVW01", *ADDICTION), "U")
    (administrator,) = elsewhere.entities
    assert (administrator.name, administrator.id) == ("CALM HARBOR BEHAVIORAL", "CHBHV01")
    there = await ask(clearinghouse, leopold, administrator.id, *ADDICTION)
    assert rows(there, "A", "CI")
    assert refusals(await ask(clearinghouse, MARISOL, administrator.id)) == [("2100C", "N", "75", "C")]


async def test_medicaid_names_six_programmes(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("GVS500600700"), "GVSP001")
    active = [one for one in said.benefits if one.information in ("1", "3")]
    assert len({one.plan for one in active}) == 6
    assert {one.insurance_type for one in active} == {"MC"}


async def test_medicare_has_two_parts_and_an_old_inactive_month(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("UFM700800900"))
    assert [one.insurance_type for one in rows(said, "1", "30")] == ["MA", "MB"]
    (old,) = rows(said, "6")
    assert old.dates[0].end == date(2021, 2, 28)


async def test_another_payer_may_come_first(clearinghouse: EdiHttp) -> None:
    said = await ask(clearinghouse, card("UFM800900100"))
    (other,) = rows(said, "R")
    assert [(one.name, one.id) for one in other.entities] == [("BLUE CEDAR INSURANCE", "BCEDAR1")]


async def test_the_same_question_has_the_same_answer(clearinghouse: EdiHttp) -> None:
    text = written(MARISOL)
    first, second = [(await send(clearinghouse, text)).raw for _ in range(2)]
    assert first.split(b"HL*1")[1] == second.split(b"HL*1")[1]

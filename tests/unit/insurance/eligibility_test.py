"""What an answer means for the person we asked about."""

from dataclasses import replace
from datetime import date

import pytest

from services.insurance import x12
from services.insurance.rules.eligibility import (
    Active,
    AskAgain,
    Correct,
    Decision,
    Inactive,
    Outcome,
    Unclear,
    decide,
    outcome,
    plan_name,
)
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnavailableReason, UnclearReason
from tests.unit.insurance.payer_answers import ACTIVE, ASKED, answer, rows_of, text_of

YEARS_AGO = ["DTP", "347", "D8", "20231231"]


def dated(*dates: list[str]) -> list[list[str]]:
    """The person we asked about, with these dates of their own."""
    return [*person("OKAFOR", "MARISOL", "19880412"), *dates]


def decided(*below: list[str], people: list[list[str]] | None = None) -> Decision:
    return decide(x12.read(answer(*below, people=people)), ASKED)


def person(name: str, first: str, birth: str, member_id: str = "NSH100200300") -> list[list[str]]:
    return [
        ["HL", "3", "2", "22", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "IL", "1", name, first, "", "", "", "MI", member_id],
        *([["DMG", "D8", birth]] if birth else []),
    ]


def test_an_active_plan_of_the_person_we_asked_about_is_active() -> None:
    assert isinstance(decided(*ACTIVE), Active)


@pytest.mark.parametrize("types", ["30", "1", "60", "98", "MH", "", "1^33^35"])
def test_any_medical_benefit_makes_the_plan_active(types: str) -> None:
    assert isinstance(decided(["EB", "1", "", types]), Active)


def test_dental_alone_is_no_medical_coverage() -> None:
    decision = decided(["EB", "1", "", "35^AL^88"])
    assert isinstance(decision, Inactive)
    assert decision.reason is DeclinedReason.NO_MEDICAL_COVERAGE


def test_an_inactive_plan_is_declined() -> None:
    decision = decided(["EB", "6", "", "30"])
    assert isinstance(decision, Inactive)
    assert decision.reason is DeclinedReason.INACTIVE


def test_an_inactive_month_of_the_past_beside_an_active_plan_is_history() -> None:
    old = [["EB", "6", "", "30"], ["DTP", "307", "RD8", "20250101-20250131"]]
    assert isinstance(decided(*ACTIVE, *old), Active)
    alone = decided(*old)
    assert isinstance(alone, Unclear)
    assert alone.reason is UnclearReason.STATUS_NOT_STATED


@pytest.mark.parametrize("code", ["5", "7", "8", "V"])
def test_a_status_still_under_investigation_goes_to_a_person(code: str) -> None:
    decision = decided(["EB", code, "", "30"])
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.STATUS_PENDING


@pytest.mark.parametrize("code", ["R", "L", "MC", "B", "D", "I"])
def test_an_answer_without_a_status_goes_to_a_person(code: str) -> None:
    decision = decided(["EB", code, "", "30"])
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.STATUS_NOT_STATED


def test_a_plan_that_ended_before_the_day_is_inactive_though_a_row_says_active() -> None:
    ended = [["EB", "1", "", "30"], ["DTP", "347", "D8", "20251231"]]
    assert isinstance(decided(*ended), Inactive)


def test_a_plan_that_begins_later_goes_to_a_person() -> None:
    decision = decided(["EB", "1", "", "30"], ["DTP", "346", "D8", "20260401"])
    assert isinstance(decision, Unclear)


@pytest.mark.parametrize(
    "people",
    [
        person("LINDQVIST", "MARISOL", "19880412"),
        person("OKAFOR", "JONAH", "19880412"),
        person("OKAFOR", "MARISOL", "19880413"),
        person("OKAFOR", "MARISOL", "", "OTHER1"),
        [],
    ],
)
def test_an_answer_about_somebody_else_is_never_used(people: list[list[str]]) -> None:
    decision = decided(*ACTIVE, people=people)
    assert isinstance(decision, Unclear)
    assert decision.reason is UnclearReason.IDENTITY_NOT_ECHOED


def test_an_answer_to_another_question_is_not_ours() -> None:
    decision = decide(x12.read(answer(*ACTIVE)), replace(ASKED, trace="TC0002"))
    assert decision == Unclear(UnclearReason.IDENTITY_NOT_ECHOED)


def test_a_wrong_member_id_is_to_be_corrected() -> None:
    assert decided(["AAA", "N", "", "72", "C"]) == Correct((CorrectableField.MEMBER_ID,))


def test_a_payer_that_cannot_respond_is_asked_again() -> None:
    assert decided(["AAA", "Y", "", "42", "R"]) == AskAgain(UnavailableReason.CANNOT_RESPOND)
    assert decided(["AAA", "Y", "", "42", "X"]) == AskAgain(UnavailableReason.CANNOT_RESPOND, 10)


def test_the_most_careful_of_several_refusals_decides() -> None:
    assert isinstance(decided(["AAA", "Y", "", "42", "R"], ["AAA", "N", "", "72", "N"]), Unclear)


def test_a_refusal_beside_benefits_never_verifies() -> None:
    below = [["AAA", "N", "", "72", "C"], *ACTIVE]
    assert decided(*below) == Correct((CorrectableField.MEMBER_ID,))
    assert outcome(x12.read(answer(*below)).responses[0].answers[0]) is Outcome.MIXED


def test_a_refused_benefit_leaves_the_plan_active() -> None:
    assert isinstance(decided(*ACTIVE, ["AAA", "N", "", "70", "C"]), Active)


def test_a_refused_envelope_goes_to_a_person() -> None:
    ta1 = [rows_of()[0], ["TA1", "000000007", "260315", "1200", "R", "020"], ["IEA", "0", "000000007"]]
    assert decide(x12.read(text_of(ta1)), ASKED) == Unclear(UnclearReason.PAYER_REFUSED)


def test_the_plan_is_not_named_after_a_vendor() -> None:
    vendor = ["EB", "3", "", "30", "", "DENTAL VENDOR"]
    (found,) = x12.read(answer(vendor, *ACTIVE)).responses[0].answers
    assert plan_name(found.benefits) == "CHOICE PPO"


def test_a_dependant_answered_under_the_subscriber_is_the_patient() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "ABERNATHY", "RUTH", "", "", "", "MI", "UFM400500600"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "03", "1", "ABERNATHY", "JONAH"],
        ["DMG", "D8", "20020905"],
    ]
    asked = replace(ASKED, first_name="Jonah", last_name="Abernathy", birth_date=date(2002, 9, 5))
    assert isinstance(decide(x12.read(answer(*ACTIVE, people=people)), asked), Active)


def test_a_subscribers_active_plan_does_not_cover_for_a_dependant_who_was_dropped() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "ABERNATHY", "RUTH", "", "", "", "MI", "UFM400500600"],
        ["EB", "1", "", "30", "", "FAMILY PPO"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "03", "1", "OKAFOR", "MARISOL"],
        ["DMG", "D8", "19880412"],
    ]
    assert isinstance(decided(["EB", "6", "", "30"], people=people), Inactive)


def test_a_subscriber_and_a_dependant_asked_about_together_are_two_answers() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "IL", "1", "OKAFOR", "MARISOL", "", "", "", "MI", "NSH100200300"],
        ["DMG", "D8", "19880412"],
        ["EB", "1", "", "30", "", "FAMILY PPO"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0002", "1990000001"],
        ["NM1", "03", "1", "OKAFOR", "ADA"],
        ["DMG", "D8", "20150412"],
    ]
    reading = x12.read(answer(["EB", "6", "", "30"], people=people))
    assert len(reading.responses[0].answers) == 2
    assert isinstance(decide(reading, ASKED), Active)


def is_unclear(decision: Decision, reason: UnclearReason = UnclearReason.STATUS_NOT_STATED) -> bool:
    return isinstance(decision, Unclear) and decision.reason is reason


def is_inactive(decision: Decision) -> bool:
    return isinstance(decision, Inactive) and decision.reason is DeclinedReason.INACTIVE


def named_in(*below: list[str]) -> str | None:
    (found,) = x12.read(answer(*below)).responses[0].answers
    return plan_name(found.benefits)


@pytest.mark.parametrize(
    "harmless",
    [["636", "D8", "20230101"], ["348", "D8", "20230101"], ["472", "RD8", "20260315-20260315"]],
    ids=["last update", "first day of a benefit", "day of a visit"],
)
def test_a_harmless_date_of_a_row_does_not_hide_that_the_coverage_ended(harmless: list[str]) -> None:
    assert is_inactive(decided(["EB", "1", "", "30"], ["DTP", *harmless], people=dated(YEARS_AGO)))


def test_a_row_that_states_its_own_last_day_is_taken_by_its_word() -> None:
    row = [["EB", "1", "", "30"], ["DTP", "291", "RD8", "20260101-20261231"]]
    assert isinstance(decided(*row, people=dated(YEARS_AGO)), Active)


def test_a_row_that_begins_after_the_coverage_ended_goes_to_a_person() -> None:
    row = [["EB", "1", "", "30"], ["DTP", "346", "D8", "20260101"]]
    assert is_unclear(decided(*row, people=dated(YEARS_AGO)))


def test_a_dependants_own_first_day_does_not_hide_that_the_subscribers_plan_ended() -> None:
    people = [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "OKAFOR", "RUTH", "", "", "", "MI", "NSH100200300"],
        YEARS_AGO,
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "03", "1", "OKAFOR", "MARISOL"],
        ["DMG", "D8", "19880412"],
        ["DTP", "356", "D8", "20190101"],
    ]
    assert is_inactive(decided(["EB", "1", "", "30"], people=people))


@pytest.mark.parametrize("qualifier", ["347", "357", "349", "540", "341", "343"])
def test_every_kind_of_last_day_ends_the_coverage(qualifier: str) -> None:
    assert is_inactive(decided(*ACTIVE, people=dated(["DTP", qualifier, "D8", "20231231"])))
    assert isinstance(decided(*ACTIVE, people=dated(["DTP", qualifier, "D8", "20260315"])), Active)


@pytest.mark.parametrize("qualifier", ["346", "356", "348", "539", "340", "342"])
def test_every_kind_of_first_day_is_waited_for(qualifier: str) -> None:
    assert is_unclear(decided(*ACTIVE, people=dated(["DTP", qualifier, "D8", "20260401"])))


def test_a_date_that_bounds_no_coverage_ends_none() -> None:
    row = [
        ["EB", "1", "", "30"],
        ["DTP", "346", "D8", "20260401"],
        ["DTP", "290", "RD8", "20240101-20241231"],
    ]
    assert is_unclear(decided(*row))


def test_a_client_who_died_before_the_day_according_to_the_payer_goes_to_a_person() -> None:
    assert is_unclear(decided(*ACTIVE, people=dated(["DTP", "442", "D8", "20200101"])))
    assert is_unclear(decided(["EB", "6", "", "30"], ["DTP", "442", "D8", "20200101"]))


@pytest.mark.parametrize("service", [["3", "", "56"], ["1", "", "82"], ["1", "", "98"], ["1", "", "UC"]])
def test_a_single_service_does_not_overrule_what_is_said_of_the_whole_plan(service: list[str]) -> None:
    row = ["EB", *service, "", "RIDES AND MORE"]
    assert is_inactive(decided(["EB", "6", "", "30"], row))
    assert is_inactive(decided(row, ["EB", "6"]))
    for pending in ("5", "7", "8", "V"):
        assert is_unclear(decided(["EB", pending, "", "30"], row), UnclearReason.STATUS_PENDING)


def test_a_plan_that_ended_beside_a_service_without_dates_goes_to_a_person() -> None:
    assert is_unclear(decided(["EB", "1", "", "30"], YEARS_AGO, ["EB", "1", "", "98"]))


def test_an_old_active_month_does_not_overrule_a_plan_that_is_inactive_now() -> None:
    old = [["EB", "1", "", "30"], ["DTP", "307", "RD8", "20250101-20250131"]]
    assert is_inactive(decided(*old, ["EB", "6", "", "30"]))


def test_a_plan_both_active_and_inactive_on_the_day_goes_to_a_person() -> None:
    assert is_unclear(decided(["EB", "1", "", "30"], ["EB", "6", "", "30"]))
    assert is_unclear(decided(["EB", "6", "EMP", "30"], ["EB", "1", "SPO", "30"]))
    assert is_unclear(decided(["EB", "1", "", "30"], ["EB", "5", "", "30"]), UnclearReason.STATUS_PENDING)


def test_a_plan_that_is_active_after_an_earlier_one_ended_is_active() -> None:
    assert isinstance(decided(["EB", "1", "", "30"], ["EB", "6", "", "30"], YEARS_AGO), Active)


def test_one_inactive_programme_of_several_leaves_the_others_active() -> None:
    programmes = [
        ["EB", "6", "IND", "30", "MC", "DENTAL PROGRAMME"],
        ["EB", "1", "IND", "30", "MC", "TRADITIONAL PROGRAMME"],
        ["EB", "3", "IND", "30", "HM", "RIDE TO CARE VENDOR"],
    ]
    assert isinstance(decided(*programmes), Active)


def test_a_vendor_does_not_stand_for_a_plan_that_is_inactive() -> None:
    rows = [["EB", "6", "", "30", "MC", "STATE PLAN"], ["EB", "3", "", "30", "HM", "RIDE TO CARE VENDOR"]]
    assert is_unclear(decided(*rows))


def test_one_inactive_service_beside_an_active_one_leaves_the_plan_active() -> None:
    assert isinstance(decided(["EB", "1", "", "98"], ["EB", "6", "", "33"]), Active)
    assert is_unclear(decided(["EB", "1", "", "98"], ["EB", "6", "", "98"]))
    assert is_unclear(decided(["EB", "1", "", "98"], ["EB", "6", "", "1"]))


@pytest.mark.parametrize("procedure", ["AD:D1110", "HC:H0015"])
def test_one_procedure_is_not_the_whole_plan(procedure: str) -> None:
    row = ["", "", "", "", "", "", "", "", "", "Y", "Y", procedure]
    assert is_unclear(decided(["EB", "1", *row]))
    assert isinstance(decided(*ACTIVE, ["EB", "6", *row]), Active)


def policy(member_id: str, *below: list[str]) -> list[list[str]]:
    return [*person("OKAFOR", "MARISOL", "19880412", member_id), *below]


def test_an_earlier_policy_in_the_answer_does_not_hide_the_one_of_today() -> None:
    old = policy("OLD001", ["EB", "6", "", "30"], YEARS_AGO)
    assert isinstance(decided(people=[*old, *policy("NEW001", *ACTIVE)]), Active)
    assert isinstance(decided(people=[*policy("NEW001", *ACTIVE), *old]), Active)


def test_a_dental_policy_in_the_answer_does_not_hide_the_medical_one() -> None:
    dental = policy("DNT001", ["EB", "1", "", "35"])
    assert isinstance(decided(people=[*dental, *policy("NEW001", *ACTIVE)]), Active)
    assert is_inactive(decided(people=[*dental, *policy("OLD001", ["EB", "6", "", "30"])]))


@pytest.mark.parametrize("other", [["EB", "6", "", "30"], ["EB", "R", "", "30"]])
def test_two_policies_that_disagree_about_the_day_go_to_a_person(other: list[str]) -> None:
    assert is_unclear(decided(people=[*policy("ONE001", other), *policy("TWO001", *ACTIVE)]))
    assert is_unclear(decided(people=[*policy("TWO001", *ACTIVE), *policy("ONE001", other)]))


REFUSED = ["AAA", "N", "", "72", "C"]


def test_the_refusal_of_somebody_else_is_not_ours() -> None:
    somebody = [
        ["HL", "3", "2", "22", "0"],
        ["NM1", "IL", "1", "LINDQVIST", "TOBIAS", "", "", "", "MI", "BCI200300400"],
    ]
    assert isinstance(decided(people=[*somebody, REFUSED, *policy("NSH100200300", *ACTIVE)]), Active)
    assert is_unclear(decided(REFUSED, people=somebody), UnclearReason.IDENTITY_NOT_ECHOED)


@pytest.mark.parametrize(
    "people",
    [
        [],
        [["HL", "3", "2", "22", "0"]],
        [["HL", "3", "2", "22", "0"], ["NM1", "IL", "1", "", "", "", "", "", "MI", "NSH100200300"]],
        [["HL", "3", "2", "22", "0"], ["NM1", "IL", "1", "OKAFOR", "MARISOL"]],
        person("SOMEBODY", "ELSE", "19700101"),
    ],
    ids=["no person", "no name", "our member id", "our name", "our trace"],
)
def test_a_refusal_that_may_be_ours_is_heeded(people: list[list[str]]) -> None:
    assert decided(REFUSED, people=people) == Correct((CorrectableField.MEMBER_ID,))


@pytest.mark.parametrize(
    "beside",
    [
        ["EB", "3", "", "30", "MC", "RIDE VENDOR"],
        ["EB", "R", "", "30", "MB", "OTHER PAYER"],
        ["EB", "U", "", "30", "", "ADMINISTRATOR"],
        ["EB", "X", "", "30", "", "A HOSPITAL"],
        ["EB", "L", "", "30", "", "A DOCTOR"],
        ["EB", "MC", "", "30", "", "A COORDINATOR"],
        ["EB", "W", "", "30", "", "A SOURCE"],
        ["EB", "F", "", "30", "", "A LIMIT"],
        ["EB", "1", "", "88", "", "PHARMACY PLAN"],
        ["EB", "C", "", "35", "", "DENTAL PLAN"],
        ["EB", "6", "", "30", "", "OLD HMO"],
    ],
    ids=lambda row: f"{row[1]} {row[5].lower()}",
)
def test_the_plan_is_not_named_after_what_stands_beside_it(beside: list[str]) -> None:
    old = [["DTP", "291", "RD8", "20200101-20201231"]] if beside[1] == "6" else []
    assert named_in(["EB", "1", "", "30"], beside, *old) is None
    costs = ["EB", "C", "IND", "30", "", "CEDAR FLEX", "23", "500"]
    assert named_in(beside, *old, ["EB", "1", "", "30"], costs) == "CEDAR FLEX"


def test_a_plan_that_is_not_active_is_named_by_the_row_that_says_so() -> None:
    service = ["EB", "1", "", "82", "", "ONE SERVICE ONLY"]
    assert named_in(service, ["EB", "6", "", "30", "", "CEDAR FLEX"]) == "CEDAR FLEX"
    assert named_in(service, ["EB", "5", "", "30", "", "CEDAR FLEX"]) == "CEDAR FLEX"


def family(status: list[str], *own: list[str]) -> Decision:
    """A dependant of whom `own` is said, below a subscriber of whom `status` is."""
    people = [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "OKAFOR", "RUTH", "", "", "", "MI", "NSH100200300"],
        status,
        ["HL", "4", "3", "23", "0"],
        ["TRN", "2", "TC0001", "1990000001"],
        ["NM1", "03", "1", "OKAFOR", "MARISOL"],
        ["DMG", "D8", "19880412"],
    ]
    return decided(*own, people=people)


COSTS = ["EB", "C", "IND", "30", "", "", "29", "100"]


def test_the_status_of_a_dependant_with_costs_alone_stands_at_the_subscriber() -> None:
    assert isinstance(family(["EB", "1", "FAM", "30"], COSTS), Active)
    assert is_inactive(family(["EB", "6", "", "30"], COSTS))


@pytest.mark.parametrize("own", [["EB", "I", "", "30"], ["EB", "U", "", "30"], ["EB", "", "", "30"]])
def test_a_dependant_of_whom_something_else_is_said_does_not_take_the_subscribers_status(
    own: list[str],
) -> None:
    assert is_unclear(family(["EB", "1", "FAM", "30"], COSTS, own))


def test_a_dependants_plan_without_a_name_is_called_as_the_subscribers() -> None:
    decision = family(["EB", "1", "FAM", "30", "", "UNITY FAMILY PPO"], ["EB", "1", "", "30"])
    assert isinstance(decision, Active)
    assert plan_name(decision.answer.benefits) == "UNITY FAMILY PPO"


def test_a_plan_for_the_subscriber_alone_does_not_cover_a_dependant() -> None:
    assert is_unclear(family(["EB", "1", "EMP", "30"], COSTS))

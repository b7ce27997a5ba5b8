"""Whether care is covered at each level, on what terms, and how that was come by."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.insurance.rules.level_limits import Limit, LimitSpan
from services.insurance.rules.levels_of_care import (
    Copay,
    LevelBenefit,
    OpenQuestion,
    administrator,
    levels_of_care,
)
from services.insurance.rules.statements import (
    Basis,
    Covered,
    Evidence,
    LevelAnswer,
    LimitUnit,
    Per,
    Purpose,
    Statement,
)
from shared.contracts.care import LevelOfCare as Level
from shared.contracts.care import Network
from tests.unit.insurance.said import QUESTION, eb, statements

ACTIVE = eb("1", "30", network="")
CALL = UUID(int=7)


def benefit(
    level: Level,
    *rows: list[str],
    network: Network = Network.IN,
    human: tuple[LevelAnswer, ...] = (),
    also: list[Statement] | None = None,
) -> LevelBenefit:
    said = [*statements(*rows), *(also or [])]
    found = levels_of_care(said, human, [level])
    return next(one for one in found if one.network is network)


def test_addiction_treatment_stated_is_stated() -> None:
    one = benefit(Level.RESIDENTIAL, ACTIVE, eb("1", "AI"))
    assert (one.covered.value, one.covered.basis) == (Covered.YES, Basis.STATED)
    assert one.covered.evidence == (Evidence(QUESTION, 14),)


def test_mental_health_is_inherited_and_marked_to_be_confirmed() -> None:
    one = benefit(Level.INTENSIVE, ACTIVE, eb("1", "MH"))
    assert (one.covered.value, one.covered.basis) == (Covered.YES, Basis.INHERITED_MENTAL_HEALTH)
    assert OpenQuestion.COVERED in one.to_confirm
    assert OpenQuestion.COVERED not in one.open_questions


def test_an_active_plan_alone_leaves_every_question_open() -> None:
    one = benefit(Level.PARTIAL, ACTIVE)
    assert (one.covered.value, one.covered.basis) == (Covered.YES, Basis.INHERITED_PLAN)
    assert set(one.open_questions) == set(OpenQuestion) - {OpenQuestion.LIMIT_USED}


def test_nothing_said_is_unknown_and_never_no() -> None:
    one = benefit(Level.RESIDENTIAL, eb("1", "35"))
    assert (one.covered.value, one.covered.basis) == (Covered.UNKNOWN, None)
    assert one.copay.value is one.coinsurance.value is one.authorization.value is None


def test_that_nobody_spoke_of_the_other_network_is_no_answer_about_it() -> None:
    one = benefit(Level.RESIDENTIAL, ACTIVE, eb("1", "AI", network=""), network=Network.OUT)
    assert one.covered.value is Covered.UNKNOWN
    assert benefit(
        Level.RESIDENTIAL, eb("A", "AI", percent=".4", network="N"), network=Network.OUT
    ).covered.value is (Covered.YES)
    assert benefit(Level.RESIDENTIAL, eb("1", "AI", network="W"), network=Network.OUT).covered.value is (
        Covered.YES
    )


def test_a_plan_without_benefits_out_of_network_says_so() -> None:
    rows = [ACTIVE, eb("I", "30", network="N")]
    out = benefit(Level.INTENSIVE, *rows, network=Network.OUT)
    assert (out.covered.value, out.covered.basis) == (Covered.NO, Basis.INHERITED_PLAN)
    assert benefit(Level.INTENSIVE, *rows).covered.value is Covered.YES


@pytest.mark.parametrize("code", ["I", "E", "6"])
def test_addiction_treatment_refused_is_not_covered(code: str) -> None:
    one = benefit(Level.RESIDENTIAL, ACTIVE, eb("1", "MH"), eb(code, "AI", network=""))
    assert (one.covered.value, one.covered.basis, one.open_questions) == (Covered.NO, Basis.STATED, ())


def test_residential_care_refused_by_its_place_refuses_nothing_else() -> None:
    rows = [ACTIVE, eb("1", "AI"), eb("I", "AI"), ["III", "ZZ", "55"]]
    assert benefit(Level.RESIDENTIAL, *rows).covered.value is Covered.NO
    assert benefit(Level.INTENSIVE, *rows).covered.value is Covered.YES


def test_residential_care_refused_in_words_refuses_nothing_else() -> None:
    rows = [ACTIVE, eb("1", "AI"), eb("I", "AI"), ["MSG", "RESIDENTIAL TREATMENT IS NOT COVERED"]]
    assert benefit(Level.RESIDENTIAL, *rows).covered.value is Covered.NO
    assert benefit(Level.PARTIAL, *rows).covered.value is Covered.YES


def test_a_grant_that_leaves_out_a_level_in_words_leaves_it_unknown() -> None:
    rows = [ACTIVE, eb("1", "AI"), ["MSG", "EXCLUDES RESIDENTIAL TREATMENT"]]
    assert benefit(Level.RESIDENTIAL, *rows).covered.value is Covered.UNKNOWN
    assert benefit(Level.PARTIAL, *rows).covered.value is Covered.YES


def test_the_facility_of_the_other_setting_says_nothing() -> None:
    rows = [ACTIVE, eb("1", "CJ"), eb("I", "CI")]
    assert benefit(Level.RESIDENTIAL, *rows).covered.value is Covered.NO
    assert benefit(Level.INTENSIVE, *rows).covered.value is Covered.YES
    assert benefit(Level.INTENSIVE, *rows).covered.basis is Basis.STATED


def test_a_payer_that_grants_the_facility_and_refuses_the_treatment_is_asked() -> None:
    assert benefit(Level.INTENSIVE, eb("I", "AI"), eb("1", "CJ")).covered.value is Covered.UNKNOWN


def test_mental_health_refused_says_nothing_of_addiction_and_stops_inheritance() -> None:
    assert benefit(Level.OUTPATIENT, ACTIVE, eb("I", "MH")).covered.value is Covered.UNKNOWN


def test_a_share_of_which_the_plan_pays_nothing_is_no_cover() -> None:
    assert benefit(Level.OUTPATIENT, eb("A", "AI", percent="1")).covered.value is Covered.UNKNOWN


def test_every_part_says_for_itself_how_it_was_come_by() -> None:
    one = benefit(
        Level.RESIDENTIAL,
        ACTIVE,
        eb("A", "30", percent=".2"),
        eb("1", "MH"),
        eb("CB", "AI", authorization="Y", network=""),
    )
    assert (one.coinsurance.value, one.coinsurance.basis) == (Decimal("0.2"), Basis.INHERITED_PLAN)
    assert (one.authorization.value, one.authorization.basis) == (True, Basis.STATED)
    assert one.authorization.evidence == (Evidence(QUESTION, 16),)
    assert one.covered.basis is Basis.INHERITED_MENTAL_HEALTH
    assert OpenQuestion.COST_SHARE in one.to_confirm


def test_a_plan_wide_no_to_authorization_is_not_believed_for_a_stay() -> None:
    assert benefit(Level.RESIDENTIAL, eb("1", "30", authorization="N")).authorization.value is None
    assert benefit(Level.RESIDENTIAL, eb("1", "30", authorization="Y")).authorization.value is True
    assert benefit(Level.RESIDENTIAL, eb("1", "MH", authorization="N")).authorization.value is False
    assert benefit(Level.RESIDENTIAL, eb("1", "AI", authorization="U")).authorization.value is None


@pytest.mark.parametrize(
    ("message", "needed"),
    [
        ("PRIOR AUTHORIZATION REQUIRED", True),
        ("PRECERTIFICATION IS REQUIRED", True),
        ("NO AUTHORIZATION REQUIRED", False),
        ("AUTHORIZATION NOT REQUIRED FOR OUTPATIENT", False),
        ("AUTHORIZATION MAY BE REQUIRED", None),
    ],
)
def test_authorization_in_words(message: str, needed: bool | None) -> None:
    assert benefit(Level.OUTPATIENT, eb("1", "AI"), ["MSG", message]).authorization.value is needed


def test_a_row_for_another_place_does_not_count() -> None:
    rows = [
        eb("B", "AI", period="27", amount="40"),
        ["III", "ZZ", "11"],
        eb("A", "AI", percent="20"),
        ["III", "ZZ", "55"],
    ]
    stay = benefit(Level.RESIDENTIAL, *rows)
    assert (stay.copay.value, stay.coinsurance.value, stay.places.value) == (None, Decimal("0.2"), ("55",))
    office = benefit(Level.OUTPATIENT, *rows)
    assert (office.copay.value, office.coinsurance.value) == (Copay(Decimal(40), Per.VISIT), None)


def test_a_message_narrows_a_row_to_a_level() -> None:
    rows = [
        eb("A", "AI", percent="10"),
        ["MSG", "INTENSIVE OUTPATIENT PROGRAM"],
        eb("A", "AI", percent="30"),
        ["MSG", "OUTPATIENT HOSPITAL"],
    ]
    assert benefit(Level.INTENSIVE, *rows).coinsurance.value == Decimal("0.3")
    assert benefit(Level.INTENSIVE, *rows).coinsurance.cheaper == Decimal("0.1")
    assert benefit(Level.PARTIAL, *rows).coinsurance.value == Decimal("0.3")
    assert benefit(Level.PARTIAL, *rows).coinsurance.cheaper is None


def test_a_procedure_ties_a_row_to_its_level() -> None:
    row = [*eb("A", "", percent=".1"), "HC:H0015"]
    assert benefit(Level.INTENSIVE, row).coinsurance.value == Decimal("0.1")
    assert benefit(Level.RESIDENTIAL, row).coinsurance.value is None


def test_a_copay_for_a_visit_is_none_for_a_stay() -> None:
    row = eb("B", "AI", period="27", amount="40")
    assert benefit(Level.RESIDENTIAL, row).copay.value is None
    assert benefit(Level.INTENSIVE, row).copay.value == Copay(Decimal(40), Per.VISIT)


def test_the_plans_own_network_goes_before_both() -> None:
    one = benefit(
        Level.INTENSIVE, eb("A", "AI", percent=".3", network="W"), eb("A", "AI", percent=".1", network="Y")
    )
    assert one.coinsurance.value == Decimal("0.1")


def test_a_deductible_of_its_own_applies_and_one_of_nothing_does_not() -> None:
    assert benefit(Level.PARTIAL, eb("C", "AI", period="23", amount="500")).deductible_applies.value is True
    assert benefit(Level.PARTIAL, eb("C", "AI", period="23", amount="0")).deductible_applies.value is False
    plan = eb("C", "30", period="23", amount="500")
    assert benefit(Level.PARTIAL, plan).deductible_applies.value is None
    inherited = benefit(Level.PARTIAL, plan, eb("A", "30", percent=".2")).deductible_applies
    assert (inherited.value, inherited.basis) == (True, Basis.INHERITED_PLAN)
    worded = benefit(Level.PARTIAL, plan, eb("A", "AI", percent=".2"), ["MSG", "DEDUCTIBLE WAIVED"])
    assert (worded.deductible_applies.value, worded.deductible_applies.basis) == (False, Basis.STATED)


YEAR = LimitSpan.PLAN_YEAR


@pytest.mark.parametrize(
    ("rows", "limit"),
    [
        (
            [
                eb("F", "AI", period="23", counted="DY", quantity="30"),
                eb("F", "AI", period="29", counted="DY", quantity="18"),
            ],
            Limit(LimitUnit.DAYS, YEAR, 30, None, 18),
        ),
        (
            [
                eb("F", "AI", period="23", counted="DY", quantity="30"),
                eb("F", "AI", period="24", counted="DY", quantity="12"),
            ],
            Limit(LimitUnit.DAYS, YEAR, 30, 12, 18),
        ),
        (
            [
                eb("F", "AI", period="23", counted="M2", quantity="30"),
                eb("F", "AI", period="23", counted="99", quantity="12"),
            ],
            Limit(LimitUnit.DAYS, YEAR, 30, 12, 18),
        ),
        ([eb("F", "AI"), ["HSD", "DY", "30", "", "", "23"]], Limit(LimitUnit.DAYS, YEAR, 30, None, None)),
        (
            [eb("F", "AI", period="32", counted="DY", quantity="90")],
            Limit(LimitUnit.DAYS, LimitSpan.LIFETIME, 90, None, None),
        ),
    ],
)
def test_a_limit_is_read_in_every_way_payers_write_it(rows: list[list[str]], limit: Limit) -> None:
    one = benefit(Level.RESIDENTIAL, eb("1", "AI"), *rows)
    assert one.limits.value == (limit,)
    assert (OpenQuestion.LIMIT_USED in one.open_questions) is (limit.remaining is None)


def test_unlimited_is_an_answer_and_silence_is_none() -> None:
    assert benefit(Level.INTENSIVE, eb("H", "AI")).limits.value == ()
    assert benefit(Level.INTENSIVE, eb("1", "AI")).limits.value is None
    assert benefit(Level.INTENSIVE, eb("F", "AI", period="34", counted="VS", quantity="8")).limits.value is (
        None
    )


def answered(**said: object) -> LevelAnswer:
    given: dict[str, object] = {"covered": Covered.UNKNOWN, **said}
    return LevelAnswer(CALL, Level.RESIDENTIAL, Network.IN, **given)  # type: ignore[arg-type]


def test_what_a_person_was_told_beats_what_the_payer_sent_and_only_that() -> None:
    told = answered(covered=Covered.YES, coinsurance=Decimal("0.1"), limit=30, limit_used=12)
    rows = [eb("I", "AI"), eb("CB", "AI", authorization="Y")]
    one = benefit(Level.RESIDENTIAL, *rows, human=(told,))
    assert (one.covered.value, one.covered.basis) == (Covered.YES, Basis.HUMAN)
    assert one.covered.evidence == (Evidence(call_id=CALL),)
    assert one.limits.value == (Limit(LimitUnit.DAYS, YEAR, 30, 12, 18),)
    assert one.authorization.basis is Basis.STATED
    assert one.copay.value is None


def test_the_later_call_counts_and_an_unknown_in_it_takes_nothing_back() -> None:
    calls = (answered(covered=Covered.NO, authorization=True), answered(covered=Covered.YES))
    one = benefit(Level.RESIDENTIAL, ACTIVE, human=calls)
    assert (one.covered.value, one.authorization.value) == (Covered.YES, True)
    one = benefit(Level.RESIDENTIAL, ACTIVE, human=(answered(covered=Covered.NO), answered()))
    assert one.covered.value is Covered.NO


def test_an_answer_about_one_network_is_none_about_the_other() -> None:
    one = benefit(Level.RESIDENTIAL, ACTIVE, human=(answered(covered=Covered.NO),), network=Network.OUT)
    assert one.covered.value is Covered.UNKNOWN


def test_a_refusal_of_an_old_month_is_history() -> None:
    said = statements(ACTIVE, eb("1", "AI"), eb("6", "AI"), ["DTP", "291", "RD8", "20250101-20250131"])
    now, _ = levels_of_care(said, (), [Level.INTENSIVE], service_date=date(2026, 3, 15))
    assert now.covered.value is Covered.YES


POINTER = [
    eb("U", "MH^AI", network=""),
    ["LS", "2120"],
    ["NM1", "Y2", "2", "CALM HARBOR BEHAVIORAL", "", "", "", "", "PI", "CHBHV01"],
    ["PER", "IC", "", "TE", "5550100199"],
    ["LE", "2120"],
]


def test_the_administrator_of_behavioural_care_is_named_with_id_and_phone() -> None:
    found = administrator(statements(ACTIVE, *POINTER))
    assert found is not None
    assert (found.name, found.ids) == ("CALM HARBOR BEHAVIORAL", (("PI", "CHBHV01"),))
    assert found.phones == ("5550100199",)
    assert found.evidence == (Evidence(QUESTION, 14),)


def test_another_coverage_of_the_whole_plan_is_no_administrator() -> None:
    other = [eb("R", "30", network=""), ["LS", "2120"], ["NM1", "PR", "2", "UNITY FIRST"], ["LE", "2120"]]
    assert administrator(statements(ACTIVE, *other)) is None
    doctor = [eb("1", "MH"), ["LS", "2120"], ["NM1", "P3", "1", "IGWE", "ADA"], ["LE", "2120"]]
    assert administrator(statements(ACTIVE, *doctor)) is None


def test_care_that_is_another_plans_is_not_inherited_from_this_one() -> None:
    assert benefit(Level.RESIDENTIAL, ACTIVE, *POINTER).covered.value is Covered.UNKNOWN
    other = statements(eb("1", "30", network=""), purpose=Purpose.CARVE_OUT, question=UUID(int=2))
    one = benefit(Level.RESIDENTIAL, ACTIVE, *POINTER, also=other)
    assert (one.covered.value, one.covered.basis) == (Covered.YES, Basis.INHERITED_MENTAL_HEALTH)


def test_every_wanted_level_is_answered_in_both_networks_in_its_order() -> None:
    found = levels_of_care([], (), [Level.PARTIAL, Level.WITHDRAWAL])
    assert [(one.level, one.network) for one in found] == [
        (Level.PARTIAL, Network.IN),
        (Level.PARTIAL, Network.OUT),
        (Level.WITHDRAWAL, Network.IN),
        (Level.WITHDRAWAL, Network.OUT),
    ]

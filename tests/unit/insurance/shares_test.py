"""What the client pays, as far as stated."""

from dataclasses import replace
from decimal import Decimal

from services.insurance.rules.shares import Share, ShareKind, shares
from services.insurance.rules.statements import Basis, Per, Purpose
from shared.contracts.care import Network
from tests.unit.insurance.said import QUESTION, eb, statements

IN, OUT = Network.IN, Network.OUT
DEDUCTIBLE, CAP = ShareKind.DEDUCTIBLE, ShareKind.OUT_OF_POCKET
COPAY, COINSURANCE = ShareKind.COPAY, ShareKind.COINSURANCE


def amount(code: str, level: str, types: str, period: str, figure: str, network: str = "Y") -> list[str]:
    return eb(code, types, level=level, period=period, amount=figure, network=network)


def stated(*rows: list[str]) -> dict[tuple[ShareKind, Network | None, str], Share]:
    return {(share.kind, share.network, share.level): share for share in shares(statements(*rows))}


def test_a_stated_remainder_is_preferred_and_every_segment_it_came_from_is_named() -> None:
    share = stated(
        amount("C", "IND", "30", "23", "3290"),
        amount("C", "IND", "30", "24", "302.68"),
        amount("C", "IND", "30", "29", "2987.32"),
    )[DEDUCTIBLE, IN, "IND"]
    assert (share.total, share.used, share.remaining) == (
        Decimal(3290),
        Decimal("302.68"),
        Decimal("2987.32"),
    )
    assert [one.position for one in share.evidence] == [13, 14, 15]
    assert {one.question_id for one in share.evidence} == {QUESTION}


def test_total_minus_used_is_the_remainder_otherwise() -> None:
    share = stated(amount("C", "IND", "30", "23", "2000"), amount("C", "IND", "30", "24", "1250"))
    assert share[DEDUCTIBLE, IN, "IND"].remaining == Decimal(750)


def test_a_total_alone_leaves_the_remainder_unknown() -> None:
    share = stated(amount("C", "IND", "30", "23", "2000"))[DEDUCTIBLE, IN, "IND"]
    assert (share.total, share.remaining) == (Decimal(2000), None)


def test_an_amount_said_to_be_exceeded_is_all_paid_and_one_not_exceeded_is_not_known() -> None:
    assert stated(amount("C", "IND", "30", "30", "500"))[DEDUCTIBLE, IN, "IND"].remaining == 0
    assert stated(amount("C", "IND", "30", "31", "500"))[DEDUCTIBLE, IN, "IND"].remaining is None


def test_a_lifetime_amount_is_kept_apart_from_the_years() -> None:
    found = shares(
        statements(
            amount("G", "IND", "30", "23", "6000"),
            amount("G", "IND", "30", "32", "50000"),
            amount("G", "IND", "30", "33", "40000"),
        )
    )
    by_span = {one.lifetime: one for one in found}
    assert (by_span[False].total, by_span[False].remaining) == (Decimal(6000), None)
    assert (by_span[True].total, by_span[True].remaining) == (Decimal(50000), Decimal(40000))


def test_a_network_nobody_spoke_of_has_no_share() -> None:
    assert (DEDUCTIBLE, OUT, "IND") not in stated(amount("C", "IND", "30", "23", "2000"))


def test_a_figure_for_both_networks_counts_for_both_unless_one_has_its_own() -> None:
    found = stated(amount("C", "FAM", "30", "23", "3000", "W"), amount("C", "FAM", "30", "23", "5000", "N"))
    assert found[DEDUCTIBLE, IN, "FAM"].total == Decimal(3000)
    assert found[DEDUCTIBLE, OUT, "FAM"].total == Decimal(5000)


def test_individual_and_family_amounts_are_both_kept() -> None:
    found = stated(amount("C", "IND", "30", "23", "2000"), amount("C", "FAM", "30", "23", "4000"))
    assert {(DEDUCTIBLE, IN, "IND"), (DEDUCTIBLE, IN, "FAM")} == set(found)


def test_no_limit_written_as_a_number_is_no_limit() -> None:
    assert not stated(amount("C", "FAM", "30", "23", "99999.99"))


def test_an_out_of_pocket_total_of_nothing_is_not_a_cap() -> None:
    assert not stated(amount("G", "IND", "MH", "23", "0"))
    assert stated(amount("G", "IND", "30", "23", "0"), amount("G", "IND", "30", "29", "0"))


def test_the_exact_benefit_goes_before_substance_use_before_mental_health_before_the_plan() -> None:
    rows = [
        amount("B", "", "30", "27", "50"),
        amount("B", "", "MH", "27", "30"),
        amount("B", "", "AI", "27", "20"),
        amount("B", "", "CJ", "27", "15"),
    ]
    (exact,) = (s for s in shares(statements(*rows), ("CJ",)) if s.network is IN)
    assert (exact.basis, exact.amount) == (Basis.STATED, Decimal(15))
    assert stated(*rows[:3])[COPAY, IN, ""].amount == Decimal(20)
    mental = stated(*rows[:2])[COPAY, IN, ""]
    assert (mental.basis, mental.amount) == (Basis.INHERITED_MENTAL_HEALTH, Decimal(30))
    assert stated(*rows[:1])[COPAY, IN, ""].basis is Basis.INHERITED_PLAN


def test_what_a_carve_out_administrator_says_of_its_plan_is_about_behavioural_care() -> None:
    rows = statements(amount("C", "IND", "30", "23", "500"), purpose=Purpose.CARVE_OUT)
    assert shares(rows)[0].basis is Basis.INHERITED_MENTAL_HEALTH


def test_a_percent_is_read_either_way() -> None:
    for written in (".2", "20"):
        share = stated(eb("A", percent=written))[COINSURANCE, IN, ""]
        assert share.fraction == Decimal("0.2")


def test_the_plans_part_in_a_benefit_description_leaves_the_rest_to_the_client() -> None:
    assert stated(eb("D", percent="80"))[COINSURANCE, IN, ""].fraction == Decimal("0.2")
    both = stated(eb("D", percent=".8"), eb("A", percent=".1"))
    assert both[COINSURANCE, IN, ""].fraction == Decimal("0.1")


def test_of_two_figures_the_dearer_is_taken_and_the_cheaper_kept_beside_it() -> None:
    share = stated(amount("B", "", "30", "27", "30"), amount("B", "", "30", "27", "45"))[COPAY, IN, ""]
    assert (share.amount, share.cheaper, share.disagreeing) == (Decimal(45), Decimal(30), True)
    left = stated(amount("C", "IND", "30", "29", "100"), amount("C", "IND", "30", "29", "700"))
    share = left[DEDUCTIBLE, IN, "IND"]
    assert (share.remaining, share.cheaper) == (Decimal(700), Decimal(100))


def test_a_copay_says_what_it_is_paid_for() -> None:
    assert stated(amount("B", "", "30", "27", "30"))[COPAY, IN, ""].per is Per.VISIT
    assert stated(amount("B", "", "30", "7", "30"))[COPAY, IN, ""].per is Per.DAY
    assert stated(amount("B", "", "30", "36", "300"))[COPAY, IN, ""].per is Per.ADMISSION
    assert stated(amount("B", "", "30", "", "30"))[COPAY, IN, ""].per is None


def test_a_deductible_due_at_each_admission_is_paid_like_a_copay() -> None:
    found = stated(amount("C", "IND", "48", "36", "250"), amount("C", "", "AI", "36", "500"))
    assert found[COPAY, IN, ""].amount == Decimal(500)
    assert not any(kind is DEDUCTIBLE for kind, _, _ in found)


def test_a_figure_without_a_network_is_neither_in_nor_out() -> None:
    assert set(stated(amount("C", "IND", "30", "23", "2000", ""))) == {(DEDUCTIBLE, None, "IND")}


def test_an_overpaid_sum_is_nothing_left_to_pay() -> None:
    share = stated(amount("C", "IND", "30", "23", "500"), amount("C", "IND", "30", "29", "-20"))
    assert share[DEDUCTIBLE, IN, "IND"].remaining == 0


def test_a_subscribers_own_sums_are_not_the_dependants_but_the_familys_are() -> None:
    rows = statements(
        amount("C", "IND", "30", "29", "100"),
        amount("C", "IND", "30", "29", "900"),
        amount("C", "FAM", "30", "29", "2500"),
    )
    rows = [rows[0], *(replace(s, benefit=replace(s.benefit, scope="subscriber")) for s in rows[1:])]
    found = {(s.kind, s.level): s for s in shares(rows)}
    assert found[DEDUCTIBLE, "IND"].remaining == Decimal(100)
    assert found[DEDUCTIBLE, "FAM"].remaining == Decimal(2500)

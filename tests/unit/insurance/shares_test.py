"""What the client pays, as far as stated."""

from decimal import Decimal

from services.insurance import x12
from services.insurance.shares import Basis, Share, shares
from tests.unit.insurance.payer_answers import answer


def eb(
    code: str, level: str, types: str, period: str, amount: str, network: str = "Y", percent: str = ""
) -> list[str]:
    return ["EB", code, level, types, "", "", period, amount, percent, "", "", "", network]


def stated(*rows: list[str]) -> dict[tuple[str, str, str], Share]:
    found = shares(x12.read(answer(*rows)).responses[0].answers[0].benefits)
    return {(share.kind, share.network, share.level): share for share in found}


def test_a_stated_remainder_is_preferred() -> None:
    share = stated(
        eb("C", "IND", "30", "23", "3290"),
        eb("C", "IND", "30", "24", "302.68"),
        eb("C", "IND", "30", "29", "2987.32"),
    )
    assert share["deductible", "in", "IND"].remaining == Decimal("2987.32")
    assert share["deductible", "in", "IND"].positions == (13, 14, 15)


def test_total_minus_used_is_the_remainder_otherwise() -> None:
    share = stated(eb("C", "IND", "30", "23", "2000"), eb("C", "IND", "30", "24", "1250"))
    assert share["deductible", "in", "IND"].remaining == Decimal(750)


def test_a_total_alone_leaves_the_remainder_unknown() -> None:
    share = stated(eb("C", "IND", "30", "23", "2000"))["deductible", "in", "IND"]
    assert (share.total, share.remaining) == (Decimal(2000), None)


def test_a_network_nobody_spoke_of_has_no_share() -> None:
    assert ("deductible", "out", "IND") not in stated(eb("C", "IND", "30", "23", "2000"))


def test_a_figure_for_both_networks_counts_for_both() -> None:
    found = stated(eb("C", "FAM", "30", "23", "3000", "W"))
    assert {("deductible", "in", "FAM"), ("deductible", "out", "FAM")} <= set(found)


def test_no_limit_written_as_a_number_is_no_limit() -> None:
    assert not stated(eb("C", "FAM", "30", "23", "99999.99"))


def test_an_out_of_pocket_total_of_nothing_is_not_a_cap() -> None:
    assert not stated(eb("G", "IND", "MH", "23", "0"))
    assert stated(eb("G", "IND", "30", "23", "0"), eb("G", "IND", "30", "29", "0"))


def test_substance_use_goes_before_mental_health_before_the_plan() -> None:
    rows = [eb("B", "", "30", "27", "50"), eb("B", "", "MH", "27", "30"), eb("B", "", "AI", "27", "20")]
    assert stated(*rows)["copay", "in", ""].basis is Basis.SUBSTANCE_USE
    assert stated(*rows[:2])["copay", "in", ""].amount == Decimal(30)


def test_a_percent_is_read_either_way() -> None:
    for written in (".2", "20"):
        assert stated(eb("A", "", "30", "", "", percent=written))[
            "coinsurance", "in", ""
        ].fraction == Decimal("0.2")


def test_of_two_figures_the_dearer_is_taken_and_the_disagreement_shown() -> None:
    share = stated(eb("B", "", "30", "27", "30"), eb("B", "", "30", "27", "45"))["copay", "in", ""]
    assert (share.amount, share.disagreeing) == (Decimal(45), True)


def test_a_figure_without_a_network_is_neither_in_nor_out() -> None:
    assert set(stated(eb("C", "IND", "30", "23", "2000", ""))) == {("deductible", "unstated", "IND")}

"""Which payer somebody means."""

import pytest

from services.insurance.payers.directory import PAYERS, by_code, find


@pytest.mark.parametrize(
    "written",
    ["northstar", "Northstar Health Plan", "NORTHSTAR  PPO", "north-star", "Northstar Choice PPO Gold"],
)
def test_a_plan_is_found_as_people_write_it(written: str) -> None:
    payer = find(written)
    assert payer is not None
    assert payer.code == "northstar"


@pytest.mark.parametrize("written", ["", "Some Other Plan", "PPO"])
def test_an_unknown_plan_is_not_guessed(written: str) -> None:
    assert find(written) is None


def test_no_spelling_and_no_clearinghouse_id_means_two_payers() -> None:
    spellings = [text for p in PAYERS for text in (p.code, p.name, *p.aliases)]
    for text in spellings:
        payer = find(text)
        assert payer is not None
        assert text in (payer.code, payer.name, *payer.aliases)
    ids = [p.ids["edi_http"] for p in PAYERS]
    assert len(set(ids)) == len(ids)
    assert by_code("northstar") is find("northstar")

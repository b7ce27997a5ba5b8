"""Which payer somebody means."""

from dataclasses import replace
from datetime import date

import pytest

from services.insurance.payers.directory import Directory, Payer, PayerId
from services.insurance.payers.invented import INVENTED as PAYERS

DIRECTORY = Directory(PAYERS)
find, by_code = DIRECTORY.find, DIRECTORY.by_code


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
    ids = [one.id for p in PAYERS for one in p.ids["edi_http"]]
    assert len(set(ids)) == len(ids)
    assert by_code("northstar") is find("northstar")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("north", "northstar"),
        ("NSTAR", "northstar"),
        ("ufm", "unity-first"),
        ("blue ceder ppo", "blue-cedar"),
        ("Golden Valley Gold Plus", "golden-valley"),
        ("behavioral", "calm-harbor-behavioral"),
        ("summit view health plan of the state", "summit-view"),
        ("zebra", None),
        ("ppo", "blue-cedar"),
    ],
)
def test_what_staff_type_suggests_the_payer_they_mean(typed: str, first: str | None) -> None:
    found = DIRECTORY.search(typed)
    assert (found[0].code if found else None) == first


def test_an_empty_search_lists_payers_by_name_and_no_more_than_asked() -> None:
    assert [p.code for p in DIRECTORY.search("  ", 2)] == ["blue-cedar", "calm-harbor-behavioral"]


def test_a_spelling_of_two_payers_means_neither() -> None:
    two = Directory([Payer("one", "Harbor Mutual", ("HM",), ""), Payer("two", "Hill Mutual", ("hm",), "")])
    assert two.find("HM") is None
    assert two.find("Hill") is two.by_code("two")


def test_an_administrator_is_found_by_its_id_or_its_name() -> None:
    assert DIRECTORY.by_payer_id("chbhv01") is by_code("calm-harbor-behavioral")
    assert DIRECTORY.by_payer_id("CALM HARBOR BEHAVIORAL") is by_code("calm-harbor-behavioral")
    assert DIRECTORY.by_payer_id("") is None


def test_an_id_counts_on_the_days_it_is_valid() -> None:
    old = PayerId("OLD", valid_until=date(2026, 6, 30))
    new = PayerId("NEW", valid_from=date(2026, 7, 1))
    payer = replace(PAYERS[0], ids={"stedi": (new, old)})
    assert payer.id_at("stedi", date(2026, 6, 30)) is old
    assert payer.id_at("stedi", date(2026, 7, 1)) is new
    assert payer.id_at("core_soap", date(2026, 7, 1)) is None

"""What a correction of the card says, on plain values."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.answers import InvalidInquiry
from services.intake.coverage_details import HOLDER, SEALED_DETAILS, CoverageDetails, Relationship, check
from shared.contracts.care import LevelOfCare

TODAY = date(2026, 11, 24)
OLIVE = {"first_name": " Olive ", "last_name": "Moss", "birth_date": "1958-11-02", "relationship": "spouse"}


def said(**details: Any) -> CoverageDetails:
    return CoverageDetails.model_validate(details)


def test_what_was_not_sent_is_not_said() -> None:
    nothing = said()
    assert (nothing.sealed, nothing.plain) == ({}, {})


def test_null_and_empty_clear_alike() -> None:
    for empty in (None, "", "  "):
        assert said(member_id=empty).sealed == {"member_id": ""}
    assert said(birth_date=None).sealed == {"birth_date": ""}
    assert said(admission_on=None).plain == {"admission_on": None}


def test_a_holder_is_whole_or_nobody() -> None:
    named = said(holder=OLIVE)
    assert named.sealed == dict(zip(HOLDER, ("Olive", "Moss", "1958-11-02"), strict=True))
    assert named.plain == {"holder_relationship": "spouse"}
    nobody = said(holder=None)
    assert nobody.sealed == dict.fromkeys(HOLDER, "")
    assert nobody.plain == {"holder_relationship": None}
    for missing in OLIVE:
        with pytest.raises(ValidationError):
            said(holder={name: value for name, value in OLIVE.items() if name != missing})


def test_every_sealed_column_can_be_set_and_cleared() -> None:
    everything = {name: "1958-11-02" for name in SEALED_DETAILS if name not in HOLDER}
    assert set(said(**everything, holder=OLIVE).sealed) == set(SEALED_DETAILS)


def test_levels_are_kept_once_each_with_the_most_intensive_first() -> None:
    levels = [level.value for level in LevelOfCare]
    assert said(levels_of_care=[*reversed(levels), *levels]).plain == {"levels_of_care": levels}


def test_every_day_that_cannot_be_is_named_at_once() -> None:
    with pytest.raises(InvalidInquiry) as refused:
        check(
            said(
                birth_date=TODAY.isoformat(),
                holder=OLIVE | {"birth_date": "1058-11-02"},
                admission_on="2036-11-24",
            ),
            TODAY,
        )
    found = {error.field: error.code for error in refused.value.errors}
    assert found == {
        "birth_date": "in_future",
        "holder/birth_date": "too_early",
        "admission_on": "implausible",
    }


def test_a_planned_admission_may_be_up_to_a_year_away() -> None:
    for days in (-366, 0, 366):
        check(said(admission_on=(TODAY + timedelta(days=days)).isoformat()), TODAY)


def test_relationships_are_what_the_client_is_to_the_holder() -> None:
    assert [each.value for each in Relationship] == ["spouse", "child", "other"]

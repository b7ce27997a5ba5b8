"""UB-04 discharge status codes and what they mean for aftercare."""

import pytest

from services.intake.dispositions import discharge_type, two_digits
from shared.contracts.intake import DischargeType as T


@pytest.mark.parametrize(
    ("codes", "meaning"),
    [
        ("07", T.AGAINST_ADVICE),
        ("02 03 04 05 43 50 51 61 62 63 64 65 66 70", T.TRANSFERRED),
        ("20 40 41 42", T.DECEASED),
        ("01 06", T.HOME),
        ("21 08 09 30 69 71 80 96 99", T.UNKNOWN),
        ("81 86", T.HOME),
        ("82 83 84 85 88 89 90 91 92 93 94 95", T.TRANSFERRED),
        ("87", T.UNKNOWN),
    ],
)
def test_each_code_has_its_meaning(codes: str, meaning: T) -> None:
    assert {discharge_type(code) for code in codes.split()} == {meaning}


@pytest.mark.parametrize(
    ("said", "code"), [("7", "07"), (" 07 ", "07"), ("Admitted as inpatient", None), ("", None)]
)
def test_a_code_is_two_digits_and_prose_is_none(said: str, code: str | None) -> None:
    assert two_digits(said) == code


@pytest.mark.parametrize("said", ["", "home", "007", "\u0667", "-7"])
def test_what_is_no_code_waits_for_a_person(said: str) -> None:
    assert discharge_type(said) is T.UNKNOWN

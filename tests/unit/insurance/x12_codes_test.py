"""The code tables against what two independent lists agree on (specification 2.2), kept here as data.

Public pages shift several of these by one, so a slip would look plausible; this is the second pair of eyes.
"""

import pytest

from services.insurance.x12 import codes
from services.insurance.x12.npi import is_npi

INFORMATION = {
    "1": "active",
    "2": "active",
    "3": "active",
    "4": "active",
    "5": "active, pending",
    "6": "inactive",
    "7": "inactive, pending",
    "8": "inactive, pending",
    "A": "coinsurance",
    "B": "copay",
    "C": "deductible",
    "CB": "coverage basis",
    "D": "benefit",
    "E": "exclusion",
    "F": "limitation",
    "G": "out-of-pocket",
    "H": "unlimited",
    "I": "not covered",
    "J": "cost containment",
    "K": "reserve",
    "L": "primary care",
    "M": "pre-existing",
    "MC": "managed care",
    "N": "restricted",
    "O": "necessity",
    "P": "disclaimer",
    "Q": "second",
    "R": "other",
    "S": "prior year",
    "T": "lost",
    "U": "contact",
    "V": "cannot process",
    "W": "other source",
    "X": "facility",
    "Y": "spend",
}
PERIOD = {
    "6": "hour",
    "7": "day",
    "13": "24 hours",
    "21": "years",
    "22": "service year",
    "23": "calendar year",
    "24": "year to date",
    "25": "contract",
    "26": "episode",
    "27": "visit",
    "28": "outlier",
    "29": "remaining",
    "30": "exceeded",
    "31": "not exceeded",
    "32": "lifetime",
    "33": "lifetime remaining",
    "34": "month",
    "35": "week",
    "36": "admission",
}
DATE = {
    "291": "plan",
    "307": "eligibility",
    "346": "plan begins",
    "347": "plan ends",
    "356": "eligibility begins",
    "357": "eligibility ends",
    "348": "benefit begins",
    "349": "benefit ends",
    "292": "benefit",
    "193": "begins",
    "194": "ends",
    "442": "death",
    "435": "admission",
}
QUANTITY = {
    "VS": "visits",
    "DY": "days",
    "HS": "hours",
    "P6": "services",
    "MN": "months",
    "YY": "years",
    "99": "used",
    "M2": "maximum",
    "QA": "approved",
    "S7": "from",
    "S8": "up to",
    "LA": "lifetime",
    "LE": "lifetime",
}
SERVICE_TYPE = {
    "30": "plan",
    "1": "medical",
    "47": "hospital",
    "48": "inpatient",
    "50": "outpatient",
    "60": "general",
    "67": "smoking",
    "86": "emergency",
    "88": "pharmacy",
    "98": "office",
    "UC": "urgent",
    "MH": "mental health",
    "A4": "psychiatric",
    "A5": "room and board",
    "A6": "psychotherapy",
    "A7": "psychiatric inpatient",
    "A8": "psychiatric outpatient",
    "A9": "rehabilitation",
    "AI": "substance",
    "AJ": "alcohol",
    "AK": "drug",
    "CF": "mental health",
    "CH": "mental health",
    "CG": "mental health",
    "CI": "substance use facility, inpatient",
    "CJ": "substance use facility, outpatient",
}
# Two lists in use leave these out, and they are what addiction treatment is answered with.
OFTEN_FORGOTTEN = {"A0", "A8", "CI", "CJ", "95"}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (codes.INFORMATION, INFORMATION),
        (codes.PERIOD, PERIOD),
        (codes.DATE, DATE),
        (codes.QUANTITY, QUANTITY),
        (codes.SERVICE_TYPE, SERVICE_TYPE),
    ],
    ids=["EB01", "EB06", "DTP01", "EB09", "EB03"],
)
def test_a_code_means_what_both_lists_say(table: dict[str, str], expected: dict[str, str]) -> None:
    assert {code for code, word in expected.items() if word not in table[code]} == set()


def test_the_closed_tables_have_no_code_too_many() -> None:
    assert set(codes.INFORMATION) == set(INFORMATION)
    assert set(codes.PERIOD) == set(PERIOD)
    assert set(codes.COVERAGE_LEVEL) == {"IND", "FAM", "EMP", "ESP", "ECH", "CHD", "DEP", "SPO", "SPC"}
    assert set(codes.NETWORK) == {"Y", "N", "U", "W"}
    assert set(codes.AUTHORIZATION) == {"Y", "N", "U"}
    assert set("CPRNSWXY") == codes.FOLLOWUP


def test_every_service_type_of_either_list_is_known() -> None:
    assert len(codes.SERVICE_TYPES) == 188
    assert OFTEN_FORGOTTEN | set(SERVICE_TYPE) <= codes.SERVICE_TYPES
    assert set(codes.SERVICE_TYPE) <= codes.SERVICE_TYPES
    assert codes.SUBSTANCE_USE | codes.MENTAL_HEALTH <= codes.SERVICE_TYPES
    assert not codes.NOT_MEDICAL & (codes.SUBSTANCE_USE | codes.MENTAL_HEALTH | {"30", "1", "60"})


def test_coverage_is_active_by_four_codes_and_inactive_by_one() -> None:
    assert {"1", "2", "3", "4"} == codes.ACTIVE
    assert {"5", "7", "8", "V"} == codes.PENDING
    assert codes.INACTIVE == "6"


def test_every_reason_the_table_of_refusals_acts_on_is_a_code_of_the_standard() -> None:
    for first, last in ((41, 58), (60, 80)):
        assert {str(n) for n in range(first, last + 1)} <= codes.REJECTION
    assert {"04", "15", "33", "35", "97", "98", "AA", "CI", "E8", "MA", "T4"} <= codes.REJECTION
    assert "59" not in codes.REJECTION


def test_the_check_digit_of_an_npi_is_the_one_of_the_standard() -> None:
    assert is_npi("1234567893")
    assert not any(is_npi(f"123456789{digit}") for digit in (0, 1, 2, 4, 5, 6, 7, 8, 9))
    assert not is_npi("123456789")
    assert not is_npi("١٢٣٤٥٦٧٨٩٣")

"""Code tables of 005010X279A1 that this service acts on or shows.

Source: insurance.md 2.2, where two independent lists agreed (pyx12's 4010 map and x12sdk's enumeration);
public web pages list several of these shifted by one, so they were not used. A code outside a table is kept
as it came and shown as "code XX": a payer's new code must never lose an answer.
"""

from typing import Final

ACTIVE: Final = frozenset({"1", "2", "3", "4"})
PENDING: Final = frozenset({"5", "7", "8", "V"})
INACTIVE: Final = "6"

# EB01
INFORMATION: Final = {
    "1": "active coverage",
    "2": "active, full risk capitation",
    "3": "active, services capitated",
    "4": "active, services capitated to primary care",
    "5": "active, pending investigation",
    "6": "inactive",
    "7": "inactive, pending eligibility update",
    "8": "inactive, pending investigation",
    "A": "coinsurance",
    "B": "copay",
    "C": "deductible",
    "CB": "coverage basis",
    "D": "benefit description",
    "E": "exclusions",
    "F": "limitations",
    "G": "out-of-pocket limit",
    "H": "unlimited",
    "I": "not covered",
    "J": "cost containment",
    "K": "reserve",
    "L": "primary care provider",
    "M": "pre-existing condition",
    "MC": "managed care coordinator",
    "N": "services restricted to the following provider",
    "O": "not deemed a medical necessity",
    "P": "benefit disclaimer",
    "Q": "second surgical opinion required",
    "R": "other or additional payer",
    "S": "prior year history",
    "T": "card reported lost or stolen",
    "U": "contact the following for details",
    "V": "cannot process",
    "W": "other source of data",
    "X": "health care facility",
    "Y": "spend down",
}

# EB06
PERIOD: Final = {
    "6": "an hour",
    "7": "a day",
    "13": "24 hours",
    "21": "years",
    "22": "a service year",
    "23": "a calendar year",
    "24": "year to date",
    "25": "a contract period",
    "26": "an episode",
    "27": "a visit",
    "28": "an outlier",
    "29": "remaining",
    "30": "exceeded",
    "31": "not exceeded",
    "32": "lifetime",
    "33": "lifetime remaining",
    "34": "a month",
    "35": "a week",
    "36": "an admission",
}
TOTAL_PERIODS: Final = frozenset({"", "21", "22", "23", "25"})

# EB02
COVERAGE_LEVEL: Final = {
    "IND": "one person",
    "FAM": "the family",
    "EMP": "the employee",
    "ESP": "the employee and spouse",
    "ECH": "the employee and children",
    "CHD": "the children",
    "DEP": "the dependants",
    "SPO": "the spouse",
    "SPC": "the spouse and children",
}

# EB12
NETWORK: Final = {
    "Y": "in network",
    "N": "out of network",
    "W": "in and out of network",
    "U": "network unknown",
}

# EB03, the ones a treatment centre meets
SERVICE_TYPE: Final = {
    "1": "medical care",
    "30": "the whole plan",
    "33": "chiropractic",
    "35": "dental care",
    "47": "hospital",
    "48": "hospital, inpatient",
    "50": "hospital, outpatient",
    "60": "general benefits",
    "67": "smoking cessation",
    "86": "emergency services",
    "88": "pharmacy",
    "98": "office visit",
    "A4": "psychiatric care",
    "A5": "psychiatric room and board",
    "A6": "psychotherapy",
    "A7": "psychiatric inpatient care",
    "A8": "psychiatric outpatient care",
    "A9": "rehabilitation",
    "AI": "substance use care",
    "AJ": "alcohol use care",
    "AK": "drug use care",
    "AL": "vision",
    "CF": "mental health provider, outpatient",
    "CG": "mental health facility, inpatient",
    "CH": "mental health facility, outpatient",
    "CI": "substance use facility, inpatient",
    "CJ": "substance use facility, outpatient",
    "MH": "mental health care",
    "UC": "urgent care",
}
SUBSTANCE_USE: Final = frozenset({"AI", "AJ", "AK", "CI", "CJ"})
MENTAL_HEALTH: Final = frozenset({"MH", "A4", "A5", "A6", "A7", "A8", "CF", "CG", "CH"})

# Dental (23-28, 35-41), vision (AL-AO) and pharmacy (88-92): a plan of only these is no medical plan (8.2,
# 4).
NOT_MEDICAL: Final = frozenset(
    {*map(str, range(23, 29)), *map(str, range(35, 42)), *map(str, range(88, 93)), "AL", "AM", "AN", "AO"}
)

# DTP01 by what it does to a span of coverage
BEGINS: Final = frozenset({"346", "348", "356", "193"})
ENDS: Final = frozenset({"347", "349", "357", "194"})
SPANS: Final = frozenset({"291", "292", "307", "472", "435"})

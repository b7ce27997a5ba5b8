"""Code tables of 005010X279A1 that this service acts on or shows.

Source: insurance.md 2.2, where two independent lists agreed (pyx12's 4010 map and x12sdk's enumeration);
public web pages list several of these shifted by one, so they were not used. A code outside a table is kept
as it came and shown as "code XX": a payer's new code must never lose an answer.
"""

from typing import Final

ACTIVE: Final = frozenset({"1", "2", "3", "4"})
PENDING: Final = frozenset({"5", "7", "8", "V"})
INACTIVE: Final = "6"
# What a benefit costs, how far it goes and who leads the care: says nothing of whether the plan is active.
TERMS: Final = frozenset({"A", "B", "C", "CB", "D", "F", "G", "H", "J", "L", "MC"})
SHARES: Final = frozenset({"A", "B", "C", "G"})

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

# EB11
AUTHORIZATION: Final = {"Y": "required", "N": "not required", "U": "unknown"}

# EB09
QUANTITY: Final = {
    "8H": "minimum",
    "99": "used",
    "CA": "covered, actual",
    "CE": "covered, estimated",
    "D3": "co-insurance days",
    "DB": "deductible blood units",
    "DY": "days",
    "HS": "hours",
    "LA": "lifetime reserve, actual",
    "LE": "lifetime reserve, estimated",
    "M2": "maximum",
    "MN": "months",
    "P6": "services or procedures",
    "QA": "approved",
    "S7": "from this age",
    "S8": "up to this age",
    "VS": "visits",
    "YY": "years",
}

# AAA03 in any loop, and AAA04. What is done about them: services/insurance/rules/rejections.py.
REJECTION: Final = frozenset(
    [
        *("04", "15", "33", "35", *map(str, range(41, 59)), *map(str, range(60, 81)), "97", "98"),
        *("AA", "AE", "AF", "AG", "AO", "CI", "E8", "IA", "MA", "T4"),
    ]
)
FOLLOWUP: Final = frozenset("CNPRSWXY")

# INS02
RELATIONSHIP: Final = {
    "01": "spouse",
    "18": "self",
    "19": "child",
    "20": "employee",
    "21": "unknown",
    "34": "other adult",
    "39": "organ donor",
    "40": "cadaver donor",
    "53": "life partner",
    "G8": "other relationship",
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
# Every EB03 and EQ01: the union of the two lists, because each of them lacks some that the other has.
SERVICE_TYPES: Final = frozenset(
    {*map(str, range(1, 100))} - {"29", "31"}
    | {f"A{c}" for c in "0123456789ABCDEFGHIJKLMNOQR"}
    | {f"B{c}" for c in "123ABCDEFGHIJKLMNPQRSTUVWXYZ"}
    | {f"C{c}" for c in "12ABCDEFGHIJKLMNOPQ"}
    | {
        *[
            "DG",
            "DM",
            "DS",
            "GF",
            "GN",
            "GY",
            "IC",
            "MH",
            "NI",
            "ON",
            "PT",
            "PU",
            "RN",
            "RT",
            "TC",
            "TN",
            "UC",
        ]
    }
)
SUBSTANCE_USE: Final = frozenset({"AI", "AJ", "AK", "CI", "CJ"})
MENTAL_HEALTH: Final = frozenset({"MH", "A4", "A5", "A6", "A7", "A8", "CF", "CG", "CH"})

# Dental (23-28, 35-41), vision (AL-AO) and pharmacy (88-92): a plan of only these is no medical plan (8.2,
# 4).
NOT_MEDICAL: Final = frozenset(
    {*map(str, range(23, 29)), *map(str, range(35, 42)), *map(str, range(88, 93)), "AL", "AM", "AN", "AO"}
)

# DTP01 in a 270 or 271
DATE: Final = {
    "096": "discharge",
    "102": "issue",
    "152": "effective date of change",
    "193": "period begins",
    "194": "period ends",
    "198": "completion",
    "290": "coordination of benefits",
    "291": "plan",
    "292": "benefit",
    "295": "primary care provider",
    "304": "latest visit or consultation",
    "307": "eligibility",
    "318": "added",
    "340": "COBRA begins",
    "341": "COBRA ends",
    "342": "premium paid until, begins",
    "343": "premium paid until, ends",
    "346": "plan begins",
    "347": "plan ends",
    "348": "benefit begins",
    "349": "benefit ends",
    "356": "eligibility begins",
    "357": "eligibility ends",
    "382": "enrolment",
    "435": "admission",
    "442": "death",
    "458": "certification",
    "472": "service",
    "539": "policy effective",
    "540": "policy expires",
    "636": "last update",
    "771": "status",
}
# DTP01 by what it does to a span of coverage
BEGINS: Final = frozenset({"346", "348", "356", "193", "539", "340", "342"})
ENDS: Final = frozenset({"347", "349", "357", "194", "540", "341", "343"})
SPANS: Final = frozenset({"291", "292", "307", "472", "435"})
VISITS: Final = frozenset({"472", "435"})
DEATH: Final = "442"

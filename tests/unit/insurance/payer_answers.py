"""Answers as a payer might write them, about invented people. Rows in, X12 out, with any delimiters."""

from datetime import date

from services.insurance.rules.same_person import Asked
from services.insurance.x12.segments import Delimiters

ASKED = Asked(
    first_name="Marisol",
    last_name="Okafor",
    birth_date=date(1988, 4, 12),
    member_id="NSH100200300",
    service_date=date(2026, 3, 15),
    trace="TC0001",
)
ACTIVE = [
    ["EB", "1", "", "30", "", "CHOICE PPO"],
    ["EB", "C", "IND", "30", "", "", "23", "2000", "", "", "", "", "Y"],
    ["EB", "C", "IND", "30", "", "", "29", "750", "", "", "", "", "Y"],
    ["MSG", "SIMULATED"],
]
SUBSCRIBER = [
    ["HL", "3", "2", "22", "0"],
    ["TRN", "2", "TC0001", "1990000001"],
    ["NM1", "IL", "1", "OKAFOR", "MARISOL", "", "", "", "MI", "NSH100200300"],
    ["DMG", "D8", "19880412", "F"],
]


def rows_of(*below: list[str], people: list[list[str]] | None = None) -> list[list[str]]:
    """A whole interchange as rows: source, receiver, `people` (one subscriber), then `below`."""
    body = [
        ["BHT", "0022", "11", "REF1", "20260315", "1200"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", "NORTHSTAR HEALTH PLAN", "", "", "", "", "PI", "NSTAR01"],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", "HARBOUR BRIDGE RECOVERY", "", "", "", "", "XX", "1234567893"],
        *(SUBSCRIBER if people is None else people),
        *below,
    ]
    blank = " " * 10
    return [
        [
            *("ISA", "00", blank, "00", blank, "ZZ", "PAYER".ljust(15), "ZZ", "HARBOURBRIDGE".ljust(15)),
            *("260315", "1200", "^", "00501", "000000007", "0", "T", ":"),
        ],
        ["GS", "HB", "PAYER", "HARBOURBRIDGE", "20260315", "1200", "7", "X", "005010X279A1"],
        ["ST", "271", "0001", "005010X279A1"],
        *body,
        ["SE", str(len(body) + 2), "0001"],
        ["GE", "1", "7"],
        ["IEA", "1", "000000007"],
    ]


def text_of(
    rows: list[list[str]], marks: Delimiters | None = None, *, after: str = "", before: str = ""
) -> str:
    """The rows as X12. Inside elements the standard marks are replaced by those of `marks`."""
    marks = marks or Delimiters()
    lines = []
    for row in rows:
        elements = list(row)
        if row[0] == "ISA":
            elements[11], elements[16] = marks.repetition or "U", marks.component
        else:
            elements = [e.replace("^", marks.repetition or "^") for e in elements]
        lines.append(before + marks.element.join(elements) + marks.terminator + after)
    return "".join(lines)


def answer(*below: list[str], people: list[list[str]] | None = None) -> str:
    return text_of(rows_of(*below, people=people))

"""Benefit segments as small named builders: what `plans.py` composes answers from.

Codes of 005010X279A1: EB01 information, EB02 level, EB03 service types, EB06 period, EB09/10 quantity, EB11
authorisation, EB12 network (insurance.md 2.2). A tuple in a row is a repeated element.
"""

from collections.abc import Sequence

Element = str | tuple[str, ...]
Row = list[Element]

YEAR, SPENT, LEFT, VISIT, DAY, STAY = "23", "24", "29", "27", "7", "36"
IN, OUT, EITHER = "Y", "N", "W"


def benefit(
    information: str,
    *types: str,
    level: str = "",
    insurance: str = "",
    plan: str = "",
    period: str = "",
    amount: str = "",
    percent: str = "",
    quantity: tuple[str, str] = ("", ""),
    authorisation: str = "",
    network: str = "",
) -> Row:
    """One EB without trailing empty elements. `quantity` is EB09 and EB10."""
    row: Row = [
        *("EB", information, level, types if len(types) > 1 else "".join(types), insurance, plan, period),
        *(amount, percent, *quantity, authorisation, network),
    ]
    while row[-1] == "":
        row.pop()
    return row


def message(text: str) -> Row:
    return ["MSG", text]


def place(code: str) -> Row:
    """III: place of service, 55 residential, 57 outpatient treatment for addiction, 52 partial hospital."""
    return ["III", "ZZ", code]


def day(qualifier: str, written: str) -> Row:
    """DTP with one day (CCYYMMDD)."""
    return ["DTP", qualifier, "D8", written]


def period(qualifier: str, start: str, end: str) -> Row:
    return ["DTP", qualifier, "RD8", f"{start}-{end}"]


def active(plan: str, *types: str) -> Row:
    return benefit("1", *(types or ("30",)), plan=plan)


def deductible(
    level: str, network: str, total: str, left: str = "", *, spent: str = "", types: Sequence[str] = ("30",)
) -> list[Row]:
    return _accumulator("C", level, network, total, spent, left, types)


def ceiling(
    level: str, network: str, total: str, left: str = "", *, spent: str = "", types: Sequence[str] = ("30",)
) -> list[Row]:
    """Out-of-pocket maximum (EB01 G)."""
    return _accumulator("G", level, network, total, spent, left, types)


def coinsurance(percent: str, network: str, *types: str) -> Row:
    """The client's share, as a fraction: ".2" is 20 percent."""
    return benefit("A", *types, percent=percent, network=network)


def copay(amount: str, per: str, network: str, *types: str) -> Row:
    return benefit("B", *types, period=per, amount=amount, network=network)


def needs_authorisation(network: str, *types: str) -> Row:
    """EB*CB with EB11: how some payers say it, apart from any amount."""
    return benefit("CB", *types, authorisation="Y", network=network)


def excluded(*types: str) -> Row:
    """Non-covered (EB01 I)."""
    return benefit("I", *types)


def limited_days(total: str, left: str, *types: str) -> list[Row]:
    """Days a calendar year: EB09/10 for the allowance and what is left, HSD with the same in words."""
    return [
        benefit("F", *types, period=YEAR, quantity=("DY", total), network=IN),
        ["HSD", "DY", total, "", "", YEAR, "1"],
        benefit("F", *types, period=LEFT, quantity=("DY", left), network=IN),
        ["HSD", "DY", left, "", "", LEFT],
    ]


def administrator(name: str, payer_id: str, phone: str, *types: str) -> list[Row]:
    """EB*U (contact the following entity) with its 2120 loop: a carve-out."""
    return [
        benefit("U", *types),
        message("BEHAVIORAL HEALTH BENEFITS ARE ADMINISTERED BY ANOTHER ENTITY"),
        *_entity("VN", name, payer_id, phone),
    ]


def other_payer(name: str, payer_id: str) -> list[Row]:
    """EB*R (other payer) with its 2120 loop. PRP: the other one pays first."""
    return [benefit("R", "30"), *_entity("PRP", name, payer_id, "")]


def _accumulator(
    code: str, level: str, network: str, total: str, spent: str, left: str, types: Sequence[str]
) -> list[Row]:
    figures = ((YEAR, total), (SPENT, spent), (LEFT, left))
    return [
        benefit(code, *types, level=level, period=when, amount=amount, network=network)
        for when, amount in figures
        if amount
    ]


def _entity(kind: str, name: str, payer_id: str, phone: str) -> list[Row]:
    contact: list[Row] = [["PER", "IC", "", "TE", phone]] if phone else []
    return [
        ["LS", "2120"],
        ["NM1", kind, "2", name, "", "", "", "", "PI", payer_id],
        *contact,
        ["LE", "2120"],
    ]

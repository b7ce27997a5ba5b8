"""The people the built-in clearinghouse knows. All invented; see this service's README for the table in
words.

Two kinds: members with a name and birth date of their own, which must be given right as with a real payer,
and members whose id alone decides what happens, whatever name is asked with (`first_name` is empty).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Demo and test people in any number: active, whatever name and birth date is asked with.
ANYBODY = re.compile(r"TCSIM\d+")


class Behaviour(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"
    ID_INVALID = "id_invalid"
    CANNOT_RESPOND = "cannot_respond"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class SeededMember:
    """`dependant` is another person on the same card: first name, last name, birth date."""

    member_id: str
    behaviour: Behaviour
    plan: str = "CHOICE PPO"
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    dependant: tuple[str, str, date] | None = None
    high_deductible: bool = False
    about: str = ""


MEMBERS: tuple[SeededMember, ...] = (
    SeededMember(
        "NSH100200300",
        Behaviour.ACTIVE,
        "NORTHSTAR CHOICE PPO",
        "MARISOL",
        "OKAFOR",
        date(1988, 4, 12),
        about="active, PPO; 1,250 of 2,000 deductible met, 750 left",
    ),
    SeededMember(
        "BCI200300400",
        Behaviour.ACTIVE,
        "BLUE CEDAR HDHP 3500",
        "TOBIAS",
        "LINDQVIST",
        date(1979, 11, 3),
        high_deductible=True,
        about="active, high-deductible plan; family deductible shared, nothing met yet",
    ),
    SeededMember(
        "SVH300400500",
        Behaviour.INACTIVE,
        "SUMMIT VIEW HMO",
        "PRIYA",
        "DELACROIX",
        date(1994, 7, 29),
        about="coverage ended last year",
    ),
    SeededMember(
        "UFM400500600",
        Behaviour.ACTIVE,
        "UNITY FAMILY PPO",
        "RUTH",
        "ABERNATHY",
        date(1971, 2, 17),
        dependant=("JONAH", "ABERNATHY", date(2002, 9, 5)),
        about="active; her son Jonah is a dependant on the same card",
    ),
    SeededMember("TCPEND05", Behaviour.PENDING, about="active pending investigation (EB01 5)"),
    SeededMember("TCAAA72", Behaviour.ID_INVALID, about="refused: member id invalid (AAA 72, 2100C)"),
    SeededMember("TCAAA42", Behaviour.CANNOT_RESPOND, about="refused: cannot respond now (AAA 42, 2100A)"),
    SeededMember("TCSLOW61", Behaviour.SLOW, about="answers later than any deadline"),
)


def find(member_id: str) -> SeededMember | None:
    """The member with this id; a generated one for `TCSIM` + digits; None for an id nobody has."""
    wanted = re.sub(r"[^A-Z0-9]", "", member_id.upper())
    if ANYBODY.fullmatch(wanted):
        return SeededMember(wanted, Behaviour.ACTIVE, "SIMULATED CHOICE PPO", about="active for anybody")
    return next((member for member in MEMBERS if member.member_id == wanted), None)

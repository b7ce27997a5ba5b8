"""The invented people of the demo and the tour. Member ids are those the built-in clearinghouse knows."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any


class Until(IntEnum):
    """How far the demo takes somebody; each step includes those before it."""

    ASKED = 0
    CALLED = 1
    REACHED = 2
    ADMITTED = 3
    DISCHARGED = 4


@dataclass(frozen=True)
class Person:
    """`payer` is the plan as printed on the card; without one nobody is asked about insurance."""

    first_name: str
    last_name: str
    phone: str
    until: Until
    payer: str = ""
    member_id: str = ""
    born: date | None = None
    email: str | None = None
    consents: tuple[str, ...] = ("contact", "insurer", "aftercare")
    danger: bool = False
    discharge_type: str = "completed"

    def inquiry(self) -> dict[str, Any]:
        """The body of POST /api/v1/inquiries."""
        return {
            "for_whom": "self",
            "first_name": self.first_name,
            "last_name": self.last_name,
            "phone": self.phone,
            "email": self.email,
            "payer": self.payer,
            "member_id": self.member_id,
            "birth_date": self.born.isoformat() if self.born else None,
            "consents": list(self.consents),
            "safe_contact": {
                "voicemail": self.until >= Until.REACHED,
                "texts": False,
                "say_who_calls": False,
            },
            "danger": self.danger,
        }


MARISOL = Person(
    "Marisol",
    "Okafor",
    "(555) 555-0112",
    Until.DISCHARGED,
    "Northstar Health Plan",
    "NSH100200300",
    date(1988, 4, 12),
    "marisol@example.org",
)

PEOPLE = (
    MARISOL,
    Person(
        "Tobias",
        "Lindqvist",
        "(555) 555-0113",
        Until.ADMITTED,
        "Blue Cedar",
        "BCI200300400",
        date(1979, 11, 3),
    ),
    Person(
        "Priya",
        "Delacroix",
        "(555) 555-0114",
        Until.REACHED,
        "Summit View HMO",
        "SVH300400500",
        date(1994, 7, 29),
    ),
    Person(
        "Ruth", "Abernathy", "(555) 555-0115", Until.REACHED, "Unity First", "UFM400500600", date(1971, 2, 17)
    ),
    Person("Anselm", "Verhoeven", "(555) 555-0116", Until.CALLED, "Northstar", "TCPEND05", date(1966, 9, 8)),
    Person("Keiko", "Brannigan", "(555) 555-0117", Until.CALLED, "Blue Cedar", "TCAAA72", date(1999, 1, 21)),
    Person("Lorcan", "Oyelaran", "(555) 555-0118", Until.ASKED, "Northstar", "TCAAA42", date(1985, 12, 2)),
    Person(
        "Wilhelmina",
        "Castellanos",
        "(555) 555-0119",
        Until.ASKED,
        "Unity First",
        "TCSLOW61",
        date(1990, 6, 15),
    ),
    Person(
        "Dmitri",
        "Fairweather",
        "(555) 555-0120",
        Until.DISCHARGED,
        "Northstar",
        "TCSIM1001",
        date(1974, 3, 30),
    ),
    Person(
        "Oluchi",
        "Petrosyan",
        "(555) 555-0121",
        Until.DISCHARGED,
        "Northstar",
        "TCSIM1002",
        date(1982, 8, 19),
        consents=("contact", "insurer"),  # may be suggested meetings, never enrolled
        discharge_type="against_advice",
    ),
    Person("Bettina", "Nakagawa", "(555) 555-0122", Until.ASKED, consents=("contact",), danger=True),
    Person("Emrys", "Valdivia", "(555) 555-0123", Until.ASKED, consents=("contact",)),
)

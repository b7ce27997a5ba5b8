"""The levels of care a plan's benefits are asked for and billed by. Codes only; both intake and insurance
speak them."""

from enum import StrEnum


class LevelOfCare(StrEnum):
    """From the most to the least intensive, as payers tell them apart (insurance.md 1.2). In ASAM's terms:
    4-WM and 3.7-WM; 3.5 and 3.1; 2.5; 2.1; 1."""

    WITHDRAWAL = "withdrawal"
    RESIDENTIAL = "residential"
    PARTIAL = "partial"
    INTENSIVE = "intensive"
    OUTPATIENT = "outpatient"


class Network(StrEnum):
    """Whether the centre has a contract with the plan."""

    IN = "in"
    OUT = "out"

"""Which benefit rows speak of which level of care, and how nearly (insurance.md 1.2, 2.5). Pure.

There is no standard map from levels of care to service types, so the payer's own narrowing is heard first:
the place of service (III), the procedure (EB13) and what a message names. A row about another place,
procedure or level is not counted, however well its service type fits.
"""

import re
from dataclasses import dataclass
from typing import Final

from services.insurance.rules.shares import PLAN_TYPES, basis_of
from services.insurance.rules.statements import Basis, Purpose, Statement
from services.insurance.x12.answers import Benefit
from services.insurance.x12.codes import MENTAL_HEALTH, SUBSTANCE_USE
from shared.contracts.care import LevelOfCare as Level

STAYS: Final = frozenset({Level.WITHDRAWAL, Level.RESIDENTIAL})
VISITS: Final = frozenset({Level.PARTIAL, Level.INTENSIVE, Level.OUTPATIENT})

# Service types by nearness. The facility of the right setting says more than addiction treatment at large
# (AI, alcohol AJ, drugs AK), although AI is what one asks for first. The other setting's says nothing.
_STAY_TYPES: Final = (("CI",), ("AI",), ("AJ", "AK"), ("A7", "CG"), ("MH", "A4"))
_VISIT_TYPES: Final = (("CJ",), ("AI",), ("AJ", "AK"), ("A8", "CH"), ("MH", "A4"))
TYPES: Final[dict[Level, tuple[tuple[str, ...], ...]]] = {
    Level.WITHDRAWAL: (*_STAY_TYPES, ("48",)),
    Level.RESIDENTIAL: _STAY_TYPES,
    Level.PARTIAL: _VISIT_TYPES,
    Level.INTENSIVE: _VISIT_TYPES,
    Level.OUTPATIENT: (("CJ",), ("AI",), ("AJ", "AK"), ("MH", "CF"), ("A6", "A8", "CH", "A4"), ("98",)),
}
PLAN_WIDE: Final = 9

# Place of service codes (III02) each level is given at.
PLACES: Final[dict[Level, frozenset[str]]] = {
    Level.WITHDRAWAL: frozenset({"21", "51", "55"}),
    Level.RESIDENTIAL: frozenset({"55"}),
    Level.PARTIAL: frozenset({"52", "57", "22", "19"}),
    Level.INTENSIVE: frozenset({"57", "22", "19", "11", "53"}),
    Level.OUTPATIENT: frozenset({"11", "57", "22", "19", "53", "02", "10"}),
}
ADDICTION_PLACES: Final = frozenset({"55", "57"})
PLACE_NAMES: Final = {
    "02": "telehealth, away from home",
    "10": "telehealth, at home",
    "11": "office",
    "19": "outpatient hospital, off campus",
    "21": "inpatient hospital",
    "22": "outpatient hospital",
    "51": "inpatient psychiatric facility",
    "52": "psychiatric facility, partial hospitalization",
    "53": "community mental health center",
    "55": "residential substance use facility",
    "57": "non-residential substance use facility",
}

# Billing codes that belong to one level alone (insurance.md 1.2).
PROCEDURES: Final[dict[str, frozenset[Level]]] = {
    **dict.fromkeys(("H0008", "H0009", "H0010", "H0011", "0116", "0126"), frozenset({Level.WITHDRAWAL})),
    **dict.fromkeys(("H0017", "H0018", "H0019", "H2036", "1002"), frozenset({Level.RESIDENTIAL})),
    **dict.fromkeys(("H0035", "S0201", "0912", "0913"), frozenset({Level.PARTIAL})),
    **dict.fromkeys(("H0015", "S9480", "0906"), frozenset({Level.INTENSIVE})),
    **dict.fromkeys(("90834", "90837", "90853", "H0004", "H0005"), frozenset({Level.OUTPATIENT})),
}
ADDICTION_PROCEDURES: Final = frozenset({"H0004", "H0005", *(f"H{n:04}" for n in range(8, 20)), "H2036"})

# What a message names. The first pattern that fits a stretch of text takes it, so that "intensive outpatient"
# is not "outpatient" as well.
_NAMED: Final = (
    (re.compile(r"\bINTENSIVE OUT-?\s?PATIENT\b|\bIOP\b"), frozenset({Level.INTENSIVE})),
    (
        re.compile(r"\bPARTIAL (HOSP\w*|DAY)( PROGRAM)?\b|\bPHP\b|\bDAY (TREATMENT|PROGRAM)\b"),
        frozenset({Level.PARTIAL}),
    ),
    (re.compile(r"\bRESIDENTIAL\b|\bRTC\b"), frozenset({Level.RESIDENTIAL})),
    (re.compile(r"\bDETOX\w*\b|\bWITHDRAWAL\b"), frozenset({Level.WITHDRAWAL})),
    (re.compile(r"\bEMERGENCY\b|\bURGENT CARE\b|\bAMBULANCE\b|\bLAB(ORATORY)?\b"), frozenset[Level]()),
    (re.compile(r"\bOUT-?\s?PATIENT\b"), VISITS),
    (re.compile(r"\bIN-?\s?PATIENT\b"), STAYS),
    (re.compile(r"\bOFFICE\b|\bTELE(HEALTH|MEDICINE)\b|\bVIRTUAL\b"), frozenset({Level.OUTPATIENT})),
)
# Messages that name a level which exists for mental health and addiction only.
_BEHAVIOURAL: Final = re.compile(r"\bINTENSIVE OUT|\bIOP\b|\bPARTIAL|\bPHP\b|\bRESIDENTIAL\b|\bRTC\b|\bDETOX")
# Only what denies coverage: "no authorization needed" and "deductible does not apply" deny nothing.
_DENIED: Final = re.compile(
    r"\bNOT (A )?(COVERED|INCLUDED|ELIGIBLE|PAYABLE|BENEFIT)|\bNOT (COVER|INCLUDE)\b|\bEXCLUD|\bEXCLUSION"
    r"|\bNO (COVERAGE|BENEFIT)|\bEXCEPT|\bUNLESS\b|\bOTHER THAN\b"
)
_BUT: Final = re.compile(r"\bEXCEPT|\bUNLESS\b|\bOTHER THAN\b")

BASIS_ORDER: Final = (Basis.STATED, Basis.INHERITED_MENTAL_HEALTH, Basis.INHERITED_PLAN)
REFUSED: Final = frozenset({"I", "E"})


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """How nearly a row speaks of a level; the least is the nearest. `wide`: nothing narrows it to some."""

    basis_order: int
    wide: bool
    tier: int

    @property
    def basis(self) -> Basis:
        return BASIS_ORDER[self.basis_order]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The levels a row is limited to (None: not limited), and those it says it does not hold for."""

    levels: frozenset[Level] | None
    denied: frozenset[Level]
    addiction: bool
    behavioural: bool


def fit(statement: Statement, level: Level) -> Fit | None:
    """How `statement` fits `level`; None when it is about something else."""
    narrow = narrowing(statement.benefit)
    if level in narrow.denied or (narrow.levels is not None and level not in narrow.levels):
        return None
    placed = _tier(statement, level, addiction=narrow.addiction)
    if placed is None:
        return None
    basis, tier = placed
    if narrow.behavioural and basis is Basis.INHERITED_PLAN:
        basis = Basis.INHERITED_MENTAL_HEALTH
    return Fit(BASIS_ORDER.index(basis), narrow.levels is None, tier)


def denies(statement: Statement, level: Level) -> bool:
    """Whether a row that grants something says in words that it does not hold for `level`."""
    granted = statement.benefit.information not in REFUSED
    return granted and level in narrowing(statement.benefit).denied and basis_of(statement) is not None


def narrowing(benefit: Benefit) -> Narrowing:
    """What place, procedure and messages say about the levels a row is for."""
    limits: list[frozenset[Level]] = []
    if benefit.places:
        limits.append(frozenset(level for level in Level if not PLACES[level].isdisjoint(benefit.places)))
    for code in benefit.procedure:
        if code in PROCEDURES:
            limits.append(PROCEDURES[code])
    granted, denied, words = _by_messages(benefit)
    if granted is not None:
        limits.append(granted)
    levels = frozenset.intersection(*limits) if limits else None
    addiction = bool(
        (set(benefit.places) & ADDICTION_PLACES) or (set(benefit.procedure) & ADDICTION_PROCEDURES)
    )
    return Narrowing(levels, denied, addiction, bool(_BEHAVIOURAL.search(words)))


def _by_messages(benefit: Benefit) -> tuple[frozenset[Level] | None, frozenset[Level], str]:
    """The levels messages grant (None: none named), the levels they take away, and the words themselves.

    A refused row that names a level refuses that level; only "except" turns it round.
    """
    turned = _BUT if benefit.information in REFUSED else _DENIED
    granted: frozenset[Level] | None = None
    denied: frozenset[Level] = frozenset()
    texts = [re.sub(r"\s+", " ", message.upper()) for message in benefit.messages]
    for text in texts:
        named = _levels_named(text)
        if named is None:
            continue
        if turned.search(text):
            denied |= named
        else:
            granted = named if granted is None else granted | named
    return granted, denied, " ".join(texts)


def _levels_named(text: str) -> frozenset[Level] | None:
    found: frozenset[Level] | None = None
    for pattern, levels in _NAMED:
        text, times = pattern.subn(" ", text)
        if times:
            found = levels if found is None else found | levels
    return found


def _tier(statement: Statement, level: Level, *, addiction: bool) -> tuple[Basis, int] | None:
    types = set(statement.benefit.service_types)
    for tier, codes in enumerate(TYPES[level]):
        if types.isdisjoint(codes):
            continue
        if addiction or set(codes) <= SUBSTANCE_USE:
            return Basis.STATED, tier
        medical = not set(codes) <= MENTAL_HEALTH
        return (Basis.INHERITED_PLAN if medical else Basis.INHERITED_MENTAL_HEALTH), tier
    if addiction:
        return Basis.STATED, PLAN_WIDE
    if types and types.isdisjoint(PLAN_TYPES):
        return None  # the other setting's facility, or no care of ours at all
    if statement.purpose is Purpose.CARVE_OUT:
        return Basis.INHERITED_MENTAL_HEALTH, PLAN_WIDE  # its whole plan is behavioural care
    return Basis.INHERITED_PLAN, PLAN_WIDE

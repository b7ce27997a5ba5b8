"""Pure: the UB-04 patient discharge status (HL7 PV1-36) as a discharge type (spec 4)."""

from shared.contracts.intake import DischargeType


def _codes(text: str) -> frozenset[str]:
    """`02-05 43` as single two-digit codes."""
    codes: set[str] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        codes |= {f"{code:02}" for code in range(int(first), int(last or first) + 1)}
    return frozenset(codes)


_AGAINST_ADVICE = _codes("07")
_TRANSFERRED = _codes("02-05 43 50-51 61-66 70")
_DECEASED = _codes("20 40-42")
# "Home" is where somebody went, not how the stay ended: staff still say completed or not.
_HOME = _codes("01 06")

# 81-95 say the same again with a planned return. They do not run parallel to 01-15 (NUBC FL 17):
# 81 repeats 01, 82 02, ... 86 06, 87 21, 88 43, 89 61, ... 94 66, 95 70.
_WITH_RETURN = dict(
    zip(
        sorted(_codes("81-95")),
        ["01", "02", "03", "04", "05", "06", "21", "43", "61", "62", "63", "64", "65", "66", "70"],
        strict=True,
    )
)


def two_digits(code: str) -> str | None:
    """`7` and ` 07 ` are `07`. None for anything that is no code: real feeds put prose there."""
    code = code.strip()
    return code.zfill(2) if code.isascii() and code.isdigit() and len(code) <= 2 else None


def discharge_type(code: str) -> DischargeType:
    """UNKNOWN, so that staff name the type, for custody (21), for prose and for anything not listed."""
    said = two_digits(code)
    if said is None:
        return DischargeType.UNKNOWN
    said = _WITH_RETURN.get(said, said)
    if said in _AGAINST_ADVICE:
        return DischargeType.AGAINST_ADVICE
    if said in _TRANSFERRED:
        return DischargeType.TRANSFERRED
    if said in _DECEASED:
        return DischargeType.DECEASED
    return DischargeType.HOME if said in _HOME else DischargeType.UNKNOWN

"""The reference a caller reads out: `TC-7K4M-92QX`, seven random characters and one that checks them.

Crockford's base32 leaves out I, L, O and U, so nothing sounds or looks alike. The check character is
a weighted sum in GF(32): unlike a plain sum it notices any one wrong character and any two swapped.
35 random bits: knowing some references does not help to guess another.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISHEARD = str.maketrans({"I": "1", "L": "1", "O": "0"})
_RANDOM_CHARACTERS = 7


def _doubled(value: int) -> int:
    """Multiply by x in GF(2)[x] / (x^5 + x^2 + 1)."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def check_character(payload: str) -> str:
    """Horner's rule: the first character weighs most, the last one x^1, the check itself x^0."""
    total = 0
    for character in payload:
        total = _doubled(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def new_reference() -> str:
    payload = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return written(payload + check_character(payload))


def written(characters: str) -> str:
    """Eight characters as people see them: `TC-XXXX-XXXX`."""
    return f"TC-{characters[:4]}-{characters[4:]}"


def heard(spoken: str) -> str | None:
    """The reference somebody typed or said, in its written form; None when the check fails.

    Case, spaces and dashes do not matter, and I, L and O are read as the digits they resemble.
    """
    characters = "".join(spoken.upper().split()).replace("-", "").translate(_MISHEARD)
    if len(characters) > _RANDOM_CHARACTERS + 1:  # eight without it may begin with T and C by chance
        characters = characters.removeprefix("TC")
    if len(characters) != _RANDOM_CHARACTERS + 1 or any(c not in ALPHABET for c in characters):
        return None
    payload, check = characters[:-1], characters[-1]
    return written(characters) if check_character(payload) == check else None

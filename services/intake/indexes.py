"""Keyed hashes by which a person is found again without storing anything readable."""

import unicodedata
from datetime import date

from shared.sealing import KeyRing


def plain_name(name: str) -> str:
    """Case, accents, spaces and punctuation aside: `O'Neil-Peña` and `ONEIL PENA` are one name."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isalnum())


def name_birth_index(ring: KeyRing, first: str, last: str, born: date) -> bytes | None:
    """None when a part is empty: half a name must not meet half of another."""
    first, last = plain_name(first), plain_name(last)
    if not first or not last:
        return None
    return ring.blind_index("name_birth", f"{last}|{first}|{born.isoformat()}")


def ehr_patient_index(ring: KeyRing, patient_id: str) -> bytes:
    """PID-3.1 without leading or trailing space, letters folded; zeros are kept, they are significant."""
    return ring.blind_index("ehr_patient", patient_id.strip().casefold())


def phone_index(ring: KeyRing, e164: str) -> bytes:
    """The number without its extension: a family shares the line, not the desk."""
    return ring.blind_index("phone", e164.partition(";")[0])

"""The National Provider Identifier's check digit (45 CFR 162.406): Luhn over 80840 and the number."""

import re

PREFIX = "80840"  # "80" health, "840" United States, as on an ISO/IEC 7812 card


def is_npi(text: str) -> bool:
    """Whether `text` is ten digits of which the last checks the others."""
    if not re.fullmatch(r"[0-9]{10}", text):
        return False
    total = 0
    for place, digit in enumerate(map(int, reversed(PREFIX + text))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0

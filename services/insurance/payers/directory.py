"""The payers this centre can ask, as data: one canonical payer, its aliases, and its id at each
clearinghouse.

All of them are invented. People write what their card says ("Northstar PPO Gold"), so names are matched
without case, spaces and punctuation. Ids differ per clearinghouse, hence per adapter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Payer:
    """`phone` is the provider line; `ids` maps an adapter's name to the id it knows this payer by (NM109)."""

    code: str
    name: str
    aliases: tuple[str, ...]
    phone: str
    ids: Mapping[str, str] = field(default_factory=dict)


def _ids(**by_adapter: str) -> Mapping[str, str]:
    return MappingProxyType(by_adapter)


PAYERS: tuple[Payer, ...] = (
    Payer(
        "northstar",
        "Northstar Health Plan",
        ("Northstar", "Northstar PPO", "Northstar PPO Gold", "North Star"),
        "(555) 010-0121",
        _ids(edi_http="NSTAR01"),
    ),
    Payer(
        "blue-cedar",
        "Blue Cedar Insurance",
        ("Blue Cedar", "Blue Cedar PPO", "Blue Cedar HDHP", "BCI"),
        "(555) 010-0122",
        _ids(edi_http="BCEDAR1"),
    ),
    Payer(
        "summit-view",
        "Summit View HMO",
        ("Summit View", "Summitview Health", "SVH"),
        "(555) 010-0123",
        _ids(edi_http="SUMVW01"),
    ),
    Payer(
        "unity-first",
        "Unity First Mutual",
        ("Unity First", "Unity Mutual", "UFM"),
        "(555) 010-0124",
        _ids(edi_http="UNITY01"),
    ),
    Payer(
        "golden-valley",
        "Golden Valley State Plan",
        ("Golden Valley", "Golden Valley Medicaid"),
        "(555) 010-0125",
        _ids(edi_http="GVSP001"),
    ),
)


# What cards print beside the payer's own name.
GENERIC = frozenset(
    {
        *("ppo", "hmo", "epo", "pos", "hdhp", "medicaid", "gold", "silver", "bronze", "platinum", "choice"),
        *(
            "plan",
            "plans",
            "plus",
            "health",
            "insurance",
            "mutual",
            "company",
            "co",
            "inc",
            "of",
            "the",
            "state",
        ),
    }
)


def find(written: str) -> Payer | None:
    """The payer meant by a code or by what stands on a card; None rather than a guess."""
    return _by_spelling().get(_plain(written)) or _by_spelling().get(_without_generic_words(written))


def by_code(code: str) -> Payer | None:
    return next((payer for payer in PAYERS if payer.code == code), None)


@cache
def _by_spelling() -> Mapping[str, Payer]:
    written = [(text, payer) for payer in PAYERS for text in (payer.code, payer.name, *payer.aliases)]
    bare = {_without_generic_words(text): payer for text, payer in written}
    return {known: payer for known, payer in bare.items() if known} | {_plain(t): p for t, p in written}


def _without_generic_words(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return "".join(word for word in words if word not in GENERIC)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())

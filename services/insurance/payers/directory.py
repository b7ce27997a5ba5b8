"""Which payer is meant: by what stands on a card, by an id, by what staff type. Pure.

People write what their card says ("Northstar PPO Gold"), so names are matched without case, spaces,
punctuation and the words every plan has. Where two payers fit, neither is taken: a wrong payer would be
asked about a person it does not know.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from services.insurance.payers.payer import Payer as Payer
from services.insurance.payers.payer import PayerId as PayerId

# What cards print beside the payer's own name.
GENERIC = frozenset(
    {
        *("ppo", "hmo", "epo", "pos", "hdhp", "medicaid", "gold", "silver", "bronze", "platinum", "choice"),
        *("plan", "plans", "plus", "health", "insurance", "mutual", "company", "co", "inc"),
        *("of", "the", "state"),
    }
)
# Below this two words are different words, not one of them mistyped ("Nortstar", "Blue Ceder").
LIKENESS = 0.75
LONGEST_SEARCH = 80  # characters; nobody's plan has a longer name


class Directory:
    """All payers a centre can ask, with their spellings indexed once."""

    def __init__(self, payers: Iterable[Payer]) -> None:
        self._payers = tuple(sorted(payers, key=lambda payer: payer.name.casefold()))
        self._by_code = {payer.code: payer for payer in self._payers}
        self._exact = _index((_plain(text), payer) for payer in self._payers for text in payer.spellings)
        self._bare = _index((_bare(text), payer) for payer in self._payers for text in payer.spellings)
        self._by_id = _index(
            (_plain(one.id), payer) for payer in self._payers for ids in payer.ids.values() for one in ids
        )

    def __iter__(self) -> Iterator[Payer]:
        return iter(self._payers)

    def find(self, written: str) -> Payer | None:
        """The payer meant by a code or by what stands on a card; None rather than a guess."""
        return self._exact.get(_plain(written)) or self._bare.get(_bare(written))

    def by_code(self, code: str) -> Payer | None:
        return self._by_code.get(code)

    def by_payer_id(self, text: str) -> Payer | None:
        """The payer an answer names, by its id at any clearinghouse or by its name."""
        return self._by_id.get(_plain(text)) or self.find(text)

    def search(self, text: str, limit: int = 10) -> tuple[Payer, ...]:
        """Payers for a type-ahead, the likeliest first; for no text all of them, by name.

        Staff type plan names as payers: whatever shares a telling word is suggested, mistyped ones too.
        """
        wanted = text[:LONGEST_SEARCH].strip()
        if not wanted:
            return self._payers[:limit]
        ranked = [(_rank(payer, wanted), payer.name.casefold(), payer) for payer in self._payers]
        return tuple(payer for rank, _, payer in sorted(ranked, key=lambda one: one[:2]) if rank < 1)[:limit]

    def others_written(self, payer: Payer) -> tuple[Payer, ...]:
        """Payers that a spelling of `payer` already means: with both, it would mean neither."""
        mine = {_plain(text) for text in payer.spellings}
        return tuple(
            other
            for other in self._payers
            if other.code != payer.code and mine & {_plain(text) for text in other.spellings}
        )


def _rank(payer: Payer, wanted: str) -> float:
    """0 is the payer itself, 1 no match; between: how a spelling begins, a word of it, likeness."""
    plain = _plain(wanted)
    spellings = [_plain(text) for text in payer.spellings]
    if plain and plain in spellings:
        return 0.0
    if plain and any(text.startswith(plain) for text in spellings):
        return 0.1
    known = {word for text in payer.spellings for word in _words(text)}
    telling = _words(wanted) - GENERIC or _words(wanted)
    if not telling:
        return 1.0
    if all(any(word.startswith(part) for word in known) for part in telling):
        return 0.2
    if len(plain) > 2 and any(plain in text for text in spellings):
        return 0.3
    # How far the best-fitting words are from being the same, over all the telling ones.
    likenesses = [max((_likeness(part, word) for word in known - GENERIC), default=0.0) for part in telling]
    best = max(likenesses)
    if best < LIKENESS:
        return 1.0
    return 0.4 + 0.5 * (1 - sum(likenesses) / len(likenesses))


def _likeness(one: str, other: str) -> float:
    """1 for the same word. Short words must be the same: "UFM" is not "SVH" mistyped."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 4:
        return 0.0
    return SequenceMatcher(None, one, other).ratio()


def _index(pairs: Iterable[tuple[str, Payer]]) -> Mapping[str, Payer]:
    """By spelling, without those that mean more than one payer."""
    meant: dict[str, dict[str, Payer]] = {}
    for spelling, payer in pairs:
        if spelling:
            meant.setdefault(spelling, {})[payer.code] = payer
    return {text: next(iter(found.values())) for text, found in meant.items() if len(found) == 1}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.casefold()))


def _bare(text: str) -> str:
    """Without the words every plan has."""
    return "".join(word for word in re.findall(r"[a-z0-9]+", text.casefold()) if word not in GENERIC)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())

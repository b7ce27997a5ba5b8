"""Which answers call a person, and how soon (aftercare.md 8.7). Pure.

Level 3 pages somebody at once, level 2 is a call the same day, level 1 a call within days. Use is met with
contact, never with a penalty: it is level 2, and the plan goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.aftercare.follow_up.instruments.scoring import flags_of
from services.aftercare.messages.danger_words import danger_in
from shared.contracts.aftercare import ConcernCause, Instrument


@dataclass(frozen=True)
class Worry:
    level: int
    cause: ConcernCause


_PAGES, _SAME_DAY, _SOON = 3, 2, 1
_WEEKLY = {
    "use": Worry(_SAME_DAY, ConcernCause.USE),
    "urge": Worry(_SOON, ConcernCause.URGE),
    "mood": Worry(_SOON, ConcernCause.LOW_MOOD),
    "support": Worry(_SOON, ConcernCause.NO_SUPPORT),
}
_BAM = {"use": Worry(_SAME_DAY, ConcernCause.USE)}
_PHQ = {
    "item_9": Worry(_PAGES, ConcernCause.PHQ_ITEM_9),
    "severe": Worry(_SAME_DAY, ConcernCause.LOW_MOOD),
    "moderately_severe": Worry(_SOON, ConcernCause.LOW_MOOD),
}
_BY_FLAG: Mapping[Instrument, Mapping[str, Worry]] = {
    Instrument.WEEKLY: _WEEKLY,
    Instrument.BAM: _BAM,
    Instrument.PHQ9: _PHQ,
}


def worries_of(instrument: Instrument, items: Mapping[str, int], words: str = "") -> list[Worry]:
    """Gravest first; none for a questionnaire nobody answered."""
    known = _BY_FLAG[instrument]
    found = [known[flag] for flag in flags_of(instrument, items) if flag in known]
    if words and (cause := danger_in(words)):
        found.append(Worry(_PAGES, cause))
    return sorted(found, key=lambda worry: -worry.level)

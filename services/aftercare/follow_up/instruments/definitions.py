"""Items and their ranges (aftercare.md 4). The five weekly questions are ours.

BAM and PHQ-9 come from paper or an EHR by their item numbers; their wording is not ours and not repeated,
the labels only say which item is meant. BAM is the version with answers 0-4, to which the cut-offs in
scoring.py belong; the version that counts days (0-30) is converted where it was filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.aftercare import Instrument


class NotAnItem(ValueError):
    """An item that does not exist, or an answer outside its range. Names neither the answer nor a person."""


@dataclass(frozen=True)
class Definition:
    """`ranges`: highest answer by item, from 0. `labels`: for staff."""

    instrument: Instrument
    ranges: Mapping[str, int]
    labels: Mapping[str, str]

    def check(self, items: Mapping[str, int]) -> None:
        """Raises NotAnItem. Items may be left out: scoring.py gives no sum over a hole."""
        for name, value in items.items():
            if name not in self.ranges or isinstance(value, bool) or not 0 <= value <= self.ranges[name]:
                raise NotAnItem("an answer does not fit the questionnaire")


_BAM_LABELS = {
    "1": "Physical health",
    "2": "Sleep",
    "3": "Mood",
    "4": "Alcohol, any",
    "5": "Alcohol, heavy",
    "6": "Drugs, any",
    "8": "Craving",
    "9": "Confidence",
    "10": "Self-help meetings",
    "11": "Risky situations",
    "12": "Religion or spirituality",
    "13": "Work or school",
    "14": "Income",
    "15": "Trouble with people close",
    "16": "Time with supportive people",
    "17": "Satisfied with progress",
}
_PHQ_LABELS = {
    "1": "Interest",
    "2": "Low mood",
    "3": "Sleep",
    "4": "Energy",
    "5": "Appetite",
    "6": "Self-worth",
    "7": "Concentration",
    "8": "Pace",
    "9": "Thoughts of death or self-harm",
}
_WEEKLY_LABELS = {
    "use": "Days of use, last 7",
    "urge": "Strongest urge",
    "mood": "Mood",
    "support": "Support",
    "confidence": "Confidence",
}
_DAYS, _SCALE = 7, 10

WEEKLY = Definition(
    Instrument.WEEKLY,
    {"use": _DAYS, "urge": _SCALE, "mood": _SCALE, "support": _SCALE, "confidence": _SCALE},
    _WEEKLY_LABELS,
)
# Item 7 only says which drugs item 6 was about: it is not imported, and no score uses it.
BAM = Definition(Instrument.BAM, dict.fromkeys(_BAM_LABELS, 4), _BAM_LABELS)
PHQ9 = Definition(Instrument.PHQ9, dict.fromkeys(_PHQ_LABELS, 3), _PHQ_LABELS)
INSTRUMENTS: Mapping[Instrument, Definition] = {one.instrument: one for one in (WEEKLY, BAM, PHQ9)}

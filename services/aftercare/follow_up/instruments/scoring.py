"""Sums and the marks a person should look at (aftercare.md 4, [34]). Pure.

A sum over a hole would say somebody is better than they are: a score with an item missing is not given.
"""

from collections.abc import Mapping, Sequence

from shared.contracts.aftercare import Instrument

_BAM = {
    "use": ("4", "5", "6"),  # 0-12
    "risk": ("1", "2", "3", "8", "11", "15"),  # 0-24
    "protective": ("9", "10", "12", "13", "14", "16"),  # 0-24
}
_PHQ = {"total": tuple(str(number) for number in range(1, 10))}  # 0-27
_USE_FROM, _RISK_FROM, _PROTECTIVE_TO = 1, 12, 12
_PHQ_STEPS = ((20, "severe"), (15, "moderately_severe"), (10, "moderate"))
_STRONG_URGE, _LOW = 8, 2

_PARTS: Mapping[Instrument, Mapping[str, Sequence[str]]] = {Instrument.BAM: _BAM, Instrument.PHQ9: _PHQ}


def scores_of(instrument: Instrument, items: Mapping[str, int]) -> dict[str, int]:
    """The sums that can be given. The weekly questions have none: each is read for itself."""
    return {
        name: sum(items[item] for item in parts)
        for name, parts in _PARTS.get(instrument, {}).items()
        if all(item in items for item in parts)
    }


def flags_of(instrument: Instrument, items: Mapping[str, int]) -> list[str]:
    """Codes of what stands out, for staff. Use needs no complete score: one item above zero is use."""
    scores = scores_of(instrument, items)
    if instrument is Instrument.BAM:
        used = sum(items.get(item, 0) for item in _BAM["use"]) >= _USE_FROM
        marks = {
            "use": used,
            "risk": scores.get("risk", 0) >= _RISK_FROM,
            "protective": scores.get("protective", _PROTECTIVE_TO + 1) <= _PROTECTIVE_TO,
        }
        return [name for name, is_set in marks.items() if is_set]
    if instrument is Instrument.PHQ9:
        total = scores.get("total", 0)
        step = [name for lowest, name in _PHQ_STEPS if total >= lowest][:1]
        return step + (["item_9"] if items.get("9", 0) > 0 else [])
    return weekly_flags(items)


def weekly_flags(items: Mapping[str, int]) -> list[str]:
    """Of the five questions; the lines are ours."""
    marks = {
        "use": items.get("use", 0) > 0,
        "urge": items.get("urge", 0) >= _STRONG_URGE,
        "mood": items.get("mood", _LOW + 1) <= _LOW,
        "support": items.get("support", _LOW + 1) <= _LOW,
        "confidence": items.get("confidence", _LOW + 1) <= _LOW,
    }
    return [name for name, is_set in marks.items() if is_set]

"""A 271 (or 270) transaction to a Response. It never fails: what it does not know it keeps, what is odd it
notes.

The hierarchy comes from HL02 and HL03; HL04 ("has children") is wrong in real answers and is not read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.insurance.x12 import damage, repeating
from services.insurance.x12.answers import Answer, Benefit, Party, Rejection, Response
from services.insurance.x12.envelopes import Transaction
from services.insurance.x12.levels import LOOP, PEOPLE, Level
from services.insurance.x12.notes import Notes
from services.insurance.x12.segments import Segment

ABOVE = {"21": "20", "22": "21", "23": "22"}
LEVEL_OF = {"PR": "20", "1P": "21", "IL": "22", "03": "23"}  # NM101


def response(transaction: Transaction, *, whole: bool = True) -> Response:
    """What `transaction` says. `whole` is whether its interchange was complete."""
    notes = Notes(list(transaction.warnings))
    other: list[Segment] = []
    levels: list[Level] = []
    reference = ""
    for segment in transaction.segments:
        if segment.id in ("ST", "SE"):
            continue
        if segment.id == "BHT":
            reference = segment.at(3)
            continue
        if segment.id == "HL":
            levels.append(Level(segment.at(3), segment.at(1), segment.at(2), segment.position))
            if segment.at(3) not in LOOP:
                notes.odd.append(f"HL03 at segment {segment.position} is not a known level.")
            continue
        _open_unannounced(levels, segment, notes)
        if not levels or not levels[-1].take(segment, transaction.delimiters, notes):
            other.append(segment)
    _connect(levels, notes)
    notes.damaged += damage.signs(transaction.segments, transaction.stated)
    answers = tuple(_answers(levels, transaction.segments, notes))
    return Response(
        transaction.control,
        reference,
        answers,
        tuple(other),
        whole and transaction.whole and not notes.damaged,
        (*notes.odd, *notes.damaged),
        transaction.kind,
    )


def _open_unannounced(levels: list[Level], segment: Segment, notes: Notes) -> None:
    """Open a level for what comes without one, so that nobody's benefits become somebody else's."""
    level = levels[-1] if levels else None
    if segment.id == "AAA" and level is None:
        kind: str | None = "20"
    elif segment.id == "NM1":
        kind = LEVEL_OF.get(segment.at(1))
        if level and level.kind not in LOOP and level.name is None:
            level.kind = kind or level.kind
        if level and not _is_another(kind, level):
            kind = None
    else:
        kind = None
    if kind:
        levels.append(Level(kind, "", "", segment.position))
        notes.odd.append(f"{segment.id} at segment {segment.position} has no level (HL) of its own.")


def _is_another(kind: str | None, level: Level) -> bool:
    """Whether a name of this kind cannot be the one `level` is about, nor an entity of its latest benefit.

    2120 names people too (NM1*IL, the holder of another policy), and only a dependant is never among them.
    """
    if kind == "23":
        bracketed = bool(level.benefits) and level.benefits[-1].bracketed
        return not bracketed and (level.kind != "23" or level.is_named())
    if kind == "21":
        return level.kind == "20" and level.is_named()
    if kind == "22" and not level.benefits:
        return level.kind in ("20", "21") or (level.kind == "22" and level.is_named())
    return False


def _connect(levels: list[Level], notes: Notes) -> None:
    """Give every level its parent by HL02; where that names no level of the right kind, the nearest one
    before it."""
    by_id: dict[str, Level] = {}
    latest: dict[str, Level] = {}
    for level in levels:
        wanted = ABOVE.get(level.kind)
        above = by_id.get(level.parent) if level.parent else None
        if wanted and (above is None or above.kind != wanted):
            if level.id:
                notes.odd.append(f"HL02 at segment {level.position} names no level this one can belong to.")
            lower = [seen for kind, seen in latest.items() if kind < level.kind]
            above = latest.get(wanted) or max(lower, key=lambda seen: seen.position, default=None)
        if wanted and above is not None:
            level.above = above
            above.below.append(level)
        if level.id:
            by_id[level.id] = level
        if level.kind in LOOP:
            latest[level.kind] = level


def _answers(levels: list[Level], segments: Sequence[Segment], notes: Notes) -> list[Answer]:
    """One answer a patient; without any patient, one for the last level, so that its refusal is not lost."""
    patients = list(_patients(levels)) or levels[-1:]
    refusals, benefits = repeating.allowed(levels, patients, segments, notes)
    return [_answer(level, refusals=refusals, benefits=benefits) for level in patients]


def _patients(levels: Sequence[Level]) -> Iterator[Level]:
    """Everybody something is said of, in file order. A subscriber with benefits of their own is a patient
    beside the dependants, and comes behind them unless a trace shows that the subscriber was asked about."""
    for level in levels:
        above = level.above
        if level.kind == "23":
            yield level
            if above is not None and above.below[-1] is level and _is_told(above) and not above.traces:
                yield above
        elif level.kind == "22" and (not level.below or (level.traces and _is_told(level))):
            yield level


def _is_told(level: Level) -> bool:
    """Whether this is a subscriber of whom the file says or asks something."""
    return level.kind == "22" and bool(level.benefits or level.questions)


def _answer(level: Level, *, refusals: bool, benefits: bool) -> Answer:
    """`refusals` and `benefits` are whether those of upper levels are repeated here."""
    chain: list[Level] = []
    above: Level | None = level
    while above is not None:
        chain.insert(0, above)
        above = above.above
    by_kind = {one.kind: one for one in chain}
    subscriber, dependant = (by_kind[kind].person() if kind in by_kind else None for kind in PEOPLE)
    source, receiver = (by_kind[kind].party() if kind in by_kind else Party() for kind in ("20", "21"))
    said: tuple[Benefit, ...] = ()
    if dependant:
        said = dependant.benefits
        if subscriber and benefits:
            said += tuple(replace(b, scope="subscriber") for b in subscriber.benefits)
    elif subscriber:
        said = subscriber.benefits
    # One refusal of each upper level stays in any case, so that nobody below reads as accepted.
    kept: list[Rejection] = []
    for one in chain:
        kept += one.rejections if refusals or one is level else one.rejections[:1]
    return Answer(source, receiver, subscriber, dependant, tuple(kept), said)

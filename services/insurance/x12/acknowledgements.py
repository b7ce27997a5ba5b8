"""TA1 and 999: what comes instead of a 271 when the envelope or the syntax of our inquiry was refused."""

from dataclasses import dataclass

from services.insurance.x12.envelopes import Interchange

ACCEPTED = {"A", "E"}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`kind` is TA1, 999 or 997. `codes` are TA105, or the IK3/IK4/IK5/AK9 error codes, as they stood."""

    kind: str
    accepted: bool
    control: str
    """The control number it speaks of: ISA13 for a TA1, GS06 for a 999."""
    codes: tuple[str, ...]


def acknowledgements(interchange: Interchange) -> tuple[Acknowledgement, ...]:
    """Every TA1, 999 and 997 in `interchange`. No verdict, or one that is neither, counts as refused."""
    found = [
        Acknowledgement("TA1", s.at(4) in ACCEPTED, s.at(1), tuple(c for c in (s.at(5),) if c))
        for s in interchange.named("TA1")
    ]
    for transaction in interchange.transactions:
        if transaction.kind not in ("999", "997"):
            continue
        control, codes, verdicts = "", [], []
        for segment in transaction.segments:
            match segment.id:
                case "AK1":
                    control = segment.at(2)
                case "IK3" | "AK3":
                    codes.append(f"{segment.id}:{segment.at(1)}:{segment.at(4)}")
                case "IK4" | "AK4":
                    codes.append(f"{segment.id}:{segment.at(3)}")
                case "IK5" | "AK5" | "AK9":
                    verdicts.append(segment.at(1) in ACCEPTED)
                    # AK902 to AK904 count transactions.
                    first = 5 if segment.id == "AK9" else 2
                    reasons = filter(None, (segment.at(n) for n in range(first, first + 5)))
                    codes += [] if verdicts[-1] else [f"{segment.id}:{code}" for code in reasons]
                case _:
                    pass
        accepted = bool(verdicts) and all(verdicts)
        found.append(Acknowledgement(transaction.kind, accepted, control, tuple(codes)))
    return tuple(found)

"""TA1 and 999: what comes instead of a 271 when the envelope or the syntax of our inquiry was refused."""

from dataclasses import dataclass

from services.insurance.x12.envelopes import Interchange

ACCEPTED = {"A", "E"}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`kind` is TA1 or 999. `codes` are TA105, or the IK3/IK4/IK5/AK9 error codes, as they stood."""

    kind: str
    accepted: bool
    control: str
    """The control number it speaks of: ISA13 for a TA1, GS06 for a 999."""
    codes: tuple[str, ...]


def acknowledgements(interchange: Interchange) -> tuple[Acknowledgement, ...]:
    """Every TA1 and 999 in `interchange`. A code that is neither accepted nor refused counts as refused."""
    found = [
        Acknowledgement("TA1", s.at(4) in ACCEPTED, s.at(1), tuple(c for c in (s.at(5),) if c))
        for s in interchange.named("TA1")
    ]
    for transaction in interchange.transactions:
        if transaction.kind not in ("999", "997"):
            continue
        control, codes, accepted = "", [], True
        for segment in transaction.segments:
            match segment.id:
                case "AK1":
                    control = segment.at(2)
                case "IK3" | "AK3":
                    codes.append(f"{segment.id}:{segment.at(1)}:{segment.at(4)}")
                case "IK4" | "AK4":
                    codes.append(f"{segment.id}:{segment.at(3)}")
                case "IK5" | "AK5" | "AK9":
                    accepted = accepted and segment.at(1) in ACCEPTED
                    if segment.at(1) not in ACCEPTED and segment.at(2):
                        codes.append(f"{segment.id}:{segment.at(2)}")
                case _:
                    pass
        found.append(Acknowledgement("999", accepted, control, tuple(codes)))
    return tuple(found)

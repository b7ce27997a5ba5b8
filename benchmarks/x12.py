"""A 271 of 100 segments read and decided by us, and the same bytes read by pyx12 and x12sdk.

Run: python -m benchmarks.x12 [rounds]. The foreign readers are optional: pip install pyx12 x12sdk.
"""

import gc
import io
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

from services.insurance import x12
from services.insurance.rules.eligibility import Active, decide
from services.insurance.rules.same_person import Asked

SEGMENTS = 100
GOAL_MS = 2.0
INSTALL = "absent: pip install pyx12 x12sdk"
ASKED = Asked("Marisol", "Okafor", date(1988, 4, 12), "NSH100200300", date(2026, 3, 15), "TC0001")
ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HARBOURBRIDGE  "
    "*260315*1200*^*00501*000000007*0*T*:"
)
HEAD = """GS*HB*PAYER*HARBOURBRIDGE*20260315*1200*7*X*005010X279A1
ST*271*0001*005010X279A1
BHT*0022*11*REF1*20260315*1200
HL*1**20*1
NM1*PR*2*NORTHSTAR HEALTH PLAN*****PI*NSTAR01
HL*2*1*21*1
NM1*1P*2*HARBOUR BRIDGE RECOVERY*****XX*1234567893
HL*3*2*22*0
TRN*2*TC0001*1990000001
NM1*IL*1*OKAFOR*MARISOL****MI*NSH100200300
DMG*D8*19880412*F
DTP*346*D8*20260101
EB*1**30**CHOICE PPO"""
TAIL = """SE*{count}*0001
GE*1*7
IEA*1*000000007"""
BENEFITS = """EB*C*IND*30***23*2000*****Y
EB*C*IND*30***29*750*****Y
DTP*292*RD8*20260101-20261231
MSG*MEDICAL AND BEHAVIORAL COMBINED
EB*G*FAM*30***23*12000*****N
EB*A**MH^A6*****.2****Y
EB*B**98***27*30*****Y
MSG*OFFICE VISIT""".splitlines()


def sample() -> bytes:
    """One interchange of exactly SEGMENTS segments, in the plain shape that every reader here accepts."""
    head, tail = [ISA, *HEAD.splitlines()], TAIL.splitlines()
    room = SEGMENTS - len(head) - len(tail)
    rows = [*head, *(BENEFITS * (room // len(BENEFITS) + 1))[:room], *tail]
    text = "~\n".join(rows).format(count=SEGMENTS - 4) + "~\n"
    return text.encode("ascii")


def ours(raw: bytes) -> None:
    """Read into typed values and decided."""
    decision = decide(x12.read(raw), ASKED)
    if not isinstance(decision, Active):
        raise RuntimeError("The sample was not decided as active.")


def by_pyx12() -> Callable[[bytes], None] | None:
    """Split into segments; pyx12 has no map of a 5010 271, so it can do no more."""
    try:
        from pyx12.x12file import X12Reader
    except ImportError:
        return None

    def run(raw: bytes) -> None:
        count = sum(1 for _ in X12Reader(io.StringIO(raw.decode("ascii"))))
        if count != SEGMENTS:
            raise RuntimeError("pyx12 did not read the whole sample.")

    return run


def by_x12sdk() -> Callable[[bytes], None] | None:
    """Read into its typed models."""
    try:
        from x12sdk.io import X12ModelReader
    except ImportError:
        return None

    def run(raw: bytes) -> None:
        with X12ModelReader(raw.decode("ascii")) as reader:
            count = sum(1 for _ in reader.models())
        if count != 1:
            raise RuntimeError("x12sdk did not read the sample.")

    return run


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    raw = sample()
    readers: dict[str, Callable[[bytes], None] | None] = {
        "throughcare: read and decided": ours,
        "pyx12: segments only": by_pyx12(),
        "x12sdk: read into models": by_x12sdk(),
    }
    refused: dict[str, str] = {}
    for name, run in readers.items():
        try:
            for _ in range(5):
                if run:
                    run(raw)
        except Exception as error:  # a foreign reader that refuses the sample is a result, not a failure
            if run is ours:
                raise
            refused[name] = f"does not read it ({type(error).__name__})"
    taken = measured({name: run for name, run in readers.items() if run and name not in refused}, raw, rounds)
    base = statistics.median(taken["throughcare: read and decided"])
    print(f"A 271 of {SEGMENTS} segments, {len(raw)} bytes; median of {rounds} interleaved rounds")
    for name in readers:
        if name in taken:
            median = statistics.median(taken[name])
            print(f"{name:32}{median:8.3f} ms {median / base:7.2f} x")
        else:
            print(f"{name:32}{refused.get(name, INSTALL)}")
    print(f"The goal of {GOAL_MS:g} ms for read and decided is {'met' if base < GOAL_MS else 'missed'}.")


def measured(readers: dict[str, Callable[[bytes], None]], raw: bytes, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every round. The readers take turns, so that a busy moment meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in readers}
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        for name, run in readers.items():
            start = time.perf_counter()
            run(raw)
            taken[name].append((time.perf_counter() - start) * 1000)
        gc.collect()
    gc.enable()
    return taken


if __name__ == "__main__":
    main()

"""Pure: one light per service, and one for all of them, from what each says of its own messages."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

# A backlog is normal for a moment; after these it is something a person should know.
SLOW_OUTBOX = 30  # seconds the oldest unsent fact has waited
DEEP_LAG = 500  # facts not read yet


class Colour(IntEnum):
    """Ordered: the light of several services is the worst of theirs."""

    GREEN = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True)
class Light:
    colour: Colour
    sentence: str


def light_of(title: str, flow: dict[str, Any] | None) -> Light:
    """`flow` is the body of `GET /api/v1/flow`, or None when the service does not answer."""
    if flow is None:
        return Light(Colour.RED, f"{title} does not answer.")
    waiting, oldest = flow.get("outbox_waiting") or 0, flow.get("outbox_oldest_seconds") or 0
    if not flow.get("broker_connected", True):
        kept = f"{waiting} waiting to send" if waiting else "nothing waiting to send"
        accepted = "Forms still accepted" if title == "Intake" else "Work goes on"
        return Light(Colour.AMBER, f"The stream is down. {accepted}; {kept}.")
    if parked := flow.get("parked") or 0:
        return Light(
            Colour.AMBER,
            f"{parked} message{'s' if parked > 1 else ''} could not be applied and wait for you.",
        )
    if given_up := flow.get("jobs_given_up") or 0:
        return Light(Colour.AMBER, f"{given_up} job{'s' if given_up > 1 else ''} given up after many tries.")
    if oldest > SLOW_OUTBOX:
        return Light(Colour.AMBER, f"{waiting} waiting to send, the oldest for {int(oldest)} s.")
    if (lag := flow.get("lag") or 0) > DEEP_LAG:
        return Light(Colour.AMBER, f"Catching up: {lag} messages behind.")
    return Light(Colour.GREEN, "Running; nothing waits.")


def overall(lights: dict[str, Light]) -> Light:
    """All lights as one, in as few words as fit in the strip."""
    worst = max((light.colour for light in lights.values()), default=Colour.GREEN)
    troubled = [title for title, light in lights.items() if light.colour is not Colour.GREEN]
    if not troubled:
        return Light(worst, "all running")
    return Light(worst, f"look at {' and '.join(troubled)}")

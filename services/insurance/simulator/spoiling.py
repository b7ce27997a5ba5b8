"""Answers as they should not be. Pure: the good answer in, the spoilt one out."""

import re
from dataclasses import replace

from services.insurance.simulator.checking import Envelope, Question
from services.insurance.simulator.faults import Fault

OTHER_TRACE = "NOTYOURTRACE"
ODD = {"element": "|", "component": "<", "repetition": ">", "terminator": "!"}
MARK = "\ufeff"


def odd_envelope(envelope: Envelope) -> Envelope:
    """The same envelope with delimiters nobody uses by habit."""
    return replace(envelope, **ODD)


def asked_wrongly(question: Question, fault: Fault | None) -> Question:
    """The question as a payer that mixes things up would remember it."""
    if fault is Fault.TRACE:
        return replace(question, trace=OTHER_TRACE)
    if fault is Fault.DELIMITERS:
        return replace(question, envelope=odd_envelope(question.envelope))
    return question


def spoilt(text: str, question: Question, fault: Fault | None) -> str:
    """`text` with what `fault` does to the bytes of a 271."""
    envelope = question.envelope
    match fault:
        case Fault.TRUNCATED:
            return text[: len(text) * 2 // 3]
        case Fault.BOM:
            return MARK + text
        case Fault.COUNT:
            trailer = f"SE{envelope.element}"
            return re.sub(re.escape(trailer) + r"\d+", lambda _: trailer + "99", text)
        case Fault.DUPLICATE:
            return text + text
        case Fault.SWAPPED:
            return _about_somebody_else(text, envelope)
        case Fault.DELIMITERS:
            return text.replace(envelope.terminator, envelope.terminator + "\r\n")
        case _:
            return text


def _about_somebody_else(text: str, envelope: Envelope) -> str:
    """Another member's answer: the person changed on every level, the trace left."""
    rows = [row.split(envelope.element) for row in text.split(envelope.terminator)]
    for row in rows:
        if row[0] == "NM1" and row[1] in ("IL", "03"):
            row[3:] = ["ELSE", "SOMEBODY", "", "", "", "MI", "TCOTHER1"]
        elif row[0] == "DMG":
            row[2] = "19500101"
    return envelope.terminator.join(envelope.element.join(row) for row in rows)

"""Answers as they come and as they are read: tidied before they are checked, and every text in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.aftercare.smart.tools.checking import Answers
from services.aftercare.smart.tools.definitions import TOOLS
from services.aftercare.smart.tools.kinds import HIGHEST, LOWEST, Scale
from shared.contracts.aftercare import Tool

_KEPT_CONTROLS = "\n\t"
_SCALE = {str(number): number for number in range(LOWEST, HIGHEST + 1)}


def tidy(tool: Tool, answers: Answers) -> dict[str, Any]:
    """The same answers without empty ones, stray blanks and rows with nothing in them.

    What is of the wrong kind or unknown is left as it is: `check` says so.
    """
    tidied = {key: _tidy(value) for key, value in answers.items()}
    for field in TOOLS[tool].fields:
        value = tidied.get(field.key)
        if isinstance(field.kind, Scale) and isinstance(value, str) and value in _SCALE:
            tidied[field.key] = _SCALE[value]
    return {key: value for key, value in tidied.items() if value not in (None, "", [], {})}


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        lines = value.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(letter for letter in lines if letter >= " " or letter in _KEPT_CONTROLS).strip()
    if isinstance(value, list):
        return [one for one in map(_tidy, value) if one not in (None, "", {})]
    if isinstance(value, Mapping):
        return {key: tidied for key, one in value.items() if (tidied := _tidy(one)) not in (None, "")}
    return value


def texts(answers: Any) -> Iterator[str]:
    """Every text anywhere in answers, of whatever shape: nothing a client wrote may be overlooked."""
    if isinstance(answers, str):
        yield answers
    elif isinstance(answers, Mapping):
        yield from (text for value in answers.values() for text in texts(value))
    elif isinstance(answers, list):
        yield from (text for value in answers for text in texts(value))

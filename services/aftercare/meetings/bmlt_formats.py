"""BMLT's formats as Meeting Guide codes. Keys are each server's own; ids of the whole fellowship are not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.aftercare.meetings import cells
from services.aftercare.meetings.type_codes import BY_NAME, LANGUAGES

# World ids, as GetFormats gives them.
_BY_WORLD_ID = {
    "OPEN": "O", "CLOSED": "C", "WCHR": "X", "M": "M", "W": "W", "Y": "Y", "GL": "LGBTQ", "BEG": "BE",
    "SPK": "SP", "DISC": "D", "STEP": "ST", "TRAD": "TR", "MED": "MED", "CAN": "CAN", "CW": "CF",
    "LIT": "LIT",
}  # fmt: skip
# The keys a server is installed with; only good for lists that come without their formats.
_BY_KEY = {
    "O": "O", "C": "C", "WC": "X", "M": "M", "W": "W", "YP": "Y", "GL": "LGBTQ", "B": "BE", "SP": "SP",
    "D": "D", "ST": "ST", "TR": "TR", "ME": "MED", "CL": "CAN", "CS": "CF", "ES": "S", "FR": "FR",
}  # fmt: skip
_WAYS_BY_WORLD_ID = {"VM": "VM", "HYBR": "HY", "HY": "HY", "TC": "TC"}
_WAYS = frozenset({"VM", "HY", "TC"})


@dataclass(frozen=True)
class Told:
    """`keys` are VM, HY and TC only; `codes` are Meeting Guide's, sorted; `languages` ISO 639-1."""

    keys: frozenset[str]
    codes: tuple[str, ...]
    languages: tuple[str, ...]


class Formats:
    """The `formats` of the envelope; without them the usual keys have to do."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._by_id: dict[tuple[str, str], dict[str, Any]] = {}
        self._by_key: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rows:
            if isinstance(row, dict):
                server = cells.text(row.get("root_server_uri"))
                # Each format comes once a language; the first is the server's own.
                self._by_id.setdefault((server, cells.text(row.get("id"))), row)
                self._by_key.setdefault((server, cells.text(row.get("key_string")).upper()), row)

    def of(self, row: dict[str, Any]) -> Told:
        ways: set[str] = set()
        codes: set[str] = set()
        for key, known in self._named(row):
            world_id = cells.text(known.get("world_id")).upper() if known else ""
            name = cells.text(known.get("name_string")).lower() if known else ""
            ways.add(_WAYS_BY_WORLD_ID.get(world_id) or (key if not known or not world_id else ""))
            codes.add(
                _BY_WORLD_ID.get(world_id) or BY_NAME.get(name) or (_BY_KEY.get(key, "") if not known else "")
            )
        codes -= {"", "O"} if "C" in codes else {""}
        ways &= _WAYS
        if "TC" in ways:
            codes.add("TC")
        languages = tuple(sorted(LANGUAGES[code] for code in codes if code in LANGUAGES and code != "ASL"))
        return Told(frozenset(ways), tuple(sorted(codes)), languages)

    def _named(self, row: dict[str, Any]) -> list[tuple[str, dict[str, Any] | None]]:
        """Each format of the row: its key, and what the server says of it if that came along."""
        server = cells.text(row.get("root_server_uri"))
        ids = _listed(row.get("format_shared_id_list"))
        if self._by_id and ids:
            found = (self._by_id.get((server, one)) or self._by_id.get(("", one)) for one in ids)
            known = [one for one in found if one]
            if known:
                return [(cells.text(one.get("key_string")).upper(), one) for one in known]
        keys = [key.upper() for key in _listed(row.get("formats"))]
        return [(key, self._by_key.get((server, key)) or self._by_key.get(("", key))) for key in keys]


def _listed(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else cells.text(value, 2000).split(",")
    return [part for one in parts if (part := cells.text(one, 40))]

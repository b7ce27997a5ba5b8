"""What a worksheet can ask for. A kind says what an answer looks like as JSON and how large it may be."""

from dataclasses import dataclass

from shared.contracts.aftercare import Tool

SHORT = 200  # characters
LONG = 2000
LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True)
class Short:
    """One line: a string."""

    longest: int = SHORT


@dataclass(frozen=True)
class Long:
    """Some lines: a string, lines parted by "\\n"."""

    longest: int = LONG


@dataclass(frozen=True)
class Ranked:
    """The most important first: a list of strings."""

    places: int = 5
    longest: int = SHORT


@dataclass(frozen=True)
class Scale:
    """0 to 10: an integer."""


@dataclass(frozen=True)
class Day:
    """A date on the client's own calendar: "2026-11-24". `today`: the usual answer, offered beforehand."""

    today: bool = False


@dataclass(frozen=True)
class Moment:
    """A time on the client's own clock: "2026-11-24T21:30". No zone: it is a diary, nothing is due then."""


@dataclass(frozen=True)
class Choice:
    """One code out of a few."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Earlier:
    """Another worksheet of the same client, by another tool: its id."""

    tool: Tool


@dataclass(frozen=True)
class Column:
    """One part of a row."""

    key: str
    kind: Short | Day | Choice


@dataclass(frozen=True)
class Rows:
    """Several things of one shape: a list of objects, one value a column. The first column makes a row."""

    columns: tuple[Column, ...]
    most: int = 8


Kind = Short | Long | Ranked | Scale | Day | Moment | Choice | Earlier | Rows


@dataclass(frozen=True)
class Field:
    """`needed`: without it the worksheet stays a draft."""

    key: str
    kind: Kind
    needed: bool = False


@dataclass(frozen=True)
class Definition:
    """A tool. `points` in the order it serves them; of `at_least_one` one answer makes the sheet complete."""

    tool: Tool
    points: tuple[int, ...]
    smart_name: str  # what SMART Recovery calls it, so that the client finds it in their handbook
    fields: tuple[Field, ...]
    at_least_one: tuple[str, ...] = ()

    def field(self, key: str) -> Field:
        return next(field for field in self.fields if field.key == key)

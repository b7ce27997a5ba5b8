"""The time, asked for in one place so that a drill can shift it."""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC) + _offset


def shift(offset: timedelta) -> None:
    """Move this process's clock by `offset` (drills only; settings call it at start)."""
    global _offset
    _offset = offset

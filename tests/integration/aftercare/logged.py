"""What staff would find in the log meanwhile."""

import logging
from collections.abc import Generator
from contextlib import contextmanager


class _Heard(logging.Handler):
    """The codes of everything logged as an error or worse."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.codes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.codes.append(getattr(record, "code", record.getMessage()))


@contextmanager
def errors_logged() -> Generator[list[str]]:
    """Their codes, of aftercare alone: other tests' brokers may complain meanwhile."""
    heard = _Heard()
    log = logging.getLogger("services.aftercare")
    log.addHandler(heard)
    try:
        yield heard.codes
    finally:
        log.removeHandler(heard)

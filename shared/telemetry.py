"""Logs that cannot leak, and the trace a request leaves through the services."""

import json
import logging
import re
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
# W3C Trace Context: version, trace id, parent id, flags.
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

# Only these extras of a log record are printed, and only as ids, codes and numbers.
_FIELDS = ("service", "event", "case_id", "fact", "job", "code", "count", "seconds", "status", "route")


def current_traceparent() -> str | None:
    return _traceparent.get()


@contextmanager
def tracing(received: str | None) -> Generator[str]:
    """Go on with the trace that came in (W3C `traceparent`), or begin one."""
    known = received is not None and _TRACEPARENT.fullmatch(received)
    trace_id = received[3:35] if received and known else secrets.token_hex(16)
    token = _traceparent.set(f"00-{trace_id}-{secrets.token_hex(8)}-01")
    try:
        yield trace_id
    finally:
        _traceparent.reset(token)


class SafeFormatter(logging.Formatter):
    """One JSON object a line: time, level, our own message, allow-listed fields, the error's class.

    An exception's text and traceback may carry a person's values (database details, validation input),
    so only its class and the place in the code where it was raised are printed.
    """

    def format(self, record: logging.LogRecord) -> str:
        own = record.name.startswith(("services", "shared", "throughcare"))
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if own else _harmless(record),
        }
        line |= {name: str(getattr(record, name)) for name in _FIELDS if hasattr(record, name)}
        if trace := _traceparent.get():
            line["trace_id"] = trace[3:35]
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            traceback = record.exc_info[2]
            while traceback and traceback.tb_next:
                traceback = traceback.tb_next
            if traceback:
                code = traceback.tb_frame.f_code
                line["at"] = f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}"
        return json.dumps(line)


def _harmless(record: logging.LogRecord) -> str:
    """A library's message as its template. One without arguments may have been built from values already."""
    template = str(record.msg)
    if template.startswith("Traceback"):
        last = template.rstrip().rsplit("\n", 1)[-1]
        return f"failed with {last.partition(':')[0].strip()}"
    if record.args or record.name.startswith("uvicorn"):
        return template[:120]
    return "a message of this library"


def start_logging(level: str = "INFO") -> None:
    """Send every logger of this process through the safe formatter to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx2", "httpcore2", "faststream", "uvicorn.access", "aiosqlite", "hl7"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

"""Which port each part listens on: the usual ones, or whatever is free."""

import errno
import random
import socket
from collections.abc import Iterable

from shared.local.refusal import Refusal

USUAL = {
    "nats": 4222,
    "nats_monitor": 8222,
    "postgres": 54329,
    "intake": 8010,
    "mllp": 2575,
    "insurance": 8020,
    "aftercare": 8030,
    "simulator": 8040,
    "dashboard": 8501,
}


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A free TCP port of the loopback interface for each name, all different.

    Not the system's own choice: that comes from the range of outgoing connections, so that any program's
    next call could take the port before our process listens on it. Those ranges begin at 32768 (Linux) and
    49152 (macOS).
    """
    candidates = iter(random.sample(range(20_000, 32_000), 2_000))
    return {name: next(port for port in candidates if is_free(port)) for name in names}


def is_free(port: int) -> bool:
    """Whether we could listen on the port. SO_REUSEADDR as servers set it, so TIME_WAIT does not count."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as failure:
            if failure.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
        return True


def refuse_busy(ports: dict[str, int]) -> None:
    """Raise Refusal naming every port that another program holds."""
    busy = [f"{port} ({name})" for name, port in ports.items() if not is_free(port)]
    if busy:
        plural = "s" if len(busy) > 1 else ""
        verb = "are" if plural else "is"
        raise Refusal(
            f"Port{plural} {', '.join(busy)} {verb} in use by another program. "
            "Stop it (throughcare doctor names it), or add --free-ports to take others."
        )

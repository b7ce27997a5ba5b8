"""How often the same network may ask: counted in this process's memory, under a hash nobody else can make.

Nothing is stored, and a restart forgets everything: it slows down guessing, and no more is claimed. What must
hold over restarts and processes (how many links one client is sent) is counted in the database.
"""

import hashlib
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

_REMEMBERED = 10_000  # networks; the one not heard of for longest is forgotten first


class Throttle:
    """`allowed` says no from the (most + 1)th time within `window` on."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._secret = secrets.token_bytes(32)
        self._times: OrderedDict[bytes, list[datetime]] = OrderedDict()

    def allowed(self, what: str, now: datetime) -> bool:
        key = hashlib.blake2b(what.encode(), key=self._secret, digest_size=16).digest()
        recent = [at for at in self._times.pop(key, []) if now - at < self._window]
        allowed = len(recent) < self._most
        self._times[key] = [*recent, now] if allowed else recent
        if len(self._times) > _REMEMBERED:
            self._times.popitem(last=False)
        return allowed


def network_of(host: str) -> str:
    """The network an address lies in: /24 of IPv4, /56 of IPv6 (one household, one site)."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{24 if address.version == 4 else 56}", strict=False))

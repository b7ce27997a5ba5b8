"""Which addresses a list may be fetched from. Pure, but for the names' look-up in `public_address`.

An address somebody typed into a form must not make this service call its own network (SSRF). So: https
only, hosts on the allow-list only, and a name's addresses must be public ones, whatever its DNS says today.
A server on the own network can be allowed too, by its bare address with its port ("10.0.0.7:8443"): whoever
wrote that into the settings meant that machine, and no DNS answer can point it elsewhere.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NotAllowed(Exception):
    """This address may not be asked; the message is a code. Trying again does not help."""


@dataclass(frozen=True)
class Target:
    """`literal`: the host is a bare address that is on the list with its port."""

    host: str
    port: int
    literal: bool


def allowed_target(url: str, hosts: str) -> Target:
    """The host and port of `url` if `hosts`, the comma-separated allow-list, has it. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port or 443
    except ValueError:
        raise NotAllowed("address_unreadable") from None
    if parts.scheme != "https" or not host or parts.username is not None:
        raise NotAllowed("https_only" if parts.scheme != "https" else "address_unreadable")
    listed = {entry.strip().lower() for entry in hosts.split(",") if entry.strip()}
    literal = _is_literal(host)
    named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if named in listed or (host in listed and port == 443 and not literal):
        return Target(host, port, literal)
    raise NotAllowed("host_not_allowed")


async def public_address(target: Target) -> str:
    """The address to connect to, looked up once, so that nothing changes between check and call.

    Raises NotAllowed when any of the name's addresses is not public, OSError when the name is not known.
    """
    if target.literal:
        return target.host
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise NotAllowed("private_address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Of the whole internet, and one machine. An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is
    where the packets would go in the end."""
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.is_site_local or found.teredo or (inside and not is_public(str(inside))):
            return False
    return found.is_global and not found.is_multicast


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

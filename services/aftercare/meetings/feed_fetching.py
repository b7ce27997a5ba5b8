"""Getting the bytes of a list: from an https address, a file, or the newest file of a folder.

Refused here: what the settings do not allow, more than 64 MB, and whoever takes longer than two minutes. A
failure is a code, never an address: addresses may carry keys.
"""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx2

from services.aftercare.meetings.feed_addresses import NotAllowed, allowed_target, public_address
from services.aftercare.settings import Settings

LARGEST = 64 * 1024 * 1024  # bytes; a national list of 24,000 meetings is about 30 MB
_WHOLE = 120  # seconds for everything, redirects included
_SILENCE = httpx2.Timeout(20)  # seconds without a byte
_HOPS = 4


class FetchFailed(Exception):
    """There are no bytes; the message is a code. Another try may help."""


@dataclass(frozen=True)
class Fetched:
    """`raw` None: nothing is new (304). The validators are for the next look."""

    raw: bytes | None
    etag: str | None = None
    last_modified: str | None = None


def is_address(location: str) -> bool:
    return "://" in location


async def fetch(
    settings: Settings, location: str, *, etag: str | None = None, last_modified: str | None = None
) -> Fetched:
    """Raises NotAllowed and FetchFailed."""
    if not is_address(location):
        return Fetched(await asyncio.to_thread(_from_disk, settings, location))
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    try:
        async with asyncio.timeout(_WHOLE):
            return await _from_web(
                settings, location, {name: value for name, value in known.items() if value}
            )
    except TimeoutError:
        raise FetchFailed("too_slow") from None
    except ssl.SSLError:
        raise FetchFailed("certificate_refused") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
        raise FetchFailed("unreachable") from None


def _moved(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:  # "https://[": what another server writes is not always an address
        raise NotAllowed("address_unreadable") from None


def path_of(settings: Settings, location: str) -> Path:
    """The file or folder under the feeds' folder; links that lead out of it are not followed."""
    if settings.feed_folder is None:
        raise NotAllowed("no_folder_set")
    base = settings.feed_folder.resolve()
    try:
        found = (base / location).resolve()
    except (OSError, ValueError):
        raise NotAllowed("address_unreadable") from None
    if not found.is_relative_to(base):
        raise NotAllowed("outside_the_folder")
    return found


def _from_disk(settings: Settings, location: str) -> bytes:
    path = path_of(settings, location)
    try:
        if path.is_dir():
            path = _newest(settings, path)
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError:
        raise FetchFailed("file_missing") from None
    if len(raw) > LARGEST:
        raise FetchFailed("too_large")
    return raw


def _newest(settings: Settings, folder: Path) -> Path:
    """By its time, then its name. Hidden and half-copied files are not meant yet."""
    files = [
        entry
        for entry in folder.iterdir()
        if entry.is_file()
        and not entry.name.startswith(".")
        and entry.suffix.lower() not in (".part", ".tmp", ".crdownload")
    ]
    if not files:
        raise FetchFailed("folder_empty")
    newest = max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))
    assert settings.feed_folder is not None
    return path_of(settings, str(newest.relative_to(settings.feed_folder.resolve())))


async def _from_web(settings: Settings, url: str, known: dict[str, str]) -> Fetched:
    authority = settings.feed_authority
    trust = ssl.create_default_context(cafile=str(authority) if authority else None)
    # Without the environment's proxies: they would look the name up themselves, past the check.
    async with httpx2.AsyncClient(verify=trust, timeout=_SILENCE, trust_env=False) as client:
        for _hop in range(_HOPS + 1):
            moved = await _ask(client, settings, url, known)
            if isinstance(moved, Fetched):
                return moved
            url = moved
    raise FetchFailed("too_many_redirects")


async def _ask(
    client: httpx2.AsyncClient, settings: Settings, url: str, known: dict[str, str]
) -> Fetched | str:
    """The list, or the address it has moved to: checked like the first one when it is asked."""
    target = allowed_target(url, settings.feed_hosts)
    address = await public_address(target)
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    direct = urlunsplit((parts.scheme, f"{host}:{target.port}", parts.path or "/", parts.query, ""))
    # Compressed answers are not asked for: a small one can unpack to gigabytes.
    headers = {"Host": parts.netloc, "Accept-Encoding": "identity", "User-Agent": "Throughcare", **known}
    named = {} if target.literal else {"sni_hostname": target.host}
    async with client.stream("GET", direct, headers=headers, extensions=named) as answer:
        if answer.status_code == httpx2.codes.NOT_MODIFIED and known:
            return Fetched(None, known.get("If-None-Match"), known.get("If-Modified-Since"))
        if answer.is_redirect:
            return _moved(url, answer.headers.get("location", ""))
        if answer.status_code != httpx2.codes.OK:
            raise FetchFailed(f"http_{answer.status_code}")
        raw = bytearray()
        async for piece in answer.aiter_raw():
            raw += piece
            if len(raw) > LARGEST:
                raise FetchFailed("too_large")
        validators = (answer.headers.get("etag"), answer.headers.get("last-modified"))
    etag, last_modified = (
        value if value and len(value) <= most else None
        for value, most in zip(validators, (255, 60), strict=True)
    )
    return Fetched(bytes(raw), etag, last_modified)

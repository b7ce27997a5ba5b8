"""The keys of an installation: made once, never overwritten, readable by their owner only.

    keys/<service>.key       JSON {"version": 1, "wrapping": base64 of 32 bytes, "index": base64 of 32 bytes}
    keys/<issuer>.signing    the 32 bytes of an Ed25519 seed (RFC 8032), raw
    keys/trusted.json        {issuer: base64 of its 32-byte public key}
    keys/jetstream.key       base64 of 32 bytes: what NATS encrypts its files with
    keys/postgres.json       {role: password} of the embedded PostgreSQL

Losing `<service>.key` loses every sealed value of that service for good: it belongs in the backup plan,
and never in the same place as the database's backup.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.local.refusal import Refusal
from shared.local.settings import SERVICES

ISSUERS = (*SERVICES, "operator")


def make_keys(folder: Path) -> None:
    """Create whatever is missing and leave what exists. Raise Refusal when the folder cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for service in SERVICES:
            _write_once(folder / f"{service}.key", _sealing_key)
        for issuer in ISSUERS:
            _write_once(folder / f"{issuer}.signing", lambda: secrets.token_bytes(32))
        _write_once(folder / "jetstream.key", _random_key)
        _write_once(folder / "postgres.json", _database_passwords)
        trusted = {issuer: public_key(folder / f"{issuer}.signing") for issuer in ISSUERS}
        _write_once(folder / "trusted.json", lambda: _text(json.dumps(trusted, indent=2)))
    except PermissionError as failure:
        raise Refusal(f"{folder} cannot be written; choose a folder that can with --data-dir.") from failure


def database_passwords(folder: Path) -> dict[str, str]:
    """{role: password} of the embedded PostgreSQL, the superuser `postgres` among them."""
    passwords: dict[str, str] = json.loads((folder / "postgres.json").read_text())
    return passwords


def jetstream_key(folder: Path) -> str:
    return (folder / "jetstream.key").read_text().strip()


def public_key(seed_file: Path) -> str:
    """Base64 of the public key that belongs to a .signing file."""
    public = Ed25519PrivateKey.from_private_bytes(seed_file.read_bytes()).public_key()
    return base64.b64encode(public.public_bytes_raw()).decode()


def _write_once(path: Path, content: Callable[[], bytes]) -> None:
    """Write a new file of mode 0600; two processes starting together end up with one key."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content())
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, a link never replaces a key somebody else made meanwhile
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _text(content: str) -> bytes:
    return f"{content}\n".encode()


def _base64_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _random_key() -> bytes:
    return _text(_base64_key())


def _sealing_key() -> bytes:
    return _text(json.dumps({"version": 1, "wrapping": _base64_key(), "index": _base64_key()}))


def _database_passwords() -> bytes:
    return _text(json.dumps({role: secrets.token_urlsafe(24) for role in ("postgres", *SERVICES)}, indent=2))

"""Sealed columns: every case has its own key; destroying the key destroys the values everywhere.

A value is AES-256-GCM-SIV (RFC 8452), bound to its table, column, row and case: moved anywhere else it does
not open. Case keys lie wrapped (RFC 3394) under the service's wrapping key. Look-ups go through keyed hashes.
"""

import base64
import hashlib
import hmac
import json
import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlalchemy import Column, Integer, LargeBinary, Table, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.columns import PSEUDONYMOUS, PUBLIC, UtcDateTime, plumbing
from shared.upsert import insert_or_ignore

case_keys = Table(
    "case_keys",
    plumbing,
    Column("case_id", Uuid, primary_key=True, info=PSEUDONYMOUS),
    Column("wrapped", LargeBinary, info=PSEUDONYMOUS),  # null once shredded
    Column("wrapping_version", Integer, nullable=False, info=PUBLIC),
    Column("created_at", UtcDateTime, nullable=False, info=PSEUDONYMOUS),
    Column("shredded_at", UtcDateTime, info=PSEUDONYMOUS),
)

_FORMAT = b"\x01"
_NONCE = 12
_REMEMBERED_KEYS = 4096


class SealBroken(Exception):
    """A sealed value does not open: wrong key, moved to another place, or damaged."""


class KeyShredded(Exception):
    """The case's key was destroyed; its values are gone for good."""


class KeyRing:
    """A service's secrets: the key that wraps case keys, and the key of its blind indexes (32 bytes each)."""

    def __init__(self, wrapping: bytes, index: bytes, version: int = 1) -> None:
        if len(wrapping) != 32 or len(index) != 32 or wrapping == index:
            raise ValueError("the wrapping key and the index key must be two different keys of 32 bytes")
        self.version = version
        self._wrapping = wrapping
        self._index = index
        # By the wrapped form, not by case: a key made in a transaction that rolled back must never be reused.
        self._opened: OrderedDict[bytes, bytes] = OrderedDict()

    @classmethod
    def from_file(cls, path: Path) -> "KeyRing":
        """Read `{"version": 1, "wrapping": base64, "index": base64}`."""
        stored = json.loads(path.read_text())
        return cls(base64.b64decode(stored["wrapping"]), base64.b64decode(stored["index"]), stored["version"])

    def blind_index(self, kind: str, normalised: str) -> bytes:
        """HMAC-SHA256 of a normalised value: equal values meet, nothing can be read back. 32 bytes."""
        return hmac.digest(self._index, f"{kind}\x00{normalised}".encode(), hashlib.sha256)

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self._wrapping, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        if key := self._opened.get(wrapped):
            return key
        key = aes_key_unwrap(self._wrapping, wrapped)
        self._opened[wrapped] = key
        while len(self._opened) > _REMEMBERED_KEYS:
            self._opened.popitem(last=False)
        return key


@dataclass(frozen=True)
class Box:
    """Seals and opens the values of one case."""

    case_id: UUID
    _cipher: AESGCMSIV

    def seal(self, place: str, row_id: UUID, value: str) -> bytes:
        """Encrypt `value` for `place` ("table.column") of one row: format, nonce, ciphertext with tag."""
        nonce = os.urandom(_NONCE)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, value.encode(), self._context(place, row_id))

    def open(self, place: str, row_id: UUID, sealed: bytes) -> str:
        """Decrypt; raises `SealBroken` for a value that was not sealed for just this place, row and case."""
        if sealed[:1] != _FORMAT:
            raise SealBroken(place)
        nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher.decrypt(nonce, rest, self._context(place, row_id)).decode()
        except InvalidTag:
            raise SealBroken(place) from None

    def _context(self, place: str, row_id: UUID) -> bytes:
        return f"{place}\x00{row_id}\x00{self.case_id}".encode()


def keyring(session: AsyncSession) -> KeyRing:
    ring = session.info.get("keyring")
    if ring is None:
        raise RuntimeError("this database was opened without a key ring")
    return cast(KeyRing, ring)


async def box(session: AsyncSession, case_id: UUID) -> Box:
    """The case's box; its key is made on first use, in this transaction."""
    return (await boxes(session, [case_id]))[case_id]


async def boxes(session: AsyncSession, case_ids: Iterable[UUID]) -> dict[UUID, Box]:
    """The boxes of several cases, asked for in one query. Raises `KeyShredded` if one of them is gone."""
    ring = keyring(session)
    wanted = sorted(set(case_ids))
    found = dict(await _stored(session, wanted))
    missing = [case_id for case_id in wanted if case_id not in found]
    if missing:
        fresh = [
            {
                "case_id": case_id,
                "wrapped": ring.wrap(os.urandom(32)),
                "wrapping_version": ring.version,
                "created_at": clock.now(),
            }
            for case_id in missing
        ]
        await insert_or_ignore(session, case_keys, fresh, ["case_id"])
        # Another transaction may have made the key first: what is stored counts, not what we made.
        found |= dict(await _stored(session, missing))
    opened = {}
    for case_id, wrapped in found.items():
        if wrapped is None:
            raise KeyShredded(str(case_id))
        opened[case_id] = Box(case_id, AESGCMSIV(ring.unwrap(wrapped)))
    return opened


async def _stored(session: AsyncSession, case_ids: list[UUID]) -> list[tuple[UUID, bytes | None]]:
    query = select(case_keys.c.case_id, case_keys.c.wrapped).where(case_keys.c.case_id.in_(case_ids))
    return [(case_id, wrapped) for case_id, wrapped in await session.execute(query)]

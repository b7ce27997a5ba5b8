"""The services as a member of staff sees them: each call carries that person's id and role for 60 seconds.

The owner of the data enforces the role and writes the audit; nothing is decided here. What was last heard is
kept per browser session, never shared between people, so that a poll can be answered "unchanged" (ETag) and a
service that is down leaves its last answer on the screen, with its age.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

from services.dashboard.sessions import SignedIn
from shared import clock
from shared.identity import Role, Signer

Params = Mapping[str, str | Sequence[str]]

TITLES = {"intake": "Intake", "insurance": "Insurance", "aftercare": "Aftercare"}
_LIMIT = 10.0  # seconds for something a person asked for
_POLL_LIMIT = 3.0  # seconds for a list that is asked for again in two


@dataclass(frozen=True)
class Answer:
    """What a service said. `trouble` is a sentence when `body` is missing or older than this moment."""

    body: dict[str, Any] | None
    as_of: datetime | None = None
    trouble: str | None = None
    status: int = 200

    def rows(self, name: str) -> list[dict[str, Any]]:
        return list((self.body or {}).get(name, []))


@dataclass(frozen=True)
class Refusal:
    """Why an action was not done: RFC 9457 code, a sentence, and what else was said (by, until, missing)."""

    code: str
    sentence: str
    extra: dict[str, Any]


@dataclass
class Heard:
    """What one browser session last heard, by address. Dropped when the person or their role changes."""

    of: tuple[UUID, Role]
    answers: dict[str, tuple[str | None, float, Answer]] = field(default_factory=dict)

    def forget(self) -> None:
        """After an action nothing may be shown from memory."""
        for address, (_, _, answer) in self.answers.items():
            self.answers[address] = (None, float("-inf"), answer)


class Services:
    def __init__(self, urls: Mapping[str, str], signer: Signer) -> None:
        self._signer = signer
        self._clients = {
            # Never a proxy from the environment: the token must reach the service and nobody else.
            name: httpx2.AsyncClient(base_url=url, trust_env=False, limits=httpx2.Limits(max_connections=20))
            for name, url in urls.items()
        }

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    def _headers(self, who: SignedIn, service: str) -> dict[str, str]:
        token = self._signer.token(service, role=who.role, subject=who.id)
        return {"authorization": f"Bearer {token}", "accept": "application/json"}

    async def get(
        self,
        who: SignedIn,
        heard: Heard,
        service: str,
        path: str,
        params: Params | None = None,
        *,
        fresh_for: float = 0.0,
    ) -> Answer:
        """Ask, or answer from what was heard less than `fresh_for` seconds ago."""
        address = str(httpx2.URL(f"{service}:{path}", params=params or {}))
        etag, at, last = heard.answers.get(address, (None, float("-inf"), Answer(None)))
        if fresh_for and time.monotonic() - at < fresh_for:
            return last
        headers = self._headers(who, service) | ({"if-none-match": etag} if etag else {})
        limit = _POLL_LIMIT if fresh_for else _LIMIT
        try:
            answer = await self._clients[service].get(path, params=params, headers=headers, timeout=limit)
        except httpx2.HTTPError:
            return _stale(last, service)
        if answer.status_code == 304:
            fresh = replace(last, as_of=clock.now(), trouble=None)
        elif answer.is_success:
            etag, fresh = answer.headers.get("etag"), Answer(answer.json(), clock.now())
        elif answer.status_code >= 500:
            return _stale(last, service)
        else:
            # Refused: what was heard before is no longer this person's to see.
            etag, fresh = None, Answer(None, None, _problem(answer).sentence, answer.status_code)
        heard.answers[address] = (etag, time.monotonic(), fresh)
        return fresh

    async def act(
        self,
        who: SignedIn,
        service: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        version: int | None = None,
        params: Params | None = None,
    ) -> dict[str, Any] | Refusal:
        """Do something to the version that was on the screen; a newer one is refused with `stale_version`."""
        headers = self._headers(who, service) | ({"if-match": f'"{version}"'} if version is not None else {})
        try:
            answer = await self._clients[service].post(
                path, json=body or {}, params=params, headers=headers, timeout=_LIMIT
            )
        except httpx2.HTTPError:
            sentence = (
                f"{TITLES[service]} does not answer. Nothing was changed as far as we know; look again first."
            )
            return Refusal("unreachable", sentence, {})
        if not answer.is_success:
            return _problem(answer)
        return dict(answer.json()) if answer.content else {}


def _stale(last: Answer, service: str) -> Answer:
    return replace(last, trouble=f"{TITLES[service]} does not answer.", status=503)


def _problem(answer: httpx2.Response) -> Refusal:
    try:
        body = dict(answer.json())
    except (ValueError, TypeError):
        body = {}
    sentence = body.get("detail") or body.get("title") or "That could not be done."
    return Refusal(str(body.get("code", answer.status_code)), str(sentence), body)

"""Asking another service over HTTP, with a token made for it and the request's trace."""

from typing import Any

import httpx2

from shared.identity import Signer
from shared.telemetry import current_traceparent

TIMEOUT = 10.0  # seconds, all in


class Peer:
    """Another Throughcare service. Answers come back as they are; the caller knows what a status means."""

    def __init__(
        self,
        base_url: str,
        audience: str,
        signer: Signer,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._audience = audience
        self._signer = signer
        self._client = httpx2.AsyncClient(base_url=base_url, timeout=TIMEOUT, transport=transport)

    async def get(self, path: str, **parameters: Any) -> httpx2.Response:
        return await self._client.get(path, headers=self._headers(), params=parameters)

    async def post(self, path: str, *, json: Any) -> httpx2.Response:
        return await self._client.post(path, headers=self._headers(), json=json)

    async def close(self) -> None:
        await self._client.aclose()

    def _headers(self) -> dict[str, str]:
        headers = {"authorization": f"Bearer {self._signer.token(self._audience)}"}
        if trace := current_traceparent():
            headers["traceparent"] = trace
        return headers

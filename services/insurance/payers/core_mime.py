"""CAQH CORE vC2.2.0 over HTTP with multipart/form-data, real time: the SOAP envelope's fields as form fields,
plus UserName and Password where no client certificate speaks for us (as HETS and Office Ally document it)."""

import ssl
from datetime import timedelta
from uuid import uuid4

from services.insurance.payers.adapter import NOTHING_WAITS, AttemptResult, Capabilities
from services.insurance.payers.core_envelope import Identity, envelope_outcome, request_fields
from services.insurance.payers.exchange import Exchange, Reply
from services.insurance.payers.multipart import boundary_of, form_data, parts


class CoreMime:
    """One CORE gateway over multipart/form-data. `tls` holds a client certificate or private authority."""

    name = "core_mime"

    def __init__(
        self, url: str, identity: Identity, *, tls: ssl.SSLContext | None = None, test: bool = True
    ) -> None:
        self.receiver = identity.receiver_id
        self.capabilities = Capabilities(x12=True, multi_stc=False, batch=False, test=test)
        self._url, self._identity = url, identity
        self._exchange = Exchange(tls=tls)

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult:
        """One real-time transaction."""
        fields = request_fields(inquiry, self._identity)
        if self._identity.user:
            password = self._identity.password.get_secret_value()
            fields = {"UserName": self._identity.user, "Password": password, **fields}
        boundary = uuid4().hex
        media = {"content-type": f"multipart/form-data; boundary={boundary}"}
        body = form_data(fields, boundary)
        reply = await self._exchange("POST", self._url, deadline, body=body, headers=media)
        return reply if isinstance(reply, AttemptResult) else _result(reply)

    async def poll(self, handle: str, deadline: timedelta) -> AttemptResult:
        """Nothing is ever left for later here: a handle is from other settings than today's."""
        return NOTHING_WAITS

    async def close(self) -> None:
        await self._exchange.close()


def _result(reply: Reply) -> AttemptResult:
    boundary = boundary_of(reply.headers.get("content-type", ""), reply.body)
    read = parts(reply.body, boundary) if boundary else ()
    return envelope_outcome(reply, {part.name: part.content for part in read})

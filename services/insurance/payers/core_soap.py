"""CAQH CORE vC2.2.0 over SOAP 1.2, real time: reaches Stedi, Medicare's HETS, state Medicaids, many gateways.

Facts: the request element is COREEnvelopeRealTimeRequest of http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd
with unqualified children, the WSDL's operation (and SOAP 1.2 action) is RealTimeTransaction, the media type
is application/soap+xml. The submitter shows a WS-Security UsernameToken with PasswordText, or a client
certificate. Answers may be wrapped as MTOM (multipart/related), their first part is the envelope.
"""

import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from xml.sax.saxutils import escape  # writes only; nothing is parsed with it

from services.insurance.payers.adapter import NOTHING_WAITS, AttemptResult, Capabilities
from services.insurance.payers.core_envelope import Identity, envelope_outcome, request_fields
from services.insurance.payers.exchange import Exchange, Reply
from services.insurance.payers.multipart import boundary_of, parts
from services.insurance.payers.safe_xml import Leaf, UnsafeXml, elements, local

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
)
ACTION = "RealTimeTransaction"
MEDIA = {"content-type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
ANSWER = "COREEnvelopeRealTimeResponse"
# What XML 1.0 cannot carry at all: an inquiry with one of these cannot go this way.
UNCARRIED = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


class CoreSoap:
    """One CORE gateway over SOAP. `tls` holds the client certificate, or the gateway's private authority."""

    name = "core_soap"

    def __init__(
        self, url: str, identity: Identity, *, tls: ssl.SSLContext | None = None, test: bool = True
    ) -> None:
        self.receiver = identity.receiver_id
        self.capabilities = Capabilities(x12=True, multi_stc=False, batch=False, test=test)
        self._url, self._identity = url, identity
        self._exchange = Exchange(tls=tls)

    async def send(self, inquiry: str, deadline: timedelta) -> AttemptResult:
        """One real-time transaction. Raises ValueError for an inquiry XML cannot carry: our defect."""
        body = written_envelope(inquiry, self._identity)
        reply = await self._exchange("POST", self._url, deadline, body=body, headers=MEDIA)
        return reply if isinstance(reply, AttemptResult) else _result(reply)

    async def poll(self, handle: str, deadline: timedelta) -> AttemptResult:
        """Nothing is ever left for later here: a handle is from other settings than today's."""
        return NOTHING_WAITS

    async def close(self) -> None:
        await self._exchange.close()


def written_envelope(inquiry: str, identity: Identity) -> bytes:
    """The SOAP request. The payload stands in CDATA, as gateways want it, with carriage returns outside as
    references, since a parser would turn bare ones into line feeds."""
    if UNCARRIED.search(inquiry):
        raise ValueError("the inquiry has control characters, which XML cannot carry")
    fields = request_fields(inquiry, identity)
    payload = fields.pop("Payload").replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    children = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:cor="{CORE}">'
        f"<soapenv:Header>{_security(identity)}</soapenv:Header>"
        f"<soapenv:Body><cor:COREEnvelopeRealTimeRequest>{children}"
        f"<Payload><![CDATA[{payload}]]></Payload>"
        "</cor:COREEnvelopeRealTimeRequest></soapenv:Body></soapenv:Envelope>"
    ).encode()


def _security(identity: Identity) -> str:
    if not identity.user:
        return ""
    password = escape(identity.password.get_secret_value())
    return (
        f'<wsse:Security xmlns:wsse="{SECURITY}" soapenv:mustUnderstand="true"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(identity.user)}</wsse:Username>"
        f'<wsse:Password Type="{PASSWORD_TEXT}">{password}</wsse:Password>'
        "</wsse:UsernameToken></wsse:Security>"
    )


def _result(reply: Reply) -> AttemptResult:
    return envelope_outcome(reply, _fields(reply))


def _fields(reply: Reply) -> Mapping[str, bytes]:
    """The children of the CORE answer, wherever it stands in the SOAP body: gateways wrap it in an element
    named after the operation. A SOAP fault counts as an error code."""
    inside = _inside(reply)
    fault = _fault(inside)
    if fault:
        return {"ErrorCode": fault.encode()}
    return {leaf.name: leaf.text.encode() for leaf in inside if local(leaf.path[-2]) == ANSWER}


def _inside(reply: Reply) -> tuple[Leaf, ...]:
    """The elements of the SOAP body; none when this is no SOAP, or XML nobody should read."""
    kind = reply.headers.get("content-type", "")
    body = reply.body
    if kind.lower().startswith("multipart/related"):
        boundary = boundary_of(kind, body)
        body = next((part.content for part in parts(body, boundary)), b"") if boundary else b""
    try:
        found = elements(body)
    except UnsafeXml:
        return ()
    return tuple(
        leaf for leaf in found[1:] if [local(name) for name in leaf.path[:2]] == ["Envelope", "Body"]
    )


def _fault(body: tuple[Leaf, ...]) -> str:
    """The fault's codes in one string, "" without a fault. SOAP 1.2's Receiver and 1.1's Server are the other
    side's trouble and may pass (SOAP 1.2 part 1, 5.4.6); the reason text is not ours to interpret."""
    inside = [leaf for leaf in body if len(leaf.path) > 2 and local(leaf.path[2]) == "Fault"]
    stated = [leaf.text.strip() for leaf in inside if leaf.name in ("Value", "faultcode")]
    codes = [text.rpartition(":")[2] for text in stated]
    passing = bool(codes) and codes[0].startswith(("Receiver", "Server"))
    named = " ".join(codes) or ("Fault" if inside else "")
    return f"{named} internal" if passing else named

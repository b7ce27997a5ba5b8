"""Whatever the other side sends, an adapter returns an outcome within its deadline and never raises."""

import asyncio
import gzip
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insurance import x12
from services.insurance.payers.adapter import AttemptResult, ResultKind, Trouble
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.payers.exchange import LARGEST_ANSWER
from services.insurance.payers.multipart import boundary_of, form_data, parts
from services.insurance.payers.safe_xml import UnsafeXml, elements
from tests.contract.insurance.hostile_server import Behaviour, answering, endlessly, http, once
from tests.contract.insurance.inquiring import SOON, WAYS, send, written

HURRIED = timedelta(seconds=0.4)
SOAP = "content-type: application/soap+xml"
MIME = "content-type: multipart/form-data; boundary=b"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"".join([b"&l%d;" % (n - 1)] * 10) if n else b"ha") for n in range(10)
)

TA1 = (
    "ISA*00*          *00*          *ZZ*THROUGHCARESIM *ZZ*HARBOURBRIDGE  "
    "*260315*1200*^*00501*000000042*0*T*:~"
    "TA1*000000042*260315*1200*R*025~IEA*0*000000042~"
)

UNAVAILABLE, MISCONFIGURED, ANSWERED = (
    ResultKind.UNAVAILABLE,
    ResultKind.MISCONFIGURED,
    ResultKind.ANSWERED,
)


async def outcome(name: str, behave: Behaviour, deadline: timedelta = SOON) -> AttemptResult:
    async with answering(behave) as url:
        adapter = WAYS[name](url)
        result = await send(adapter, written(), deadline)
        await adapter.close()
    return result


def enveloped(body: bytes, prologue: bytes = b"") -> bytes:
    return prologue + b'<s:Envelope xmlns:s="%s"><s:Body>%s</s:Body></s:Envelope>' % (ENVELOPE.encode(), body)


def children_of(fields: dict[str, str]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())


def core_answer(**fields: str) -> bytes:
    children = children_of(fields)
    response = f'<c:COREEnvelopeRealTimeResponse xmlns:c="{CORE}">{children}</c:COREEnvelopeRealTimeResponse>'
    return enveloped(response.encode())


def fault(*codes: str) -> bytes:
    inner = "".join(f"<s:Subcode><s:Value>{code}</s:Value></s:Subcode>" for code in codes[1:])
    return enveloped(f"<s:Fault><s:Code><s:Value>{codes[0]}</s:Value>{inner}</s:Code></s:Fault>".encode())


def in_form(text: str) -> bytes:
    return form_data({"PayloadType": "x", "Payload": text, "ErrorCode": "Success"}, "b")


GOOD_ANSWERS: dict[str, Callable[[str], tuple[Any, ...]]] = {
    "edi_http": lambda text: (text.encode(),),
    "core_soap": lambda text: (core_answer(PayloadType="x", Payload=text, ErrorCode="Success"), SOAP),
    "core_mime": lambda text: (in_form(text), MIME),
    "stedi": lambda text: (json.dumps({"x12": text}).encode(),),
}
SCRAPS = [
    b"",
    b"<",
    b">",
    b"&",
    b"]]>",
    b"--b\r\n",
    b"\r\n\r\n",
    b'"',
    b"\xff",
    b"\x1d",
    b"~",
    b"ISA*",
    b"\\u",
]

AT_THE_SOCKET: dict[str, tuple[Behaviour, ResultKind, Trouble]] = {
    "hangs up": (once(b""), UNAVAILABLE, Trouble.TRANSPORT_FAILED),
    "noise": (once(bytes(range(256)) * 40), UNAVAILABLE, Trouble.TRANSPORT_FAILED),
    "half an answer": (
        once(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\nISA*00*"),
        UNAVAILABLE,
        Trouble.TRANSPORT_FAILED,
    ),
    "broken chunks": (
        once(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nISA"),
        UNAVAILABLE,
        Trouble.TRANSPORT_FAILED,
    ),
    "headers without end": (
        endlessly(b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"y" * 4000 + b"\r\n"),
        UNAVAILABLE,
        Trouble.TRANSPORT_FAILED,
    ),
    "a body without end": (
        endlessly(b"HTTP/1.1 200 OK\r\n\r\n", b"ISA*00*" * 10_000),
        MISCONFIGURED,
        Trouble.TOO_LARGE,
    ),
    "a gzip bomb": (
        once(http(gzip.compress(b"0" * (40 * LARGEST_ANSWER)), "content-encoding: gzip")),
        MISCONFIGURED,
        Trouble.TOO_LARGE,
    ),
    "gzip that is none": (
        once(http(b"ISA*00*", "content-encoding: gzip")),
        UNAVAILABLE,
        Trouble.TRANSPORT_FAILED,
    ),
    "coded as nobody can read": (
        once(http(b"\x0b\x02\x80", "content-encoding: br")),
        UNAVAILABLE,
        Trouble.TRANSPORT_FAILED,
    ),
    "no content": (once(http(b"", status="204 No Content")), MISCONFIGURED, Trouble.REFUSED),
    "forbidden": (once(http(b"no", status="403 Forbidden")), MISCONFIGURED, Trouble.CREDENTIALS_REFUSED),
    "a teapot": (once(http(b"", status="418 Teapot")), MISCONFIGURED, Trouble.REFUSED),
    "busy until never": (
        once(http(b"", "retry-after: 99999999999999999999", status="429 Busy")),
        UNAVAILABLE,
        Trouble.TOO_MANY_REQUESTS,
    ),
    "an empty page": (once(http(b"")), ANSWERED, Trouble.NO_X12),
    "a web page": (once(http(b"<html>Sorry", "content-type: text/html")), ANSWERED, Trouble.NO_X12),
    "not utf-8": (once(http(b"\xff\xfe\x00\xd8", SOAP)), ANSWERED, Trouble.NO_X12),
    "deep brackets": (once(http(b"[" * 200_000, "content-type: application/json")), ANSWERED, Trouble.NO_X12),
}

ANSWERS: dict[str, tuple[str, bytes, ResultKind, Trouble]] = {
    "soap: a billion laughs": (
        "core_soap",
        http(
            enveloped(b"<a>&l9;</a>", b"<!DOCTYPE s:Envelope [" + LAUGHS + b"]>"),
            SOAP,
        ),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "soap: a file of this machine": (
        "core_soap",
        http(enveloped(b"<a>&f;</a>", b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]>'), SOAP),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "soap: without end tags": ("core_soap", http(b"<a>" * 9, SOAP), ANSWERED, Trouble.NO_X12),
    "soap: nested beyond reason": (
        "core_soap",
        http(enveloped(b"<a>" * 5000 + b"</a>" * 5000), SOAP),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "soap: an envelope with nothing in it": (
        "core_soap",
        http(enveloped(b""), SOAP),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "soap: success without payload": (
        "core_soap",
        http(core_answer(ErrorCode="Success"), SOAP),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "soap: an error with a made-up name": (
        "core_soap",
        http(core_answer(PayloadType="CoreEnvelopeError", ErrorCode="SenderIDIllegal"), SOAP),
        MISCONFIGURED,
        Trouble.ENVELOPE_ERROR,
    ),
    "soap: an error without a name": (
        "core_soap",
        http(core_answer(PayloadType="CoreEnvelopeError", ErrorCode=""), SOAP),
        MISCONFIGURED,
        Trouble.ENVELOPE_ERROR,
    ),
    "soap: an error that passes": (
        "core_soap",
        http(core_answer(PayloadType="CoreEnvelopeError", ErrorCode="SystemUnavailable"), SOAP),
        UNAVAILABLE,
        Trouble.SERVER_ERROR,
    ),
    "soap: fault, ours": (
        "core_soap",
        http(fault("s:Sender"), SOAP, status="400 Bad Request"),
        MISCONFIGURED,
        Trouble.ENVELOPE_ERROR,
    ),
    "soap: fault, ours, with status 500": (
        "core_soap",
        http(fault("s:Sender"), SOAP, status="500 Oops"),
        MISCONFIGURED,
        Trouble.ENVELOPE_ERROR,
    ),
    "soap: fault, credentials": (
        "core_soap",
        http(fault("s:Sender", "wsse:FailedAuthentication"), SOAP, status="500 Oops"),
        MISCONFIGURED,
        Trouble.CREDENTIALS_REFUSED,
    ),
    "soap: fault, theirs": (
        "core_soap",
        http(fault("s:Receiver"), SOAP, status="500 Oops"),
        UNAVAILABLE,
        Trouble.SERVER_ERROR,
    ),
    "mime: no boundary": (
        "core_mime",
        http(b"--x\r\n", "content-type: text/plain"),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "mime: no parts": ("core_mime", http(b"--b--\r\n", MIME), ANSWERED, Trouble.NO_X12),
    "mime: parts without names": (
        "core_mime",
        http(b"--b\r\n\r\nISA\r\n--b--", MIME),
        ANSWERED,
        Trouble.NO_X12,
    ),
    "mime: an error": (
        "core_mime",
        http(form_data({"PayloadType": "CoreEnvelopeError", "ErrorCode": "NotSupported"}, "b"), MIME),
        MISCONFIGURED,
        Trouble.ENVELOPE_ERROR,
    ),
    "json: another thing": ("stedi", http(b'["x12"]'), ANSWERED, Trouble.NO_X12),
    "json: x12 that is no text": ("stedi", http(b'{"x12": {"a": 1}}'), ANSWERED, Trouble.NO_X12),
    "json: half a surrogate": ("stedi", http(b'{"x12": "\\ud800"}'), ANSWERED, Trouble.NO_X12),
}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("case", AT_THE_SOCKET)
async def test_what_comes_over_the_socket_is_survived(name: str, case: str) -> None:
    behave, kind, trouble = AT_THE_SOCKET[case]
    result = await outcome(name, behave)
    assert (result.kind, result.trouble, result.billed) == (kind, trouble, False)


@pytest.mark.parametrize("case", ANSWERS)
async def test_what_stands_in_an_envelope_is_survived(case: str) -> None:
    name, raw, kind, trouble = ANSWERS[case]
    result = await outcome(name, once(raw))
    assert (result.kind, result.trouble, result.billed) == (kind, trouble, False)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize(
    "drip",
    [
        endlessly(b"", b"H", 0.05),
        endlessly(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", 0.05),
        endlessly(b"HTTP/1.1 200 OK\r\n\r\nISA", b"*", 0.05),
        endlessly(b"HTTP/1.1 100 Continue\r\n\r\n", b"", 0.05),
    ],
    ids=["status line", "headers", "body", "nothing"],
)
async def test_a_drip_ends_at_the_deadline(name: str, drip: Behaviour) -> None:
    result = await outcome(name, drip, HURRIED)
    assert (result.kind, result.trouble) in (
        (UNAVAILABLE, Trouble.TIMED_OUT),
        (UNAVAILABLE, Trouble.TRANSPORT_FAILED),
    )


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
async def test_nothing_follows_a_redirect(name: str, status: str) -> None:
    visits: list[bool] = []

    async def visited(writer: asyncio.StreamWriter) -> None:
        visits.append(True)
        writer.write(http(b"ISA"))

    async with answering(visited) as elsewhere:
        result = await outcome(name, once(http(b"", f"location: {elsewhere}/", status=status)))
    assert (result.kind, result.trouble) == (MISCONFIGURED, Trouble.REFUSED)
    assert visits == []


@pytest.mark.parametrize(
    "there", ["http://elsewhere.example/a", "//elsewhere.example/a", "http://[", "/eligibility"]
)
async def test_an_answer_waiting_in_another_house_is_refused(there: str) -> None:
    result = await outcome("edi_http", once(http(b"", f"location: {there}", status="202 Accepted")))
    assert (result.kind, result.trouble) == (MISCONFIGURED, Trouble.REFUSED)


async def test_a_house_that_speaks_no_tls_is_unavailable() -> None:
    async with answering(once(http(b"ISA"))) as url:
        adapter = EdiHttp(url.replace("http://", "https://"))
        result = await send(adapter, written())
        await adapter.close()
    assert (result.kind, result.trouble) == (UNAVAILABLE, Trouble.TRANSPORT_FAILED)


async def test_a_handshake_that_never_ends_ends_at_the_deadline() -> None:
    async with answering(endlessly(b"", b"", 0.05)) as url:
        adapter = EdiHttp(url.replace("http://", "https://"))
        result = await send(adapter, written(), HURRIED)
        await adapter.close()
    assert (result.kind, result.trouble) == (UNAVAILABLE, Trouble.TIMED_OUT)


@pytest.mark.parametrize("name", WAYS)
async def test_scrambled_answers_are_outcomes_like_any_other(name: str, url: str) -> None:
    text = await good_answer(url)
    chance = random.Random(20260315)
    for _ in range(40):
        body, *headers = GOOD_ANSWERS[name](text)
        for _ in range(chance.randint(1, 3)):
            start = chance.randrange(len(body))
            stop = start + chance.choice([0, 1, 5, 200])
            body = body[:start] + chance.choice(SCRAPS) + body[stop:]
        result = await outcome(name, once(http(body, *headers)))
        assert result.kind in (ANSWERED, MISCONFIGURED, UNAVAILABLE)
        if result.kind is ANSWERED and result.trouble is None:
            assert x12.read(result.raw).responses or result.billed is False


async def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    result = await outcome("edi_http", once(http(b"no x12")))
    assert result.http_status == 200


async def test_a_gateway_in_a_multipart_wrapper_is_read() -> None:
    """MTOM (XOP): some gateways wrap the SOAP answer in multipart/related."""
    soap = core_answer(PayloadType="X12_TA1_Response_00501X231A1", Payload=TA1, ErrorCode="")
    head = b"--u\r\nContent-Type: application/xop+xml; charset=utf-8\r\nContent-ID: <0>\r\n\r\n"
    wrapped = b"\r\n" + head + soap + b"\r\n--u--\r\n"
    kind = 'content-type: multipart/related; type="application/xop+xml"; boundary="u"; start="<0>"'
    result = await outcome("core_soap", once(http(wrapped, kind)))
    assert result.kind is ResultKind.ENVELOPE_REJECTED
    assert result.raw == TA1.encode()


async def good_answer(url: str) -> str:
    """The 271 of an active member, as the clearinghouse writes it."""
    asked = EdiHttp(url)
    text = (await send(asked, written())).raw.decode()
    await asked.close()
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<n:realTimeTransactionResponse xmlns:n="{CORE}">', "</n:realTimeTransactionResponse>"),
        ("<a><b>", "</b></a>"),
    ],
)
async def test_an_answer_wrapped_in_the_operations_name_is_read(url: str, before: str, after: str) -> None:
    text = await good_answer(url)
    children = children_of({"PayloadType": "x", "ErrorCode": "Success", "Payload": text})
    answer = f"<COREEnvelopeRealTimeResponse>{children}</COREEnvelopeRealTimeResponse>"
    result = await outcome("core_soap", once(http(enveloped(f"{before}{answer}{after}".encode()), SOAP)))
    assert (result.kind, result.trouble, result.raw) == (ANSWERED, None, text.encode())


def in_envelope(name: str, **fields: str) -> tuple[bytes, str]:
    """Body and media type of a CORE answer on either of its two ways."""
    return (core_answer(**fields), SOAP) if name == "core_soap" else (form_data(fields, "b-"), f"{MIME}-")


@pytest.mark.parametrize("name", ["core_soap", "core_mime"])
@pytest.mark.parametrize("status", ["500 Oops", "400 Bad Request", "503 Later"])
async def test_an_answer_is_read_whatever_the_http_status_beside_it(url: str, name: str, status: str) -> None:
    text = await good_answer(url)
    body, media = in_envelope(name, PayloadType="x", ErrorCode="Success", Payload=text)
    result = await outcome(name, once(http(body, media, status=status)))
    assert (result.kind, result.trouble, result.billed) == (ANSWERED, None, True)
    assert result.raw == text.encode()


@pytest.mark.parametrize("name", ["core_soap", "core_mime"])
@pytest.mark.parametrize(
    ("code", "status", "kind", "trouble"),
    [
        ("UnAuthorized", "500 Oops", MISCONFIGURED, Trouble.CREDENTIALS_REFUSED),
        ("SenderIDIllegal", "500 Oops", MISCONFIGURED, Trouble.ENVELOPE_ERROR),
        ("SystemUnavailable", "400 Bad Request", UNAVAILABLE, Trouble.SERVER_ERROR),
        ("", "503 Later", UNAVAILABLE, Trouble.SERVER_ERROR),
        ("UnAuthorized", "429 Busy", UNAVAILABLE, Trouble.TOO_MANY_REQUESTS),
    ],
)
async def test_an_error_in_the_envelope_says_more_than_the_http_status(
    name: str, code: str, status: str, kind: ResultKind, trouble: Trouble
) -> None:
    body, media = in_envelope(name, PayloadType="CoreEnvelopeError", ErrorCode=code)
    result = await outcome(name, once(http(body, media, status=status)))
    assert (result.kind, result.trouble) == (kind, trouble)


@pytest.mark.parametrize("name", ["core_soap", "core_mime"])
async def test_success_without_a_payload_is_no_answer_when_http_says_otherwise(name: str) -> None:
    body, media = in_envelope(name, PayloadType="x", ErrorCode="Success", Payload="")
    result = await outcome(name, once(http(body, media, status="500 Oops")))
    assert (result.kind, result.trouble) == (UNAVAILABLE, Trouble.SERVER_ERROR)


async def test_a_form_cut_off_at_the_cap_is_too_large_whatever_stands_in_it(url: str) -> None:
    body = in_form(await good_answer(url)) + b" " * LARGEST_ANSWER
    result = await outcome("core_mime", once(http(body, MIME)))
    assert (result.kind, result.trouble) == (MISCONFIGURED, Trouble.TOO_LARGE)


async def test_a_refused_envelope_says_more_than_the_error_code_beside_it() -> None:
    answer = core_answer(PayloadType="CoreEnvelopeError", Payload=TA1, ErrorCode="PayloadIllegal")
    result = await outcome("core_soap", once(http(answer, SOAP)))
    assert result.kind is ResultKind.ENVELOPE_REJECTED


@pytest.mark.parametrize("separator", ["\x1d", "&#29;", "&#x1D;"])
async def test_control_characters_survive_the_envelope(separator: str) -> None:
    answer = core_answer(PayloadType="x", Payload=TA1.replace("~", separator), ErrorCode="Success")
    result = await outcome("core_soap", once(http(answer, SOAP)))
    assert result.kind is ResultKind.ENVELOPE_REJECTED
    assert result.raw == TA1.replace("~", "\x1d").encode()


async def test_a_form_with_bare_line_feeds_is_read() -> None:
    fields = {"PayloadType": "x", "ErrorCode": "Success", "Payload": TA1}
    body = form_data(fields, "b").replace(b"\r\n", b"\n")
    result = await outcome("core_mime", once(http(body, "content-type: multipart/form-data")))
    assert (result.kind, result.raw) == (ResultKind.ENVELOPE_REJECTED, TA1.encode())


@pytest.mark.parametrize("declared", ["", ' SYSTEM "http://127.0.0.1:1/x.dtd"', ' [<!ENTITY a "b">]'])
def test_a_document_type_is_refused_where_it_begins(declared: str) -> None:
    with pytest.raises(UnsafeXml, match="declares a document type"):
        elements(f"<!DOCTYPE a{declared}><a>b</a>".encode())


@given(st.binary(max_size=300) | st.text(alphabet="<>&;!/abc#x1D \"'[]", max_size=80).map(str.encode))
def test_any_bytes_are_elements_or_unsafe(body: bytes) -> None:
    with suppress(UnsafeXml):
        elements(body)


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_have_parts_or_none(body: bytes, kind: str) -> None:
    parts(body, boundary_of(kind, body) or "b")


@given(
    st.dictionaries(st.sampled_from(["PayloadID", "Payload", "ErrorCode"]), st.text(alphabet="ISA*~:^\r\n -"))
)
def test_a_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    read = {part.name: part.content.decode() for part in parts(form_data(fields, "xyz"), "xyz")}
    assert read == fields

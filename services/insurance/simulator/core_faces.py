"""The clearinghouse's CAQH CORE faces, vC2.2.0: POST /core/soap and POST /core/mime.

Names and namespaces are written out here again and not taken from our adapters: a slip of theirs must show.
"""

from uuid import uuid4
from xml.sax.saxutils import escape  # writes only; nothing is parsed with it

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.datastructures import UploadFile

from services.insurance.payers.safe_xml import Leaf, UnsafeXml, elements
from services.insurance.simulator.faces import LARGEST_INQUIRY, body_of, http_failure, same, wanted
from services.insurance.simulator.faults import Fault
from services.insurance.simulator.house import Clearinghouse, Failed, NoInquiry
from services.insurance.simulator.settings import SimulatorSettings
from shared import clock

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECURITY = f"{WSS}wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = f"{WSS}username-token-profile-1.0#PasswordText"
PAYLOAD_TYPES = {
    "271": "X12_271_Response_005010X279A1",
    "999": "X12_999_Response_005010X231A1",
    "TA1": "X12_TA1_Response_00501X231A1",
}
REQUIRED = {
    "PayloadType": "X12_270_Request_005010X279A1",
    "ProcessingMode": "RealTime",
    "PayloadID": "",
    "TimeStamp": "",
    "SenderID": "",
    "ReceiverID": "",
    "CORERuleVersion": "2.2.0",
    "Payload": "",
}
Fields = dict[str, str]


def routes(house: Clearinghouse, settings: SimulatorSettings) -> APIRouter:
    """Both CORE faces of `house`."""
    router = APIRouter()

    @router.post("/core/soap")
    async def core_soap(request: Request) -> Response:
        try:
            found = elements(await body_of(request))
        except UnsafeXml:
            return _fault("Sender", "The envelope is not well-formed XML.", 400)
        if not request.headers.get("content-type", "").startswith("application/soap+xml"):
            return PlainTextResponse("application/soap+xml is wanted.", 415)
        fields = _soap_fields(found)
        if fields is None:
            return _fault("Sender", "There is no real-time request of CORE rule 2.2.0.", 400)
        user, password = _token(found)
        answered = await _core(house, settings, request, fields, user, password)
        return answered if isinstance(answered, Response) else _soap(answered)

    @router.post("/core/mime")
    async def core_mime(request: Request) -> Response:
        async with request.form(max_files=4, max_fields=20, max_part_size=LARGEST_INQUIRY) as form:
            fields = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
        user, password = fields.get("UserName", ""), fields.get("Password", "")
        answered = await _core(house, settings, request, fields, user, password)
        return answered if isinstance(answered, Response) else _form(answered)

    return router


async def _core(
    house: Clearinghouse,
    settings: SimulatorSettings,
    request: Request,
    fields: Fields,
    user: str,
    password: str,
) -> Fields | Response:
    """The answer's fields for either envelope, or what HTTP says instead."""
    answer = {
        "PayloadType": "CoreEnvelopeError",
        "ProcessingMode": "RealTime",
        "PayloadID": str(uuid4()),
        "TimeStamp": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "SenderID": fields.get("ReceiverID", ""),
        "ReceiverID": fields.get("SenderID", ""),
        "CORERuleVersion": "2.2.0",
        "Payload": "",
    }

    def refused(code: str) -> Fields:
        return {**answer, "ErrorCode": code, "ErrorMessage": f"{code}."}

    known = settings.simulator_user
    if known and not (same(user, known) and same(password, settings.simulator_password.get_secret_value())):
        return refused("UnAuthorized")
    wrong = _wrong_field(fields)
    if wrong:
        return refused(wrong)
    try:
        served = await house.serve(fields["Payload"].strip().encode("utf-8"), wanted(request))
    except NoInquiry:
        return refused("PayloadIllegal")
    if isinstance(served, Failed):
        named = {Fault.UNAUTHORIZED: "UnAuthorized", Fault.VERSION: "VersionMismatch"}
        return refused(named[served.fault]) if served.fault in named else http_failure(served.fault, request)
    fine = {"PayloadType": PAYLOAD_TYPES[served.kind], "Payload": served.text}
    return {**answer, **fine, "ErrorCode": "Success", "ErrorMessage": ""}


def _wrong_field(fields: Fields) -> str:
    """The rule's name for the first field that is missing or has a value it must not have."""
    for name, only in REQUIRED.items():
        given = fields.get(name, "").strip()
        if not given:
            return f"{name}Required"
        if only and given != only:
            return "VersionMismatch" if name == "CORERuleVersion" else f"{name}Illegal"
    return ""


def _soap_fields(found: tuple[Leaf, ...]) -> Fields | None:
    """The children of the request element; None without one of the rule's namespace."""
    root = (f"{{{ENVELOPE}}}Envelope", f"{{{ENVELOPE}}}Body", f"{{{CORE}}}COREEnvelopeRealTimeRequest")
    if not any(leaf.path == root for leaf in found):
        return None
    return {leaf.path[3]: leaf.text for leaf in found if leaf.path[:3] == root and len(leaf.path) == 4}


def _token(found: tuple[Leaf, ...]) -> tuple[str, str]:
    """User and password of the UsernameToken, as text; empty for any other kind of token."""
    user = next((leaf.text for leaf in found if leaf.path[-1] == f"{{{SECURITY}}}Username"), "")
    password = next((leaf for leaf in found if leaf.path[-1] == f"{{{SECURITY}}}Password"), None)
    if password is None or password.attributes.get("Type") != PASSWORD_TEXT:
        return user, ""
    return user, password.text


def _soap(fields: Fields) -> Response:
    children = "".join(f"<{name}>{_character_data(value)}</{name}>" for name, value in fields.items())
    body = f'<c:COREEnvelopeRealTimeResponse xmlns:c="{CORE}">{children}</c:COREEnvelopeRealTimeResponse>'
    return _enveloped(body, 200)


def _character_data(value: str) -> str:
    return escape(value, {"\r": "&#13;"})


def _fault(code: str, reason: str, status: int) -> Response:
    body = (
        f"<s:Fault><s:Code><s:Value>s:{code}</s:Value></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(reason)}</s:Text></s:Reason></s:Fault>'
    )
    return _enveloped(body, status)


def _enveloped(body: str, status: int) -> Response:
    text = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Header/><s:Body>{body}</s:Body></s:Envelope>'
    return Response(text, status, media_type="application/soap+xml")


def _form(fields: Fields) -> Response:
    boundary = uuid4().hex
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    text = "".join([*lines, f"--{boundary}--\r\n"])
    return Response(text, media_type=f"multipart/form-data; boundary={boundary}")

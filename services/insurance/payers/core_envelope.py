"""What CAQH CORE Connectivity Rule vC2.2.0 puts around a 270 in real time, whichever of its two envelopes
(SOAP 1.2 or multipart/form-data) carries it.

Facts (the rule's sections 4.3 and 4.4; HETS, Stedi, Office Ally and several state Medicaids use them so):
- request fields PayloadType, ProcessingMode, PayloadID (a UUID, new for every message), TimeStamp (UTC),
  SenderID, ReceiverID, CORERuleVersion, Payload; the answer has the same and ErrorCode, ErrorMessage;
- PayloadType of an answer is X12_271_Response_005010X279A1, X12_999_Response_005010X231A1,
  X12_TA1_Response_00501X231A1 or CoreEnvelopeError;
- ErrorCode is Success when fine (some gateways leave it empty); else a field's name with Required, Illegal or
  NotUnderstood, or VersionMismatch, UnAuthorized, NotSupported, ChecksumMismatched. All of those are ours;
- the HTTP status is no part of it: some gateways send errors, and even answers, with 400 or 500.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from pydantic import SecretStr

from services.insurance.payers.adapter import AttemptResult, ResultKind, Trouble
from services.insurance.payers.exchange import LARGEST_ANSWER, Reply, refusal
from services.insurance.payers.payload import outcome
from shared import clock

RULE_VERSION = "2.2.0"
REQUEST_270 = "X12_270_Request_005010X279A1"
ENVELOPE_ERROR = "coreenvelopeerror"
FINE = ("", "success")
# Not in the rule: what gateways say of themselves when they mean "later". Everything else is ours to mend.
LATER = re.compile(r"unavailable|busy|time-?d?\s?-?out|try\s?again|internal|system\s?error", re.IGNORECASE)
CREDENTIALS = re.compile(
    r"unauthori[sz]ed|authenticationfail|failedauthentication|invalidsecurity|securitytoken", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to a gateway. Without `user` a client certificate does it."""

    sender_id: str
    receiver_id: str
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))


def request_fields(inquiry: str, identity: Identity) -> dict[str, str]:
    """The envelope of one real-time 270, in the order of the rule's schema."""
    return {
        "PayloadType": REQUEST_270,
        "ProcessingMode": "RealTime",
        "PayloadID": str(uuid4()),
        "TimeStamp": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "SenderID": identity.sender_id,
        "ReceiverID": identity.receiver_id,
        "CORERuleVersion": RULE_VERSION,
        "Payload": inquiry,
    }


def envelope_outcome(reply: Reply, fields: Mapping[str, bytes]) -> AttemptResult:
    """What an answer's fields mean. Whatever they leave unsaid, the HTTP status says.

    A refusing TA1 or 999 says more than any ErrorCode beside it. After 429, and of a body that is cut off,
    no field is believed.
    """
    if reply.status == 429 or len(reply.body) > LARGEST_ANSWER:
        fields = {}
    code, typed = _word(fields, "ErrorCode"), _word(fields, "PayloadType").lower()
    seen = outcome(reply, fields.get("Payload", b"").strip(b" \t\r\n"))
    if seen.kind is ResultKind.ENVELOPE_REJECTED:
        return seen
    if code.lower() not in FINE:
        return _error(reply, code)
    if typed == ENVELOPE_ERROR:
        return refusal(reply) or _error(reply, code)
    return seen if seen.trouble is None else refusal(reply) or seen


def _word(fields: Mapping[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", errors="replace").strip()


def _error(reply: Reply, code: str) -> AttemptResult:
    """An envelope error or fault named `code`: the gateway's trouble, our credentials, or our envelope."""
    if CREDENTIALS.search(code):
        return reply.result(ResultKind.MISCONFIGURED, Trouble.CREDENTIALS_REFUSED, raw=reply.body)
    if LATER.search(code):
        return reply.result(ResultKind.UNAVAILABLE, Trouble.SERVER_ERROR, raw=reply.body)
    return reply.result(ResultKind.MISCONFIGURED, Trouble.ENVELOPE_ERROR, raw=reply.body)

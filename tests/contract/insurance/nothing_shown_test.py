"""What holds a person's data shows none of it: a repr ends up in tracebacks and logs."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from services.insurance.attempts import Known, Sent
from services.insurance.payers.adapter import Adapter, AttemptResult, ResultKind
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.payers.exchange import Reply
from services.insurance.payers.multipart import parts
from services.insurance.payers.safe_xml import elements
from services.insurance.simulator.checking import checked
from services.insurance.simulator.house import Served
from services.insurance.simulator.replies import Patient
from tests.contract.insurance.inquiring import send, written

PERSON = "OKAFOR"
BODY = PERSON.encode()
ID = UUID(int=1)
QUESTION = checked(written().encode())


@pytest.mark.parametrize(
    "held",
    [
        AttemptResult(ResultKind.PENDING, timedelta(), BODY, handle=f"/answers/{PERSON}"),
        Reply(202, httpx2.Headers({"location": f"/answers/{PERSON}"}), BODY, timedelta()),
        parts(b"--b\r\nContent-Disposition: form-data; name=Payload\r\n\r\n" + BODY, "b"),
        elements(b'<a b="' + BODY + b'">' + BODY + b"</a>"),
        Sent(ID, PERSON),
        Known(ID, BODY, "TC1", datetime(2026, 3, 15, tzinfo=UTC)),
        QUESTION,
        Patient(QUESTION.subscriber, QUESTION.subscriber),
        Served(PERSON, "271"),
    ],
    ids=lambda held: type(held).__name__,
)
def test_a_person_is_not_shown(held: object) -> None:
    assert QUESTION.subscriber.last_name == PERSON
    assert QUESTION.subscriber.birth_date == date(1988, 4, 12)
    told = repr(held)
    assert not any(word in told for word in (PERSON, "1988", "NSH100200300"))


async def test_an_answer_shows_its_kind_and_nothing_of_the_person(adapter: Adapter) -> None:
    result = await send(adapter, written())
    assert BODY in result.raw
    assert "answered" in repr(result)
    assert PERSON not in repr(result)


async def test_no_error_carries_an_inquiry_that_is_not_ascii(url: str) -> None:
    adapter = EdiHttp(url)
    result = await send(adapter, written().replace(PERSON, f"{PERSON}\u00e9\ud800"))
    await adapter.close()
    assert result.kind is ResultKind.ANSWERED

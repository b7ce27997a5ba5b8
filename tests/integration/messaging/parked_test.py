"""Facts that cannot be applied are set aside with a reason; nothing else waits for them."""

from nats.js import JetStreamContext
from sqlalchemy import select

from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.intake import Channel, InquiryReceived, Priority
from shared.messaging import parked
from shared.messaging.consumer import Consumer, Incoming
from shared.messaging.outbox import outbox
from shared.messaging.streams import STREAM, provision
from tests.conftest import eventually
from tests.integration.messaging.carrying import carrying, effects_of, inquiry, refuse_p0, write_down
from tests.integration.messaging.conftest import OpenService

HEARD = {InquiryReceived: refuse_p0}
SUBJECT = InquiryReceived.subject


def _incoming(fact: InquiryReceived) -> Incoming:
    return Incoming(SUBJECT, fact.model_dump_json().encode())


async def test_a_fact_that_comes_ten_times_has_one_effect(open_service: OpenService) -> None:
    insurance = await open_service("insurance")
    consumer = Consumer(insurance, {InquiryReceived: write_down})
    fact = _incoming(inquiry(new_id()))
    await consumer.apply([fact] * 5)
    for _ in range(5):
        await consumer.apply([fact])
    assert len(await effects_of(insurance)) == 1


async def test_a_refused_fact_leaves_nothing_but_its_parked_row_and_the_others_are_applied(
    open_service: OpenService,
) -> None:
    insurance = await open_service("insurance")
    consumer = Consumer(insurance, HEARD)
    good, bad = inquiry(new_id()), inquiry(new_id()).model_copy(update={"priority": Priority.P0})
    last = inquiry(new_id())
    await consumer.apply([_incoming(fact) for fact in (good, bad, last)])
    assert [case for case, _ in await effects_of(insurance)] == [good.case_id, last.case_id]
    async with insurance.reading() as session:
        waiting = await parked.waiting(session)
        said = (await session.scalars(select(outbox.c.case_id))).all()
    assert [(row["case_id"], row["reason"]) for row in waiting] == [
        (bad.case_id, "This case was closed already.")
    ]
    assert said == [good.case_id, last.case_id]


async def test_what_cannot_be_read_is_parked_once_and_never_printed(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    insurance = await open_service("insurance")
    await provision(js, {"insurance": HEARD})
    garbage = [
        b"\xff\xfe not json",
        b"[]",
        b'{"case_id": "Maria Lopez"}',
        b'{"case_id": 7}',
        b"[" * 5000,
        InquiryReceived(case_id=new_id(), channel=Channel.WEB, priority=Priority.P1, respond_by=clock.now())
        .model_dump_json()
        .replace("P1", "P9")
        .encode(),
    ]
    for body in garbage:
        await js.publish(SUBJECT, body, stream=STREAM)
        await js.publish(SUBJECT, body, stream=STREAM, headers={"content-type": "application/json"})
    good = inquiry(new_id())
    await js.publish(SUBJECT, good.model_dump_json().encode(), stream=STREAM)
    async with carrying(insurance, nats_url, "insurance", HEARD):

        async def applied() -> bool:
            return len(await effects_of(insurance)) == 1

        await eventually(applied)
    async with insurance.reading() as session:
        waiting = await parked.waiting(session)
    assert len(waiting) == len(garbage)
    reasons = [str(row["reason"]) for row in waiting]
    assert reasons[-1] == "The message could not be read: priority is not as agreed."
    assert not any("Maria" in reason for reason in reasons)


async def test_a_defect_in_a_handler_parks_the_fact_instead_of_stopping_the_service(
    open_service: OpenService,
) -> None:
    insurance = await open_service("insurance")

    async def defective(session: object, fact: InquiryReceived) -> None:
        raise KeyError("555-0142")

    await Consumer(insurance, {InquiryReceived: defective}).apply([_incoming(inquiry(new_id()))])
    async with insurance.reading() as session:
        (row,) = await parked.waiting(session)
    assert "KeyError" in str(row["reason"])
    assert "555" not in str(row["reason"])

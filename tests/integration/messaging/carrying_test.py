"""From a commit in one service to an effect in another."""

from collections import defaultdict
from uuid import UUID

from nats.js import JetStreamContext
from sqlalchemy import select

from shared.contracts.fact import new_id
from shared.contracts.insurance import VerificationStarted
from shared.contracts.intake import InquiryReceived
from shared.messaging.outbox import outbox, say
from shared.messaging.streams import STREAM
from tests.conftest import eventually
from tests.integration.messaging.carrying import (
    carrying,
    effects_of,
    inquiry,
    stored,
    write_down,
    write_down_and_answer,
)
from tests.integration.messaging.conftest import OpenService


async def test_what_intake_commits_is_applied_once_and_in_order_by_insurance_and_answered(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    intake = await open_service("intake")
    insurance = await open_service("insurance")
    cases = [new_id() for _ in range(40)]
    async with (
        carrying(intake, nats_url, "intake", {VerificationStarted: write_down}),
        carrying(insurance, nats_url, "insurance", {InquiryReceived: write_down_and_answer}),
    ):
        for _ in range(10):
            async with intake.transaction() as session:
                say(session, *(inquiry(case) for case in cases))

        async def all_applied() -> bool:
            return len(await effects_of(insurance)) >= 400 and len(await effects_of(intake)) >= 400

        await eventually(all_applied)
        for database in (insurance, intake):
            by_case: dict[UUID, list[int]] = defaultdict(list)
            for case, seq in await effects_of(database):
                by_case[case].append(seq)
            assert by_case == {case: list(range(1, 11)) for case in cases}


async def test_a_fact_leaves_with_its_id_for_deduplication_and_as_a_cloud_event(
    js: JetStreamContext, nats_url: str, open_service: OpenService
) -> None:
    intake = await open_service("intake")
    case = new_id()
    async with carrying(intake, nats_url, "intake", {VerificationStarted: write_down}):
        async with intake.transaction() as session:
            say(session, inquiry(case))

        await eventually(lambda: stored(js))
        message = await js.get_msg(STREAM, 1)
        async with intake.reading() as session:
            row = (await session.execute(select(outbox))).one()
        headers = message.headers or {}
        assert headers["Nats-Msg-Id"] == headers["ce-id"] == str(row.event_id)
        assert headers["ce-type"] == InquiryReceived.subject == message.subject
        assert headers["ce-source"] == "/throughcare/intake"
        assert headers["ce-subject"] == str(case)
        assert headers["ce-specversion"] == "1.0"
        assert message.data == row.body


async def test_nothing_is_said_when_the_change_is_rolled_back(open_service: OpenService) -> None:
    intake = await open_service("intake")
    try:
        async with intake.transaction() as session:
            say(session, inquiry(new_id()))
            raise LookupError
    except LookupError:
        pass
    async with intake.reading() as session:
        assert (await session.execute(select(outbox))).all() == []

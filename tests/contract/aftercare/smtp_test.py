"""E-mail over a real SMTP server: what it gets, and what we make of each way it can refuse."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from icalendar import Calendar

from services.aftercare.messages.channels.outcome import Fate, Outcome
from services.aftercare.messages.channels.smtp import Smtp
from services.aftercare.messages.opening import open_channels
from services.aftercare.messages.writing import Attached, Letter
from services.aftercare.settings import Settings
from shared.contracts.aftercare import InvitationMethod, MessageChannel

from .mail_server import PASSWORD, USER, MailServer, certificate, mail_server

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
LETTER = Letter(
    UUID("0192f000-0000-7000-8000-000000000001"), "es", "¿Cómo va su semana?", "Hola:\n\n¿cómo está?\n", "",
    "https://week.example.org/stop/abc", Attached(InvitationMethod.REQUEST, CALENDAR),
)  # fmt: skip
NO_MAILBOX = Outcome(Fate.REFUSED, "address_refused", bad_address=True)
Pem = tuple[Path, Path]
TO = "rowan@example.org"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Pem:
    return certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
async def server(pem: Pem) -> AsyncGenerator[MailServer]:
    async with mail_server(*pem) as running:
        yield running


def channel(server: MailServer, authority: Path | None, **differs: object) -> Smtp:
    settings = Settings(
        smtp_host=server.host,
        smtp_port=server.port,
        smtp_authority=authority,
        mail_from="Harbour Bridge <hello@week.example.org>",
        aftercare_url="https://week.example.org",
        **differs,  # type: ignore[arg-type]
    )
    opened = open_channels(settings)[MessageChannel.EMAIL]
    assert isinstance(opened, Smtp)
    return opened


async def test_an_e_mail_arrives_over_tls_as_it_was_written(server: MailServer, pem: Pem) -> None:
    assert await channel(server, pem[0]).send(TO, LETTER) == Outcome(Fate.TAKEN)
    (message,) = server.room.taken
    assert server.room.secured == [True]
    assert server.room.envelopes[0].rcpt_tos == [TO]
    assert server.room.envelopes[0].mail_from == "hello@week.example.org"
    assert message["subject"] == "¿Cómo va su semana?"
    assert message["message-id"] == f"<{LETTER.id}@week.example.org>"
    assert message["list-unsubscribe"] == "<https://week.example.org/stop/abc>"
    assert message["auto-submitted"] == "auto-generated"
    words, calendar = message.iter_parts()
    assert words.get_content().replace("\r\n", "\n") == LETTER.body
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    content = calendar.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert Calendar.from_ical(content)["method"] == "REQUEST"


async def test_the_same_letter_twice_has_one_message_id(server: MailServer, pem: Pem) -> None:
    for _ in range(2):
        await channel(server, pem[0]).send(TO, LETTER)
    assert len({message["message-id"] for message in server.room.taken}) == 1


async def test_a_server_nobody_vouches_for_is_told_nothing(server: MailServer) -> None:
    outcome = await channel(server, None).send(TO, LETTER)
    assert outcome.fate is Fate.LATER
    assert server.room.taken == []


async def test_a_server_without_tls_is_told_nothing() -> None:
    async with mail_server() as plain:
        outcome = await channel(plain, None).send(TO, LETTER)
        assert outcome.fate is Fate.LATER
        assert plain.room.taken == []


async def test_a_server_on_this_machine_may_do_without() -> None:
    async with mail_server() as plain:
        assert (await channel(plain, None, smtp_security="none").send(TO, LETTER)).fate is Fate.TAKEN


async def test_we_sign_in_where_that_is_asked(pem: Pem) -> None:
    async with mail_server(*pem, sign_in=True) as closed:
        right = channel(closed, pem[0], smtp_user=USER, smtp_password=PASSWORD)
        assert (await right.send(TO, LETTER)).fate is Fate.TAKEN
        wrong = channel(closed, pem[0], smtp_user=USER, smtp_password="something else")
        assert await wrong.send(TO, LETTER) == Outcome(Fate.LATER, "mail_server_refuses_us")
        assert len(closed.room.taken) == 1


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"to_recipient": "550 5.1.1 no such mailbox"}, NO_MAILBOX),
        ({"to_recipient": "450 4.2.0 grey-listed"}, Outcome(Fate.LATER, "mail_put_off")),
        ({"to_recipient": "552 5.2.2 mailbox full"}, Outcome(Fate.LATER, "mail_put_off")),
        ({"to_data": "451 4.3.0 try again"}, Outcome(Fate.LATER, "mail_put_off")),
        ({"to_data": "554 5.7.1 looks like spam"}, Outcome(Fate.REFUSED, "mail_refused")),
        ({"to_sender": "550 5.7.1 not you"}, Outcome(Fate.LATER, "mail_server_refuses_us")),
        ({"breaks_off": True}, Outcome(Fate.UNCERTAIN, "mail_server_broke_off")),
    ],
    ids=["no-mailbox", "grey", "full", "busy", "spam", "sender", "broke-off"],
)  # fmt: skip
async def test_each_refusal_is_understood(
    server: MailServer, pem: Pem, answers: dict[str, object], outcome: Outcome
) -> None:
    for name, value in answers.items():
        setattr(server.room, name, value)
    assert await channel(server, pem[0]).send(TO, LETTER) == outcome


async def test_a_server_that_is_not_there_is_tried_later(server: MailServer, pem: Pem) -> None:
    gone = channel(MailServer("127.0.0.1", 1, server.room), pem[0])
    assert (await gone.send(TO, LETTER)).fate is Fate.LATER


async def test_an_address_no_mail_can_go_to_is_refused_not_raised(server: MailServer, pem: Pem) -> None:
    outcome = await channel(server, pem[0]).send("röwan@example.org", LETTER)
    assert outcome.fate is Fate.REFUSED
    assert outcome.bad_address


async def test_the_date_is_the_services_own_clock(server: MailServer, pem: Pem) -> None:
    await channel(server, pem[0]).send(TO, LETTER)
    sent = server.room.taken[0]["date"].datetime
    assert abs((sent - datetime.now(UTC)).total_seconds()) < 60

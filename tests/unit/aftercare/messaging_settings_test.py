"""Settings under which messages would leave unsafely, or could not leave, end the start with a sentence."""

from pathlib import Path
from typing import Any

import pytest

from services.aftercare.messages.channels.tray import Tray
from services.aftercare.messages.opening import MessagingMisconfigured, on_call, open_channels
from services.aftercare.settings import Settings
from shared.contracts.aftercare import MessageChannel

NEUTRAL = {"aftercare_url": "https://week.example.org"}
MAIL: dict[str, Any] = {
    **NEUTRAL,
    "smtp_host": "mail.example.org",
    "mail_from": "Harbour Bridge <hello@week.example.org>",
}
TEXT: dict[str, Any] = {
    **NEUTRAL,
    "text_url": "https://gateway.example.org/texts",
    "text_token": "an invented token",
    "text_from": "+15005550199",
    "text_webhook_secret": "sixteen letters or more",
}


def test_nothing_configured_is_no_channel_and_no_complaint() -> None:
    assert open_channels(Settings()) == {}


def test_what_is_filled_in_opens() -> None:
    assert set(open_channels(Settings(**MAIL))) == {MessageChannel.EMAIL}
    assert set(open_channels(Settings(**{**MAIL, **TEXT}))) == set(MessageChannel)
    assert all(isinstance(one, Tray) for one in open_channels(Settings(tray=True, demo=True)).values())


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({**MAIL, "smtp_security": "none"}, "SMTP_SECURITY"),
        ({**MAIL, "smtp_host": "127.0.0.1", "smtp_security": "none", "smtp_user": "a", "smtp_password": "b"},
         "SMTP_PASSWORD"),
        ({**MAIL, "smtp_host": "https://mail.example.org"}, "SMTP_HOST"),
        ({**MAIL, "mail_from": ""}, "MAIL_FROM"),
        ({**MAIL, "mail_from": "Harbour Bridge Recovery <hello@week.example.org>"}, "MAIL_FROM"),
        ({**MAIL, "mail_from": "hello@harbourrehab.example.org"}, "MAIL_FROM"),
        ({**MAIL, "mail_from": "Harbour\nBcc: x@example.org <hello@week.example.org>"}, "MAIL_FROM"),
        ({**MAIL, "smtp_user": "harbour"}, "SMTP_PASSWORD"),
        ({**MAIL, "smtp_authority": Path("/nowhere/ca.pem")}, "SMTP_AUTHORITY"),
        ({**MAIL, "aftercare_url": "http://week.example.org"}, "AFTERCARE_URL"),
        ({**MAIL, "aftercare_url": "https://aftercare.harbourbridgerecovery.org"}, "AFTERCARE_URL"),
        ({"mail_from": "hello@week.example.org"}, "SMTP_HOST"),
        ({**TEXT, "text_url": "http://gateway.example.org/texts"}, "TEXT_URL"),
        ({**TEXT, "text_url": "https://user:secret@gateway.example.org/"}, "TEXT_URL"),
        ({**TEXT, "text_url": "gateway"}, "TEXT_URL"),
        ({**TEXT, "text_token": ""}, "TEXT_TOKEN"),
        ({**TEXT, "text_token": "two\r\nlines"}, "TEXT_TOKEN"),
        ({**TEXT, "text_from": ""}, "TEXT_FROM"),
        ({**TEXT, "text_from": "SMART"}, "TEXT_FROM"),
        ({**TEXT, "text_webhook_secret": ""}, "TEXT_WEBHOOK_SECRET"),
        ({**TEXT, "text_webhook_secret": "short"}, "TEXT_WEBHOOK_SECRET"),
        ({"text_token": "an invented token"}, "TEXT_URL"),
        ({"tray": True}, "TRAY"),
        ({**MAIL, "tray": True, "demo": True}, "TRAY"),
        ({"on_call": "sms:+15005550100"}, "ON_CALL"),
        ({"on_call": "mailto:nobody"}, "ON_CALL"),
        ({"on_call": "tel:12"}, "ON_CALL"),
    ],
)  # fmt: skip
def test_what_is_unsafe_or_half_filled_is_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(MessagingMisconfigured, match=f"THROUGHCARE_{named}") as refused:
        open_channels(Settings(**settings))
    for secret in ("an invented token", "harbour", "secret@", "15005550100"):
        assert secret not in str(refused.value)


def test_those_on_call_come_in_their_order() -> None:
    found = on_call(Settings(on_call="tel:(213) 555-0100, mailto:Night@Example.org"))
    assert found == [(MessageChannel.TEXT, "+12135550100"), (MessageChannel.EMAIL, "night@example.org")]

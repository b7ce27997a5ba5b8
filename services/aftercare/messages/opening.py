"""From settings to channels, once, at start: unsafe or half-filled ones are said in one sentence.

The sentences name variables, never their values.
"""

import re
import ssl
from collections.abc import Mapping
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import urlsplit

from services.aftercare.messages.addresses import AddressUnusable, normal
from services.aftercare.messages.channels.outcome import Channel
from services.aftercare.messages.channels.smtp import Smtp
from services.aftercare.messages.channels.text_gateway import TextGateway
from services.aftercare.messages.channels.tray import Tray
from services.aftercare.messages.texts.loud_words import loud_part_of
from services.aftercare.settings import Settings
from shared.contracts.aftercare import MessageChannel

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-fA-F:]+")
_SHORTEST_SECRET = 16


class MessagingMisconfigured(Exception):
    """The settings would send what must not be sent, or cannot send at all."""


def open_channels(settings: Settings) -> Mapping[MessageChannel, Channel]:
    """The channels there are; empty when nothing is configured. Raises MessagingMisconfigured."""
    on_call(settings)
    if settings.tray:
        return _trays(settings)
    channels: dict[MessageChannel, Channel] = {}
    if settings.smtp_host:
        channels[MessageChannel.EMAIL] = _smtp(settings)
    elif settings.mail_from or settings.smtp_user:
        raise MessagingMisconfigured("Set THROUGHCARE_SMTP_HOST, or none of the other settings for e-mail.")
    if settings.text_url:
        channels[MessageChannel.TEXT] = _text_gateway(settings)
    elif settings.text_from or settings.text_token.get_secret_value():
        raise MessagingMisconfigured("Set THROUGHCARE_TEXT_URL, or none of the other settings for texts.")
    if channels:
        _check_link(settings.aftercare_url)
    return channels


def on_call(settings: Settings) -> list[tuple[MessageChannel, str]]:
    """Who is paged, in order: their channels and addresses. Raises MessagingMisconfigured."""
    found = []
    for entry in (part.strip() for part in settings.on_call.split(",") if part.strip()):
        scheme, _, address = entry.partition(":")
        channel = {"mailto": MessageChannel.EMAIL, "tel": MessageChannel.TEXT}.get(scheme.lower())
        if channel is None:
            raise MessagingMisconfigured("THROUGHCARE_ON_CALL takes mailto: and tel: addresses only.")
        try:
            found.append((channel, normal(channel, address)))
        except AddressUnusable:
            raise MessagingMisconfigured(
                "THROUGHCARE_ON_CALL has an address nobody can be reached at."
            ) from None
    return found


def _trays(settings: Settings) -> Mapping[MessageChannel, Channel]:
    if not settings.demo:
        raise MessagingMisconfigured(
            "THROUGHCARE_TRAY keeps the text of every message; it is for demonstrations (THROUGHCARE_DEMO) "
            "only."
        )
    if settings.smtp_host or settings.text_url:
        raise MessagingMisconfigured(
            "THROUGHCARE_TRAY is on, so nothing would be sent: take it away, or THROUGHCARE_SMTP_HOST and "
            "THROUGHCARE_TEXT_URL."
        )
    return {channel: Tray() for channel in MessageChannel}


def _smtp(settings: Settings) -> Smtp:
    if not _HOST.fullmatch(settings.smtp_host):
        raise MessagingMisconfigured("THROUGHCARE_SMTP_HOST must be a host name or an address, nothing else.")
    if settings.smtp_security == "none" and not _loopback(settings.smtp_host):
        raise MessagingMisconfigured(
            "THROUGHCARE_SMTP_SECURITY may be none on this machine only: e-mail would cross the network in "
            "clear."
        )
    sender = parseaddr(settings.mail_from)[1]
    try:
        normal(MessageChannel.EMAIL, sender)
    except AddressUnusable:
        raise MessagingMisconfigured("Set THROUGHCARE_MAIL_FROM to the address e-mail comes from.") from None
    if not settings.mail_from.isprintable() or loud_part_of(settings.mail_from):
        raise MessagingMisconfigured(
            "THROUGHCARE_MAIL_FROM tells what the house does, and shows on lock screens: take a neutral name "
            "and address."
        )
    password = settings.smtp_password.get_secret_value()
    if bool(settings.smtp_user) != bool(password):
        raise MessagingMisconfigured(
            "THROUGHCARE_SMTP_USER and THROUGHCARE_SMTP_PASSWORD only work together; set both or neither."
        )
    if password and settings.smtp_security == "none":
        raise MessagingMisconfigured("THROUGHCARE_SMTP_PASSWORD is not sent without TLS.")
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.mail_from,
        user=settings.smtp_user,
        password=password,
        tls=_tls(settings),
    )


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.smtp_security == "none":
        return None
    try:
        context = ssl.create_default_context(cafile=settings.smtp_authority)
    except OSError:
        raise MessagingMisconfigured(
            "THROUGHCARE_SMTP_AUTHORITY names no readable PEM file of certificates."
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _text_gateway(settings: Settings) -> TextGateway:
    url = urlsplit(settings.text_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.password:
        raise MessagingMisconfigured("THROUGHCARE_TEXT_URL must be an http(s) address without a user in it.")
    if url.scheme == "http" and not _loopback(url.hostname):
        raise MessagingMisconfigured("THROUGHCARE_TEXT_URL must begin with https://.")
    token = settings.text_token.get_secret_value()
    if not token or not (token.isascii() and token.isprintable()):
        raise MessagingMisconfigured("Set THROUGHCARE_TEXT_TOKEN to the token the gateway gave you.")
    if not settings.text_from:
        raise MessagingMisconfigured("Set THROUGHCARE_TEXT_FROM to the number texts come from.")
    if loud_part_of(settings.text_from):
        raise MessagingMisconfigured("THROUGHCARE_TEXT_FROM tells what the house does: take a number.")
    # Without it a STOP could not be heard, and who cannot hear STOP must not text.
    if len(settings.text_webhook_secret.get_secret_value()) < _SHORTEST_SECRET:
        raise MessagingMisconfigured(
            f"Set THROUGHCARE_TEXT_WEBHOOK_SECRET (at least {_SHORTEST_SECRET} characters): without it no "
            "STOP "
            "would be heard."
        )
    return TextGateway(settings.text_url, token, settings.text_from)


def _check_link(address: str) -> None:
    """Every message carries a link to the client's pages."""
    if loud_part_of(address):
        raise MessagingMisconfigured(
            "THROUGHCARE_AFTERCARE_URL tells what the house does, and stands in every message: take a "
            "neutral "
            "host name."
        )
    url = urlsplit(address)
    if url.scheme != "https" and not _loopback(url.hostname or ""):
        raise MessagingMisconfigured(
            "THROUGHCARE_AFTERCARE_URL must begin with https:// before links are sent."
        )


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

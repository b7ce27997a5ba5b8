"""From settings to adapters, once, at start-up: what is missing is said in one sentence, by variable."""

import re
import ssl
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path

import httpx2
from pydantic import SecretStr

from services.insurance.payers.adapter import Adapter
from services.insurance.payers.core_envelope import Identity
from services.insurance.payers.core_mime import CoreMime
from services.insurance.payers.core_soap import CoreSoap
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.payers.settings import ClearinghouseSettings
from services.insurance.payers.stedi import Stedi

SIMULATOR = "simulator"
RECEIVER = re.compile(r"[A-Z0-9]{2,15}")  # ISA08, as our writer takes it

HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-fA-F:]+")  # a name, or an address of either kind


class ConfigurationMissing(Exception):
    """The settings do not suffice to reach a payer. The sentence names variables, never their values."""


def open_adapters(settings: ClearinghouseSettings) -> dict[str, Adapter]:
    """The adapters by name, in the order configured. Raises ConfigurationMissing."""
    names = [name.strip() for name in settings.clearinghouses.split(",") if name.strip()]
    if not names:
        raise ConfigurationMissing(f"Set THROUGHCARE_CLEARINGHOUSES to one or more of: {', '.join(OPENERS)}.")
    if not all(name in OPENERS for name in names):
        raise ConfigurationMissing(
            f"THROUGHCARE_CLEARINGHOUSES names a clearinghouse there is no adapter for; "
            f"known are: {', '.join(OPENERS)}."
        )
    if settings.live_payers and SIMULATOR in names:
        raise ConfigurationMissing(
            "THROUGHCARE_LIVE_PAYERS is on while THROUGHCARE_CLEARINGHOUSES has the simulator, which takes "
            "no live data; remove one of them."
        )
    adapters = [OPENERS[name](settings) for name in dict.fromkeys(names)]
    return {adapter.name: adapter for adapter in adapters}


def _simulator(settings: ClearinghouseSettings) -> Adapter:
    return EdiHttp(_url("CLEARINGHOUSE_URL", settings.clearinghouse_url, plain=True))


def _core_soap(settings: ClearinghouseSettings) -> Adapter:
    url, identity, tls = _core(settings)
    return CoreSoap(url, identity, tls=tls, test=not settings.live_payers)


def _core_mime(settings: ClearinghouseSettings) -> Adapter:
    url, identity, tls = _core(settings)
    return CoreMime(url, identity, tls=tls, test=not settings.live_payers)


def _stedi(settings: ClearinghouseSettings) -> Adapter:
    key = _secret("STEDI_KEY", settings.stedi_key, settings.stedi_key_file)
    if not key.get_secret_value():
        raise ConfigurationMissing(
            "Set THROUGHCARE_STEDI_KEY (or THROUGHCARE_STEDI_KEY_FILE) to the API key for Stedi."
        )
    return Stedi(_url("STEDI_URL", settings.stedi_url), key, test=not settings.live_payers)


OPENERS: Mapping[str, Callable[[ClearinghouseSettings], Adapter]] = {
    SIMULATOR: _simulator,
    "core_soap": _core_soap,
    "core_mime": _core_mime,
    "stedi": _stedi,
}


def _core(settings: ClearinghouseSettings) -> tuple[str, Identity, ssl.SSLContext | None]:
    """Where the CORE gateway is, who we are to it, and our certificate if that is how we show it."""
    url = _url("CORE_URL", settings.core_url)
    for name, value in (
        ("CORE_SENDER_ID", settings.core_sender_id),
        ("CORE_RECEIVER_ID", settings.core_receiver_id),
    ):
        if not value:
            raise ConfigurationMissing(f"Set THROUGHCARE_{name}, which the CORE gateway's guide states.")
    if not RECEIVER.fullmatch(settings.core_receiver_id):
        raise ConfigurationMissing("THROUGHCARE_CORE_RECEIVER_ID must be 2 to 15 capitals or digits.")
    password = _secret("CORE_PASSWORD", settings.core_password, settings.core_password_file)
    by_password = bool(settings.core_user or password.get_secret_value())
    by_certificate = bool(settings.core_certificate or settings.core_certificate_key)
    if by_password == by_certificate:
        raise ConfigurationMissing(
            "Set either THROUGHCARE_CORE_USER and THROUGHCARE_CORE_PASSWORD, or THROUGHCARE_CORE_CERTIFICATE "
            "and THROUGHCARE_CORE_CERTIFICATE_KEY, for the CORE gateway."
        )
    if by_password and not settings.core_user:
        raise ConfigurationMissing("Set THROUGHCARE_CORE_USER beside THROUGHCARE_CORE_PASSWORD.")
    if by_password and not password.get_secret_value():
        raise ConfigurationMissing(
            "Set THROUGHCARE_CORE_PASSWORD (or THROUGHCARE_CORE_PASSWORD_FILE) beside THROUGHCARE_CORE_USER."
        )
    identity = Identity(settings.core_sender_id, settings.core_receiver_id, settings.core_user, password)
    return url, identity, _tls(settings)


def _tls(settings: ClearinghouseSettings) -> ssl.SSLContext | None:
    certificate, key, authority = (
        settings.core_certificate,
        settings.core_certificate_key,
        settings.core_authority,
    )
    if certificate is None and key is None and authority is None:
        return None
    if (certificate is None) != (key is None):
        raise ConfigurationMissing(
            "THROUGHCARE_CORE_CERTIFICATE and THROUGHCARE_CORE_CERTIFICATE_KEY only work together; set both."
        )
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError:
        raise ConfigurationMissing(
            "THROUGHCARE_CORE_AUTHORITY names no readable PEM file of certificates."
        ) from None
    if certificate and key:
        try:
            # A pass phrase would be asked for on the terminal of a service nobody looks at.
            context.load_cert_chain(certificate, key, password=lambda: b"")
        except OSError:
            raise ConfigurationMissing(
                "THROUGHCARE_CORE_CERTIFICATE and THROUGHCARE_CORE_CERTIFICATE_KEY do not name a readable "
                "certificate and its key without pass phrase, both as PEM."
            ) from None
    return context


def _secret(name: str, value: SecretStr, file: Path | None) -> SecretStr:
    if file is None:
        return _sendable(name, value)
    if value.get_secret_value():
        raise ConfigurationMissing(f"Set THROUGHCARE_{name} or THROUGHCARE_{name}_FILE, not both.")
    try:
        return _sendable(name, SecretStr(file.read_text(encoding="utf-8").strip()))
    except (OSError, UnicodeDecodeError):
        raise ConfigurationMissing(f"THROUGHCARE_{name}_FILE names no readable text file.") from None


def _sendable(name: str, value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not (text.isascii() and text.isprintable()):
        raise ConfigurationMissing(f"THROUGHCARE_{name} has characters no request can carry.")
    return value


def _url(name: str, text: str, *, plain: bool = False) -> str:
    """A usable address: https, unless it stays on this machine (or `plain` allows our own network)."""
    if not text:
        raise ConfigurationMissing(f"Set THROUGHCARE_{name} to the address of the clearinghouse.")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        url = httpx2.URL()
    if url.scheme not in ("http", "https") or not HOST.fullmatch(url.host) or url.userinfo:
        raise ConfigurationMissing(f"THROUGHCARE_{name} must be an http(s) address without a user in it.")
    if url.scheme == "http" and not plain and not _loopback(url.host):
        raise ConfigurationMissing(f"THROUGHCARE_{name} must begin with https://.")
    return text


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

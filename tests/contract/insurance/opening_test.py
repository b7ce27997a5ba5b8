"""Adapters from settings: what is missing stops the service with one sentence that names the variable."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr, ValidationError

from services.insurance.payers.adapter import Adapter, ResultKind, Trouble
from services.insurance.payers.opening import ConfigurationMissing, open_adapters
from services.insurance.payers.settings import ClearinghouseSettings
from services.insurance.simulator.main import build
from services.insurance.simulator.settings import SimulatorSettings
from tests.contract.insurance.inquiring import KEY, PASSWORD, STEDI_PATH, USER, send, written
from tests.contract.insurance.local_server import serving

SECRETS = ("tell-nobody-1234", "hunter2-hunter2")
CORE: dict[str, Any] = {
    "clearinghouses": "core_soap",
    "core_url": "https://gateway.example/core",
    "core_user": "us",
    "core_password": SECRETS[0],
    "core_sender_id": "HARBOURBRIDGE",
    "core_receiver_id": "CMS",
}
STEDI: dict[str, Any] = {"clearinghouses": "stedi", "stedi_key": SECRETS[1]}


def refusal(**settings: Any) -> str:
    with pytest.raises(ConfigurationMissing) as refused:
        open_adapters(ClearinghouseSettings(**settings))
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not any(secret in sentence for secret in SECRETS)
    assert refused.value.__cause__ is None
    return sentence


async def closed(adapters: dict[str, Adapter]) -> dict[str, Adapter]:
    for adapter in adapters.values():
        await adapter.close()
    return adapters


async def test_without_any_setting_the_simulator_is_asked() -> None:
    settings = ClearinghouseSettings()
    assert list(await closed(open_adapters(settings))) == ["edi_http"]
    assert settings.usage == "T"


async def test_adapters_come_in_the_order_configured() -> None:
    settings = {**CORE, **STEDI, "clearinghouses": "stedi, core_mime,simulator ,core_soap,stedi"}
    opened = await closed(open_adapters(ClearinghouseSettings(**settings)))
    assert list(opened) == ["stedi", "core_mime", "edi_http", "core_soap"]
    assert [one.receiver for one in opened.values()] == ["STEDI", "CMS", "THROUGHCARESIM", "CMS"]


async def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**CORE, "live_payers": "true"}.items():
        monkeypatch.setenv(f"THROUGHCARE_{name.upper()}", value)
    settings = ClearinghouseSettings()
    opened = await closed(open_adapters(settings))
    assert settings.usage == "P"
    assert not opened["core_soap"].capabilities.test


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("core_url", "THROUGHCARE_CORE_URL"),
        ("core_user", "THROUGHCARE_CORE_USER"),
        ("core_password", "THROUGHCARE_CORE_PASSWORD"),
        ("core_sender_id", "THROUGHCARE_CORE_SENDER_ID"),
        ("core_receiver_id", "THROUGHCARE_CORE_RECEIVER_ID"),
    ],
)
@pytest.mark.parametrize("way", ["core_soap", "core_mime"])
def test_each_missing_core_setting_is_named(way: str, missing: str, named: str) -> None:
    assert named in refusal(**{**CORE, "clearinghouses": way, missing: ""})


def test_a_missing_key_is_named() -> None:
    assert "THROUGHCARE_STEDI_KEY" in refusal(clearinghouses="stedi")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"clearinghouses": ""}, "THROUGHCARE_CLEARINGHOUSES"),
        ({"clearinghouses": "simulator,availity"}, "THROUGHCARE_CLEARINGHOUSES"),
        ({"live_payers": True}, "THROUGHCARE_LIVE_PAYERS"),
        ({**STEDI, "clearinghouses": "stedi,simulator", "live_payers": True}, "THROUGHCARE_LIVE_PAYERS"),
        ({**CORE, "core_url": "http://gateway.example/core"}, "THROUGHCARE_CORE_URL"),
        ({**CORE, "core_url": "ftp://gateway.example"}, "THROUGHCARE_CORE_URL"),
        ({**CORE, "core_url": "https://us:pw@gateway.example"}, "THROUGHCARE_CORE_URL"),
        ({**CORE, "core_url": "https://["}, "THROUGHCARE_CORE_URL"),
        ({**CORE, "core_receiver_id": "too long to be an ISA08"}, "THROUGHCARE_CORE_RECEIVER_ID"),
        ({**CORE, "core_user": "", "core_password": ""}, "THROUGHCARE_CORE_CERTIFICATE"),
        ({**CORE, "core_certificate": "a.pem", "core_certificate_key": "b.pem"}, "either"),
        ({**CORE, "core_authority": "nowhere.pem"}, "THROUGHCARE_CORE_AUTHORITY"),
        ({**CORE, "core_password_file": "pw"}, "not both"),
        ({**STEDI, "stedi_key": "two\nlines"}, "THROUGHCARE_STEDI_KEY"),
        ({**STEDI, "stedi_url": "http://stedi.example"}, "THROUGHCARE_STEDI_URL"),
        ({"clearinghouses": "stedi", "stedi_key_file": "nowhere"}, "THROUGHCARE_STEDI_KEY_FILE"),
    ],
)
def test_what_contradicts_itself_is_refused(settings: dict[str, Any], named: str) -> None:
    assert named in refusal(**settings)


def test_half_a_certificate_is_refused(tmp_path: Path) -> None:
    by_certificate = {**CORE, "core_user": "", "core_password": ""}
    assert "both" in refusal(**by_certificate, core_certificate=tmp_path / "a.pem")
    nothing = {"core_certificate": tmp_path / "a.pem", "core_certificate_key": tmp_path / "b.pem"}
    assert "THROUGHCARE_CORE_CERTIFICATE_KEY" in refusal(**by_certificate, **nothing)


def test_no_secret_is_shown_by_settings_or_by_their_refusal() -> None:
    settings = ClearinghouseSettings(**{**CORE, **STEDI})
    assert not any(secret in f"{settings!r}{settings}{settings.model_dump()}" for secret in SECRETS)
    with pytest.raises(ValidationError) as refused:
        ClearinghouseSettings(**{**CORE, "live_payers": SECRETS[0]})
    assert SECRETS[0] not in str(refused.value)


async def test_a_secret_may_come_from_a_file(tmp_path: Path, url: str) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    stedi = {"clearinghouses": "stedi", "stedi_url": f"{url}{STEDI_PATH}"}
    opened = open_adapters(ClearinghouseSettings(**stedi, stedi_key_file=tmp_path / "key"))
    assert (await send(opened["stedi"], written())).kind is ResultKind.ANSWERED
    await closed(opened)


async def test_opened_adapters_reach_the_faces_made_for_them(url: str) -> None:
    core = {"core_user": USER, "core_password": PASSWORD, "core_sender_id": "A", "core_receiver_id": "THEM"}
    for way, path in {"core_soap": "/core/soap", "core_mime": "/core/mime"}.items():
        settings = ClearinghouseSettings(**core, clearinghouses=way, core_url=f"{url}{path}")
        opened = open_adapters(settings)
        assert (await send(opened[way], written())).kind is ResultKind.ANSWERED
        await closed(opened)


# --- a client certificate instead of a password -----------------------------------------------------------


class Authority:
    """A certificate authority of an hour, and certificates by it for this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented Authority")])
        self.file = self._written("authority", self._signed(self._name, self._key, authority=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key as PEM files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (self._folder / f"{name}.key").write_bytes(pem)
        return self._written(name, self._signed(subject, key)), self._folder / f"{name}.key"

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        mine = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        theirs = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(here, critical=False)
            .add_extension(mine, critical=False)
            .add_extension(theirs, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _written(self, name: str, certificate: x509.Certificate) -> Path:
        file = self._folder / f"{name}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return file


@asynccontextmanager
async def gateway(authority: Authority) -> AsyncGenerator[str]:
    """The clearinghouse behind TLS, open to whoever shows a certificate of `authority`."""
    certificate, key = authority.issue("gateway")
    app = build(SimulatorSettings(simulator_user="", simulator_password=SecretStr("")))
    tls = {"ssl_certfile": certificate, "ssl_keyfile": key, "ssl_ca_certs": str(authority.file)}
    async with serving(app, **tls, ssl_cert_reqs=2) as url:
        yield url


@pytest.mark.parametrize(("way", "path"), [("core_soap", "/core/soap"), ("core_mime", "/core/mime")])
async def test_a_client_certificate_speaks_for_us(tmp_path: Path, way: str, path: str) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("us")
    by_certificate = {**CORE, "core_user": "", "core_password": "", "clearinghouses": way}
    async with gateway(authority) as url:
        settings = ClearinghouseSettings(
            **{**by_certificate, "core_url": f"{url}{path}"},
            core_certificate=certificate,
            core_certificate_key=key,
            core_authority=authority.file,
        )
        opened = open_adapters(settings)
        assert (await send(opened[way], written())).kind is ResultKind.ANSWERED
        await closed(opened)


async def test_a_gateway_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with gateway(authority) as url:
        opened = open_adapters(ClearinghouseSettings(**{**CORE, "core_url": f"{url}/core/soap"}))
        result = await send(opened["core_soap"], written())
        await closed(opened)
    assert (result.kind, result.trouble) == (ResultKind.UNAVAILABLE, Trouble.TRANSPORT_FAILED)

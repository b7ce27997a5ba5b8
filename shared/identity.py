"""Who is calling: short Ed25519 tokens (RFC 8037) for services, staff and the EHR, and what a role may do."""

import base64
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Request, Security
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.problems import Problem

# Who may vouch for staff: the dashboard after sign-in, and the person at the server's command line.
STAFF_ISSUERS = ("dashboard", "operator")
SERVICES = ("intake", "insurance", "aftercare", "dashboard")


class Role(StrEnum):
    COORDINATOR = "coordinator"
    VOB = "vob"
    CLINICIAN = "clinician"
    CASE_MANAGER = "case_manager"
    ALUMNI = "alumni"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    EHR = "ehr"
    SERVICE = "service"


@dataclass(frozen=True)
class Caller:
    """Somebody whose token was checked. `id` is the staff member; a service has none."""

    id: UUID | None
    name: str
    role: Role


class Signer:
    """Issues tokens in one service's name. The seed never leaves this process."""

    def __init__(self, issuer: str, seed: bytes) -> None:
        self.issuer = issuer
        self._key = _private_key(seed)

    @classmethod
    def from_keys(cls, keys_dir: Path, issuer: str) -> Self:
        return cls(issuer, (keys_dir / f"{issuer}.signing").read_bytes())

    def token(
        self,
        audience: str | list[str],
        *,
        role: Role = Role.SERVICE,
        subject: UUID | None = None,
        seconds: int = 60,
    ) -> str:
        """A token for `audience` (the service that will be called), valid for `seconds`."""
        issued = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "sub": str(subject) if subject else self.issuer,
            "role": role.value,
            "iat": issued,
            "exp": issued + seconds,
        }
        return jwt.encode({"alg": "Ed25519"}, claims, self._key, algorithms=["Ed25519"])


class Verifier:
    """Checks tokens addressed to one service against the public keys of those it trusts."""

    _LEEWAY = 5  # seconds two hosts' clocks may differ

    def __init__(self, audience: str, trusted: dict[str, bytes]) -> None:
        self.audience = audience
        self._keys = {issuer: _public_key(key) for issuer, key in trusted.items()}

    @classmethod
    def from_keys(cls, keys_dir: Path, audience: str) -> Self:
        stored = json.loads((keys_dir / "trusted.json").read_text())
        return cls(audience, {issuer: base64.b64decode(key) for issuer, key in stored.items()})

    def verify(self, token: str) -> Caller:
        """The caller a token speaks for; raises `Problem` 401 for anything else."""
        try:
            payload = token.split(".")[1]
            issuer = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["iss"]
            # The issuer named in the unverified part only chooses the key the signature must match.
            claims = jwt.decode(token, self._keys[issuer], algorithms=["Ed25519"]).claims
            role = Role(claims["role"])
            audience = claims["aud"]
            now = time.time()
            valid = (
                claims["iss"] == issuer
                and self.audience in ([audience] if isinstance(audience, str) else audience)
                and claims["iat"] - self._LEEWAY <= now < claims["exp"] + self._LEEWAY
            )
            if not valid:
                raise SignInRequired
            if role is Role.SERVICE:
                if issuer not in SERVICES or claims["sub"] != issuer:
                    raise SignInRequired
                return Caller(None, issuer, role)
            if issuer not in STAFF_ISSUERS:
                raise SignInRequired
            return Caller(UUID(claims["sub"]), "staff", role)
        except (JoseError, KeyError, ValueError, IndexError, TypeError, RecursionError):
            raise SignInRequired from None


class SignInRequired(Problem):
    def __init__(self) -> None:
        super().__init__(401, "sign_in_required", "Sign in first", "This needs a valid bearer token.")


class NotAllowed(Problem):
    def __init__(self, roles: tuple[Role, ...]) -> None:
        names = ", ".join(role.value for role in roles)
        super().__init__(403, "not_allowed", "Not allowed", f"This needs one of these roles: {names}.")


def _verifier(request: Request) -> Verifier:
    return cast(Verifier, request.app.state.verifier)


async def optional_caller(request: Request) -> Caller | None:
    """The caller, if a token was sent. A wrong token is refused, not ignored."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not token:
        return None
    if scheme.lower() != "bearer":
        raise SignInRequired
    return _verifier(request).verify(token.strip())


# Says "bearer token" in the OpenAPI document; the check itself is ours.
_declared = Security(HTTPBearer(auto_error=False, description="A token of this service's audience."))


def allowed(*roles: Role) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, who must hold one of `roles`. Everybody else gets 401 or 403."""

    async def dependency(request: Request, _token: object = _declared) -> Caller:
        return await _caller_with(request, roles)

    return dependency


def allowed_service(name: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: only the service called `name`."""

    async def dependency(request: Request, _token: object = _declared) -> Caller:
        caller = await _caller_with(request, (Role.SERVICE,))
        if caller.name != name:
            raise NotAllowed((Role.SERVICE,))
        return caller

    return dependency


async def _caller_with(request: Request, roles: tuple[Role, ...]) -> Caller:
    caller = await optional_caller(request)
    if caller is None:
        raise SignInRequired
    if caller.role not in roles:
        raise NotAllowed(roles)
    return caller


def public_key_of(seed: bytes) -> bytes:
    """The 32-byte public key that belongs to an Ed25519 seed."""
    key = _private_key(seed).as_dict(private=False)
    return _from_base64url(str(key["x"]))


def _private_key(seed: bytes) -> OKPKey:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64url(public), "d": _base64url(seed)})


def _public_key(raw: bytes) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw)})


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""Prepares what the services expect to find: roles, tables, streams and durables. Safe to repeat."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from importlib.metadata import entry_points
from typing import TypeVar

import nats.errors
from sqlalchemy.engine import make_url

from shared.contracts.fact import Fact
from shared.local.broker_client import connect
from shared.local.keys import make_keys
from shared.local.postgres_roles import prepare_roles
from shared.local.refusal import Refusal
from shared.local.settings import SERVICES, SetupSettings
from shared.messaging.streams import Drift, provision
from shared.migrating import upgrade

HEARING_GROUP = "throughcare.hearing"
T = TypeVar("T")


def hearing() -> dict[str, Iterable[type[Fact]]]:
    """{service: the facts it hears}, as the installed services declare it."""
    found = {entry.name: entry.load() for entry in entry_points(group=HEARING_GROUP)}
    if missing := [service for service in SERVICES if service not in found]:
        raise Refusal(
            f"The installation does not know what {', '.join(missing)} hears: run `make setup` again."
        )
    return found


async def prepare(settings: SetupSettings) -> None:
    """Bring databases and broker to what this version needs. Raise Refusal when that is not safe."""
    if missing := [service for service in SERVICES if service not in settings.databases]:
        names = ", ".join(f"THROUGHCARE_DATABASES__{service.upper()}" for service in missing)
        raise Refusal(f"No database is named for {', '.join(missing)}: set {names}.")
    urls = {service: settings.databases[service].get_secret_value() for service in SERVICES}
    if settings.keys_dir is not None:
        make_keys(settings.keys_dir)
    if settings.postgres_admin_url is not None:
        admin = settings.postgres_admin_url.get_secret_value()
        passwords = {service: str(make_url(url).password or "") for service, url in urls.items()}
        database = make_url(urls["intake"]).database or "throughcare"
        await _patiently(
            lambda: prepare_roles(admin, passwords, database), settings.patience_seconds, "PostgreSQL"
        )
    for service, url in urls.items():  # one after the other: Alembic keeps its context in module globals
        await upgrade(url, service)
    heard = hearing()
    await _patiently(lambda: provision_broker(settings.nats_url, heard), settings.patience_seconds, "NATS")


async def provision_broker(nats_url: str, heard: dict[str, Iterable[type[Fact]]]) -> list[str]:
    """Make the stream and durables that are missing; raise Refusal where they are set up otherwise."""
    async with await connect(nats_url) as client:
        try:
            return await provision(client.jetstream(), heard)
        except Drift as drift:
            raise Refusal(
                f"{drift} Nothing was changed. Every fact is also in its sender's outbox: stop the services, "
                "delete that durable or stream at the broker, and run setup again; facts are then sent again."
            ) from drift


async def _patiently(ask: Callable[[], Awaitable[T]], seconds: float, whom: str) -> T:
    """Ask until it is answered: compose starts everything at once, and not every engine waits for health."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await ask()
        except (OSError, nats.errors.NoServersError, nats.errors.TimeoutError) as failure:
            if time.monotonic() > deadline:
                raise Refusal(f"{whom} did not answer within {seconds:.0f} s ({failure}).") from failure
        await asyncio.sleep(1)


def main() -> None:
    try:
        asyncio.run(prepare(SetupSettings()))
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()

"""The running stack: its processes, databases and broker, asked and compared; nothing is changed."""

import json
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Any

import httpx2
import nats.errors
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.contracts.fact import Fact
from shared.database import Database
from shared.identity import Role
from shared.local.broker_client import connect
from shared.local.doctor.finding import Finding
from shared.local.keys import database_passwords
from shared.local.postgres_roles import service_urls
from shared.local.refusal import Refusal
from shared.local.settings import SERVICES
from shared.local.setup import hearing, provision_broker
from shared.local.tokens import staff_token
from shared.messaging.streams import ALARMS, EVENTS, STREAM

# Setting, the value a commit needs to survive a power cut, the database's own name for it.
SQLITE_NEEDS = {"journal_mode": "wal", "synchronous": "2"}
POSTGRES_NEEDS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

Run = dict[str, Any]


def running(data_dir: Path) -> Run | None:
    """What run.json says of a stack whose supervisor is alive."""
    try:
        run: Run = json.loads((data_dir / "run.json").read_text())
        os.kill(int(run["supervisor"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return run


async def examine_stack(data_dir: Path, run: Run | None) -> list[Finding]:
    if run is None:
        return [Finding(f"No stack is running on {data_dir}; `throughcare up` starts one.")]
    async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
        findings = [await health(client, name, run[name]) for name in (*SERVICES, "simulator")]
        findings.append(await broker(client, run["nats_monitor"]))
        findings.append(await on_call(client, run["aftercare"], data_dir / "keys"))
    findings += [finding async for finding in databases(data_dir, run["database"])]
    findings.append(await drift(run["nats"]))
    return findings


async def health(client: httpx2.AsyncClient, name: str, url: str) -> Finding:
    try:
        answer = await client.get(f"{url}/healthz")
    except httpx2.HTTPError as failure:
        return Finding(
            f"{name} does not answer at {url} ({type(failure).__name__}).", f"Read logs/{name}.log."
        )
    if answer.status_code != 200:
        return Finding(f"{name} answers {answer.status_code} to a health check.", f"Read logs/{name}.log.")
    return Finding(f"{name} is healthy at {url}.")


async def on_call(client: httpx2.AsyncClient, url: str, keys: Path) -> Finding:
    """Aftercare itself is asked: only it knows the settings it was started with."""
    try:
        signed = {"authorization": f"Bearer {staff_token(keys, Role.DIRECTOR)}"}
        told = (await client.get(f"{url}/api/v1/on-call", headers=signed)).json()
        return judged_on_call(int(told["people"]), needed=bool(told["needed"]))
    except Refusal as refusal:
        return Finding("Aftercare cannot be asked who is on call.", str(refusal))
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        return Finding("Aftercare does not say whether anybody is on call.", "Read logs/aftercare.log.")


def judged_on_call(people: int, *, needed: bool) -> Finding:
    if people:
        return Finding(f"On call for somebody in danger: {people}.")
    if not needed:
        return Finding("Nobody is on call; this is a demonstration.")
    return Finding(
        "Nobody who could be reached is on call: when a client is in danger, aftercare pages no one.",
        "Set THROUGHCARE_ON_CALL in aftercare's environment (`.env` beside docker-compose.yml) to mailto: "
        "and tel: addresses of staff, with THROUGHCARE_SMTP_HOST or THROUGHCARE_TEXT_URL for the way there; "
        ".env.example says how. Then restart.",
    )


async def broker(client: httpx2.AsyncClient, monitor_url: str) -> Finding:
    """NATS answers, and writes every message through to the disk before it says so."""
    try:
        jetstream = (await client.get(f"{monitor_url}/varz")).json()["jetstream"]
    except (httpx2.HTTPError, ValueError, KeyError):
        return Finding(f"NATS does not answer at {monitor_url}.", "Read logs/nats.log.")
    if not jetstream.get("config", {}).get("sync_always"):
        return Finding(
            "NATS does not sync every write, so a power cut loses facts it has confirmed.",
            "Set `sync_interval: always` in the jetstream block of its configuration and restart it.",
        )
    return Finding("NATS answers and syncs every write.")


async def databases(data_dir: Path, kind: str) -> AsyncGenerator[Finding]:
    """Every service's database, opened the way the service opens it."""
    if kind == "sqlite":
        urls = {service: f"sqlite+aiosqlite:///{data_dir / service}.db" for service in SERVICES}
        needs, question = SQLITE_NEEDS, "PRAGMA {}"
    else:
        urls = service_urls(kind, database_passwords(data_dir / "keys"))
        needs, question = POSTGRES_NEEDS, "SHOW {}"
    for service, url in urls.items():
        yield await durability(service, url, needs, question.format)


async def durability(
    service: str, url: str, needs: dict[str, str], question: Callable[[str], str]
) -> Finding:
    database = Database(url, service)
    try:
        async with database.engine.connect() as connection:
            found = {name: str(await connection.scalar(text(question(name)))) for name in needs}
    except (SQLAlchemyError, OSError) as failure:
        return Finding(
            f"The database of {service} cannot be opened ({type(failure).__name__}).",
            f"Read logs/{service}.log.",
        )
    finally:
        await database.dispose()
    return judged_durability(service, needs, found)


def judged_durability(service: str, needs: dict[str, str], found: dict[str, str]) -> Finding:
    wrong = {name: found[name] for name, needed in needs.items() if found[name].lower() != needed}
    if wrong:
        named = ", ".join(f"{name} = {value}" for name, value in wrong.items())
        return Finding(
            f"The database of {service} can lose what it has confirmed: {named}.",
            "Set " + ", ".join(f"{name} = {needs[name]}" for name in wrong) + " and restart.",
        )
    return Finding(f"The database of {service} keeps what it confirms ({', '.join(needs)}).")


async def drift(nats_url: str) -> Finding:
    """Whether streams and durables are as this version needs them. Looks first: nothing is made here."""
    try:
        heard = hearing()
        missing = await _missing(nats_url, heard)
        if missing:
            return Finding(
                f"The broker has no {', no '.join(missing)}.",
                "Run `throughcare setup`, or restart the stack.",
            )
        await provision_broker(nats_url, heard)
    except Refusal as refusal:
        return Finding("Streams or durables have drifted.", str(refusal))
    except (OSError, nats.errors.Error) as failure:
        return Finding(
            f"NATS does not answer at {nats_url} ({type(failure).__name__}).", "Read logs/nats.log."
        )
    return Finding("Streams and durables are as they must be.")


async def _missing(nats_url: str, heard: dict[str, Iterable[type[Fact]]]) -> list[str]:
    missing = []
    async with await connect(nats_url) as client:
        js = client.jetstream()
        for name in (EVENTS.name, ALARMS.name):
            try:
                await js.stream_info(str(name))
            except NotFoundError:
                missing.append(f"stream {name}")
        for service in heard if f"stream {STREAM}" not in missing else ():
            try:
                await js.consumer_info(STREAM, service)
            except NotFoundError:
                missing.append(f"durable {service}")
    return missing

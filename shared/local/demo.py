"""`throughcare demo`: the stack with invented people and meetings in it, and where to sign in."""

import asyncio
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table

from shared.identity import Role
from shared.local.demo_rates import demo_rates
from shared.local.front_desk import FrontDesk, Unexpected
from shared.local.people import PEOPLE
from shared.local.refusal import Refusal
from shared.local.settings import child_environment
from shared.local.stack import Stack, Wish
from shared.local.tokens import operator_id
from shared.local.tour_steps import demo_meetings
from shared.local.up import console, say, stay_up

STAFF = {"ana": Role.COORDINATOR, "ben": Role.VOB, "carla": Role.CASE_MANAGER, "dora": Role.DIRECTOR}


async def run(data_dir: Path, *, free_ports: bool, database: str, verbose: bool) -> None:
    """Stay up until Ctrl-C. Raises Refusal. A second start on the same folder adds nothing twice."""
    wish = Wish(data_dir, free_ports, database, demo=True, verbose=verbose)
    await stay_up(wish, populate)


async def populate(stack: Stack) -> None:
    password = demo_password(stack.keys)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Entering invented people", total=len(STAFF) + 1 + 2 * len(PEOPLE))
        try:
            await _fill(stack, password, lambda: progress.advance(task))
        except (Unexpected, httpx2.HTTPError) as failure:
            raise Refusal(
                f"The demo's people could not be entered: {failure}. The logs say more."
            ) from failure
    _print_welcome(stack, password)


async def _fill(stack: Stack, password: str, done: Callable[[], None]) -> None:
    """Sign-ins and meetings first, then everybody's request, then what staff did about each."""

    async def account(name: str, role: Role) -> None:
        await _account(stack, name, role, password)
        done()

    await asyncio.gather(*(account(name, role) for name, role in STAFF.items()))
    async with FrontDesk(
        stack.addresses, stack.keys, httpx2.AsyncClient(timeout=30, trust_env=False)
    ) as desk:
        path = "/api/v1/meetings/imports?source=demo"
        await desk.post("aftercare", path, Role.ALUMNI, demo_meetings(), 201)
        done()
        for rates in demo_rates():
            await desk.agree_rates(rates)
        cases = []
        for number, person in enumerate(PEOPLE, start=1):
            cases.append((await desk.inquire(person, key=f"demo-{number}"), person))
            done()
        for case_id, person in cases:
            await desk.accompany(case_id, person)
            done()


def demo_password(keys: Path) -> str:
    """This folder's demo password, made on the first start: no password works on every installation."""
    path = keys / "demo.password"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write("-".join(secrets.token_hex(2) for _ in range(4)))
    return path.read_text()


async def _account(stack: Stack, name: str, role: Role, password: str) -> None:
    """Add a sign-in with the dashboard's own command; no secret stands on its command line."""
    adding = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.local.cli", "staff", "add", name, "--role", role.value,
        "--staff-id", str(operator_id(role)),  # what the demo does in a role is this person's doing
        env=child_environment({"THROUGHCARE_DATABASE_URL": stack.databases["dashboard"]}),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await adding.communicate(f"{password}\n".encode())
    if adding.returncode != 0 and b"already" not in said:
        raise Refusal(f"The sign-in {name} could not be made: {said.decode(errors='replace').strip()}")


def _print_welcome(stack: Stack, password: str) -> None:
    places = Table(box=None, show_header=False, padding=(0, 2))
    places.add_row("Ask for help (public form)", stack.addresses["intake"])
    places.add_row("Staff dashboard", stack.addresses["dashboard"])
    for service in ("intake", "insurance", "aftercare"):
        places.add_row(f"API of {service}", f"{stack.addresses[service]}/openapi.json")
    places.add_row("HL7 v2 over MLLP", stack.addresses["mllp"])
    people = Table(box=None, padding=(0, 2))
    for heading in ("Sign in as", "Role", "Password"):
        people.add_column(heading)
    for name, role in STAFF.items():
        people.add_row(name, role.value.replace("_", " "), password)
    Console(highlight=False).print(
        Panel(Group(places, "", people), title="Throughcare is running with invented people", expand=False)
    )
    say("Ctrl-C stops everything; what was entered stays in the folder for the next start.")

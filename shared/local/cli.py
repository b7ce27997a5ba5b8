"""The `throughcare` command."""

import asyncio
import json
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from shared.identity import Role
from shared.local.refusal import Refusal
from shared.local.settings import OperatorSettings, SetupSettings

COMMANDS_GROUP = "throughcare.commands"

app = typer.Typer(
    help="Run and look after a Throughcare installation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its frames show local variables
)
events = typer.Typer(help="Watch the facts the services tell each other.", no_args_is_help=True)
app.add_typer(events, name="events")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of keys, databases and logs.", show_default="var")
]
FreePorts = Annotated[bool, typer.Option("--free-ports", help="Take free ports instead of the usual ones.")]
DatabaseChoice = Annotated[
    str,
    typer.Option("--database", help="sqlite, postgres (embedded) or a PostgreSQL URL that may create roles."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show what every process writes.")]


@app.command()
def up(
    data_dir: DataDir = None,
    free_ports: FreePorts = False,
    database: DatabaseChoice = "sqlite",
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Mark every page as a demonstration.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Run the whole stack here; prints one line of JSON when all is ready. Ctrl-C ends it."""
    from shared.local.stack import Stack, Wish
    from shared.local.up import print_ready_line, stay_up

    async def ready(stack: Stack) -> None:
        print_ready_line(stack)

    asyncio.run(stay_up(Wish(_folder(data_dir), free_ports, _database(database), demo, verbose), ready))


@app.command()
def demo(
    data_dir: DataDir = None,
    free_ports: FreePorts = False,
    database: DatabaseChoice = "sqlite",
    verbose: Verbose = False,
) -> None:
    """Run the stack with invented people and meetings in it, and print where to sign in."""
    from shared.local.demo import run

    asyncio.run(run(_folder(data_dir), free_ports=free_ports, database=_database(database), verbose=verbose))


@app.command()
def tour(
    database: DatabaseChoice = "sqlite",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the throw-away folder for a look.")] = False,
) -> None:
    """Walk one person's way, form to meetings, on a throw-away stack; exit 1 when a step fails."""
    from shared.local.tour import run

    raise typer.Exit(0 if asyncio.run(run(_database(database), keep=keep)) else 1)


@app.command()
def setup() -> None:
    """Migrate the databases and prepare the broker, as THROUGHCARE_… variables say; refuses drift."""
    from shared.local.setup import prepare

    asyncio.run(prepare(SetupSettings()))


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="The role the token carries.")],
    data_dir: DataDir = None,
) -> None:
    """Print a staff bearer token for the APIs, valid 8 hours."""
    from shared.local.tokens import staff_token

    typer.echo(staff_token(_folder(data_dir) / "keys", role))


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Say in sentences what is wrong with this installation and what to do; exit 1 when something is."""
    from shared.local.doctor import examine, print_findings

    raise typer.Exit(0 if print_findings(asyncio.run(examine(_folder(data_dir)))) else 1)


@app.command(hidden=True)
def healthy() -> None:
    """Exit 0 when the service of this container is healthy; what compose asks."""
    from shared.local.process import serves

    async def ask() -> bool:
        return await serves(f"http://127.0.0.1:{OperatorSettings().port}/healthz")()

    raise typer.Exit(0 if asyncio.run(ask()) else 1)


@events.command("tail")
def events_tail(
    data_dir: DataDir = None,
    subject: Annotated[str, typer.Option(help="A subject or a pattern, as events.intake.>")] = "events.>",
) -> None:
    """Print facts as they pass, one line of JSON each. Ctrl-C ends it."""
    from shared.local.tail import run

    run(_nats_url(_folder(data_dir)), subject)


def _folder(data_dir: Path | None) -> Path:
    return data_dir if data_dir is not None else OperatorSettings().data_dir


def _nats_url(data_dir: Path) -> str:
    """The broker of the stack running on the folder, else the one the environment names."""
    try:
        return str(json.loads((data_dir / "run.json").read_text())["nats"])
    except (OSError, ValueError, KeyError):
        return OperatorSettings().nats_url


def _database(choice: str) -> str:
    if choice in ("sqlite", "postgres") or choice.startswith(("postgresql://", "postgresql+asyncpg://")):
        return choice
    raise Refusal("--database takes sqlite, postgres, or a URL that begins with postgresql://.")


def _mount_service_commands(arguments: list[str]) -> None:
    """`throughcare x12 …` and others: a service offers its commands as an entry point; shared imports none.

    Importing a service takes a second, so only the one asked for is loaded; the help page loads all.
    """
    offered = {entry.name: entry for entry in entry_points(group=COMMANDS_GROUP)}
    asked = next((word for word in arguments if not word.startswith("-")), None)
    for name, entry in offered.items():
        if asked in (None, name):
            app.add_typer(entry.load(), name=name)


def main() -> None:
    try:
        _mount_service_commands(sys.argv[1:])
        app()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

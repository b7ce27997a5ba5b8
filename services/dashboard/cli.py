"""`throughcare staff …`: who may sign in to the dashboard. Run by whoever may open its database."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.dashboard import accounts
from services.dashboard.settings import Settings
from shared.database import Database
from shared.identity import Role

T = TypeVar("T")

app = typer.Typer(help="Staff accounts of the dashboard.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="The dashboard's database; otherwise from the environment."),
]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the person does here.")],
    shown_as: Annotated[str | None, typer.Option(help="What colleagues read; otherwise the name.")] = None,
    staff_id: Annotated[
        UUID | None, typer.Option(help="The id the history knows the person by, when moving an installation.")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Add somebody. The password is asked for, or read from standard input when that is not a terminal."""
    if role not in accounts.PEOPLE:
        _fail(f"The role {role.value} belongs to machines.")
    password = _password()
    shown = shown_as or name[:1].upper() + name[1:]
    _do(database_url, lambda session: accounts.add_staff(session, name, shown, role, password, staff_id))
    typer.echo(f"{shown} can sign in as {name.lower()} ({role.value}).")


@app.command("list")
def list_staff(database_url: DatabaseUrl = None) -> None:
    """Everybody who has, or had, an account."""
    people = _do(database_url, accounts.everyone)
    table = Table("Name", "Shown as", "Role", "Since", "State")
    for person in people:
        state = f"disabled {person.disabled_at:%Y-%m-%d}" if person.disabled_at else "may sign in"
        table.add_row(
            person.sign_in_name, person.shown_as, person.role, f"{person.created_at:%Y-%m-%d}", state
        )
    Console().print(table)


@app.command()
def password(name: Name, database_url: DatabaseUrl = None) -> None:
    """Set another password; the person is signed out everywhere."""
    secret = _password()
    _do(database_url, lambda session: accounts.set_password(session, name, secret))
    typer.echo(f"{name} has another password.")


@app.command()
def role(name: Name, role: Annotated[Role, typer.Argument()], database_url: DatabaseUrl = None) -> None:
    """Change what somebody does here; it binds at their next click."""
    if role not in accounts.PEOPLE:
        _fail(f"The role {role.value} belongs to machines.")
    _do(database_url, lambda session: accounts.set_role(session, name, role))
    typer.echo(f"{name} is now {role.value}.")


@app.command()
def disable(name: Name, database_url: DatabaseUrl = None) -> None:
    """Nobody is deleted: the history names them. Their sessions end at once."""
    _do(database_url, lambda session: accounts.disable(session, name))
    typer.echo(f"{name} can no longer sign in.")


def _password() -> str:
    """Never an argument: those are seen in the list of processes and kept in the shell's history."""
    if sys.stdin.isatty():
        secret: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return secret
    return sys.stdin.readline().rstrip("\n")


def _do(database_url: str | None, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(database_url or Settings().database_url, "dashboard")
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.dispose()

    try:
        return asyncio.run(run())
    except accounts.NameTaken:
        _fail("Somebody already signs in with that name.")
    except accounts.UnknownStaff:
        _fail("Nobody signs in with that name.")
    except accounts.UnfitPassword as reason:
        _fail(str(reason))
    raise AssertionError("every failure ends the command")


def _fail(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)

"""`throughcare staff`: adding colleagues without a password on the command line or in the output."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.dashboard.accounts import check_password
from services.dashboard.cli import app
from shared.database import Database
from shared.migrating import upgrade
from tests.integration.dashboard.people import PASSWORD

Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/dashboard.db"


@pytest.fixture
def run(url: str) -> Run:
    asyncio.run(upgrade(url, "dashboard"))

    def run(*words: str, said: str = "") -> Result:
        return CliRunner().invoke(app, [*words, "--database-url", url], input=said)

    return run


def may_sign_in(url: str, name: str) -> bool:
    async def ask() -> bool:
        database = Database(url, "dashboard")
        try:
            return await check_password(database, name, PASSWORD) is not None
        finally:
            await database.dispose()

    return asyncio.run(ask())


def test_somebody_added_can_sign_in_and_is_listed(run: Run, url: str) -> None:
    added = run("add", "ana", "--role", "coordinator", "--shown-as", "Ana Reyes", said=f"{PASSWORD}\n")
    assert added.output == "Ana Reyes can sign in as ana (coordinator).\n"
    listed = run("list").output
    assert "Ana Reyes" in listed
    assert "coordinator" in listed
    assert PASSWORD not in listed
    assert may_sign_in(url, "ana")


@pytest.mark.parametrize(
    ("words", "said", "sentence"),
    [
        (("add", "ana", "--role", "director"), PASSWORD, "Somebody already signs in with that name."),
        (("add", "cy", "--role", "service"), PASSWORD, "The role service belongs to machines."),
        (("add", "cy", "--role", "vob"), "short", "A password needs 15 to 256 characters."),
        (("disable", "nobody"), "", "Nobody signs in with that name."),
        (("role", "nobody", "vob"), "", "Nobody signs in with that name."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, words: tuple[str, ...], said: str, sentence: str
) -> None:
    run("add", "ana", "--role", "coordinator", said=f"{PASSWORD}\n")
    refused = run(*words, said=f"{said}\n")
    assert refused.exit_code == 1
    assert refused.output == f"{sentence}\n"


def test_a_disabled_account_opens_nothing(run: Run, url: str) -> None:
    run("add", "ana", "--role", "coordinator", said=f"{PASSWORD}\n")
    assert run("disable", "ana").exit_code == 0
    assert not may_sign_in(url, "ana")

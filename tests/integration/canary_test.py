"""A person whose every value is unmistakable goes the whole way; afterwards their values are nowhere."""

import base64
import json
import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from tests.conftest import eventually
from tests.drills.stack import Stack, stack
from tests.integration.canaries import EVERYBODY, PERSON, Canary, found, found_in_files, typed
from tests.integration.canary_databases import empty_sealed_columns, found_in_rows
from tests.integration.canary_messages import GATEWAY_SECRET
from tests.integration.canary_walk import Walk
from tests.integration.witness import Witness, watching

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, repr=False)
class Evidence:
    """What the walk left behind: what was heard, and which values lay in which file, before and after."""

    canaries: tuple[Canary, ...]
    witness: Witness
    rows: dict[str, set[str]]
    files_running: dict[str, set[str]]
    files_stopped: dict[str, set[str]]
    searched: set[str]
    empty_sealed_columns: set[str]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def evidence(request: pytest.FixtureRequest) -> AsyncGenerator[Evidence]:
    """One walk through a whole stack that writes as much into its logs as it ever would.

    It is a demonstration, so that what would have left lies in the tray.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("THROUGHCARE_LOG_LEVEL", "DEBUG")
        environment.setenv("THROUGHCARE_FORM_SHORTEST_SECONDS", "0")
        environment.setenv("THROUGHCARE_TEXT_WEBHOOK_SECRET", GATEWAY_SECRET)
        on_call = f"mailto:{typed('on-call e-mail')},tel:{typed('on-call phone')}"
        environment.setenv("THROUGHCARE_ON_CALL", on_call)
        async with stack("--verbose", "--demo", "--database", request.param) as running:
            async with watching(running) as witness:
                walk = Walk(witness)
                await walk.whole()
                await witness.collect_streams()
                canaries = (*EVERYBODY, *walk.aftercare.secrets)
                files_running = found_in_files(canaries, running.data_dir)
            searched = {path.name for path in running.data_dir.rglob("*") if path.is_file()}
            rows = await found_in_rows(canaries, running.data_dir)
            empty = await empty_sealed_columns(running.data_dir)
            await _stop(running)
            files_stopped = found_in_files(canaries, running.data_dir)
            yield Evidence(canaries, witness, rows, files_running, files_stopped, searched, empty)


async def _stop(running: Stack) -> None:
    """End the stack as a person does, and return when its last byte is written; its folder stays for now."""
    supervisor = json.loads((running.data_dir / "run.json").read_text())["supervisor"]
    os.kill(supervisor, signal.SIGTERM)

    async def gone() -> bool:
        try:
            os.kill(supervisor, 0)
        except ProcessLookupError:
            return True
        return False

    await eventually(gone)


async def test_no_file_of_a_running_installation_holds_a_personal_value(evidence: Evidence) -> None:
    assert {"intake.log", "aftercare.log", "nats.log", "run.json"} <= evidence.searched
    assert {"intake.db", "intake.db-wal"} <= evidence.searched or "PG_VERSION" in evidence.searched
    assert evidence.files_running == {}


async def test_no_row_of_any_table_holds_a_personal_value(evidence: Evidence) -> None:
    assert evidence.rows == {}


async def test_no_file_of_a_stopped_installation_holds_a_personal_value(evidence: Evidence) -> None:
    assert evidence.files_stopped == {}


async def test_every_sealed_column_was_written_on_the_way(evidence: Evidence) -> None:
    """Otherwise the two tests above would have looked for something that never was there."""
    assert evidence.empty_sealed_columns == set()


async def test_no_message_between_the_services_holds_a_personal_value(evidence: Evidence) -> None:
    messages = evidence.witness.on_the_bus
    assert sum(message.startswith(b"events.intake.client_discharged") for message in messages) >= 4
    assert {
        message[:200]: names for message in messages if (names := found(evidence.canaries, message))
    } == {}


async def test_watching_the_facts_shows_no_personal_value(evidence: Evidence) -> None:
    assert evidence.witness.tailed.count(b"client_discharged") == 2
    assert found(evidence.canaries, evidence.witness.tailed) == set()


async def test_no_header_of_any_answer_holds_a_personal_value(evidence: Evidence) -> None:
    leaks = evidence.witness.in_headers(evidence.canaries)
    assert not leaks, "\n".join(leaks)


async def test_no_answer_shows_more_than_it_is_for(evidence: Evidence) -> None:
    """Staff see the people they care for, the sender of a form sees it again, nobody else sees anything."""
    shown = {name for one in evidence.witness.heard for name in found(evidence.canaries, one.body)}
    assert {"first name", "phone", "member id", "contact note", "ZIP code"} <= shown
    assert {"worksheet words", "follow-up note", "concern note", "somebody to tell"} <= shown
    assert {"one-time link", "calendar address", "links in messages"} <= shown
    leaks = evidence.witness.in_bodies(evidence.canaries)
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize("spelt", ["plain", "UTF-16", "base64", "hexadecimal", "other case"])
def test_the_search_itself_finds_a_value_however_it_is_written(spelt: str) -> None:
    value = PERSON["last name"].typed
    written = {
        "plain": value.encode(),
        "UTF-16": value.encode("utf-16-be"),
        "base64": base64.b64encode(f"x{value}y".encode()),
        "hexadecimal": value.encode().hex().upper().encode(),
        "other case": value.swapcase().encode(),
    }
    assert found(EVERYBODY, b"\x00\x07" + written[spelt] + b"\xff") == {"last name"}

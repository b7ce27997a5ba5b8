"""The projector on a real stream: it hears every fact, and rebuilt from it it is the same to the byte."""

from pathlib import Path

from nats.js import JetStreamContext

from services.dashboard import readmodel
from services.dashboard.handlers import HEARD
from services.dashboard.projector import rebuild
from services.dashboard.settings import Settings
from shared.contracts.catalogue import FACTS
from shared.database import Database
from shared.messaging.streams import durable, provision
from shared.running import running
from tests.conftest import MakeDatabase, eventually
from tests.integration.dashboard.projector_test import contents
from tests.unit.dashboard.metrics_test import CASE, story_facts


def test_every_fact_there_is_is_heard() -> None:
    assert set(HEARD) == set(FACTS.values())


async def test_dropped_and_built_again_from_the_stream_it_is_the_same_to_the_byte(
    make_database: MakeDatabase, js: JetStreamContext, nats_url: str, keys_dir: Path
) -> None:
    database = await make_database("dashboard")
    settings = Settings(nats_url=nats_url, keys_dir=keys_dir)
    await provision(js, {"dashboard": HEARD})
    for fact in story_facts():
        await js.publish(fact.subject, fact.model_dump_json().encode(), stream="EVENTS")
    first = await _projected(database, settings)
    await rebuild(database, settings)
    assert await readmodel.history(database, CASE) == []
    assert await _projected(database, settings) == first
    assert (await js.consumer_info("EVENTS", str(durable("dashboard", HEARD).durable_name))).num_pending == 0


async def _projected(database: Database, settings: Settings) -> bytes:
    """Run the projector until it has caught up, then stop it."""
    async with running(database, settings, "dashboard", HEARD, {}):

        async def all_there() -> bool:
            return len(await readmodel.history(database, CASE)) == len(story_facts())

        await eventually(all_there)
    return await contents(database)

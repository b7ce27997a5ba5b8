"""Aftercare is killed again and again while it opens plans, plans dates, writes, rearranges and pages: its
clients find everything as if it had been left alone.

Each life is a real process that ends by `os._exit` at a named place, or by SIGKILL at any moment.
"""

import random
import secrets
from collections import Counter
from pathlib import Path

import pytest

from services.aftercare.tables import MessageState
from tests.drills.aftercare_story import HOUR, Found, Story, told
from tests.integration.aftercare.letters import NOON
from tests.templates import Templates

pytestmark = pytest.mark.timeout(120)
WRITES = ["sending.begun", "sending.recorded", "sending.handed_over", "sending.settled", "send_message.done"]
CHOOSES = ["begun", "answered", "finishing", "done"]
# Where it dies, one life each, in the order of the story.
AT_LEAVING = [
    "plans.settled",
    "set_calls.finishing",
    *(f"choose_meetings.{place}" for place in CHOOSES),
    "choose_meetings",  # for both, so that there is enough to write
    "look_ahead.finishing",
    *WRITES,
]
AT_NEWS = ["listing_change.finishing", "listing_change.done", *(f"rebalance.{place}" for place in CHOOSES)]
AT_DANGER = [*(f"page_concern.{place}" for place in ("begun", "next_set", "finishing", "done")), *WRITES[:4]]
AT_A_TURN = ["page_concern.next_set"]


class Lives:
    """How each part of the story is lived through: in one life, or in many short ones."""

    def __init__(self, story: Story, chance: random.Random | None = None) -> None:
        self.story, self.chance = story, chance

    async def until(self, hours: float, *dies_at: str) -> None:
        """Without a place to die at: at any moment, three times; what is due takes about half a second."""
        moments = [] if dies_at or self.chance is None else [self.chance.uniform(0.01, 0.6) for _ in range(3)]
        at = NOON + hours * HOUR
        await self.story.live(at, dies_at=dies_at if self.chance else (), killed_after=moments)


async def _lived_through(lives: Lives) -> Found:
    story = lives.story
    await lives.until(0, *AT_LEAVING)
    await story.a_meeting_moves(NOON + HOUR)
    await lives.until(1, *AT_NEWS)
    await lives.until(26)

    concern = await story.somebody_is_in_danger(NOON + 27 * HOUR)
    await lives.until(27, *AT_DANGER)
    for quarter in (1, 2, 3):
        await lives.until(27 + quarter * 0.3, *AT_A_TURN)
    pages = await story.pages()
    assert [one.details["turn"] for one in pages] == [str(turn) for turn in range(len(pages))]
    assert {one.state for one in pages} == {MessageState.SENT}
    assert len(pages) >= 4
    await story.somebody_has_it(concern)
    await lives.until(29)
    assert len(await story.pages()) == len(pages)

    assert await story.lost_jobs() == []
    assert set(Counter(story.letters_that_must_not_repeat()).values()) == {1}
    return await story.found()


@pytest.fixture(scope="module")
async def left_alone(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What there is when nobody is killed."""
    folder = tmp_path_factory.mktemp("alone")
    async with told(await templates.sqlite(folder, "aftercare"), folder, killed=False) as story:
        return await _lived_through(Lives(story))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_wherever_aftercare_is_killed_its_clients_find_everything_as_if_it_had_been_left_alone(
    kind: str, left_alone: Found, templates: Templates, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = secrets.randbelow(10**9)
    print(f"seed {seed}")
    if kind == "sqlite":
        url = await templates.sqlite(tmp_path, "aftercare")
    else:
        url = await templates.postgres(request.getfixturevalue("postgres_url"), "aftercare")
    async with told(url, tmp_path, killed=True) as story:
        found = await _lived_through(Lives(story, random.Random(seed)))
    assert found.against(left_alone) == {}

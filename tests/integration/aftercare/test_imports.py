"""Lists taken into the database: the same bytes change nothing, a broken list is not believed."""

import json
from typing import Any

from sqlalchemy import select

from services.aftercare.tables import Import, Meeting, Verdict
from tests.unit.aftercare.reading_test import VALID

from .conftest import LIST, Aftercare


async def on_file(aftercare: Aftercare) -> dict[str, tuple[Any, ...]]:
    async with aftercare.database.reading() as session:
        rows = await session.scalars(select(Meeting))
        return {row.source_id: (row.id, row.content_hash, row.unchanged_since, row.listing) for row in rows}


async def test_a_second_import_of_the_same_bytes_changes_nothing(aftercare: Aftercare) -> None:
    before = await on_file(aftercare)
    again = await aftercare.import_list()
    assert (again.added, again.changed, again.accepted) == (0, 0, len(before))
    assert await on_file(aftercare) == before


async def test_a_list_of_any_format_taken_twice_is_no_news(aftercare: Aftercare) -> None:
    """Rows without an id of their own too: theirs is made of what they say."""
    for number, raw in enumerate(VALID):
        source = f"list-{number}"
        first = await aftercare.import_list(raw, source)
        before = await on_file(aftercare)
        again = await aftercare.import_list(raw, source)
        assert (first.verdict, first.accepted + len(first.rejected)) == (Verdict.TAKEN, first.rows)
        assert (again.added, again.changed, again.unseen, again.returned, again.changes) == (0, 0, 0, 0, {})
        assert (again.accepted, again.rejected) == (first.accepted, first.rejected)
        assert await on_file(aftercare) == before


async def test_a_changed_row_is_the_same_meeting_with_new_content(aftercare: Aftercare) -> None:
    before = await on_file(aftercare)
    rows = json.loads(LIST)
    rows[0]["time"] = "18:45"
    rows[1]["updated"] = "2026-01-01 00:00:00"
    taken = await aftercare.import_list(json.dumps(rows).encode())
    after = await on_file(aftercare)
    assert (taken.added, taken.changed) == (0, 1)
    key = rows[0]["slug"]
    assert after[key][0] == before[key][0]
    assert after[key][1] != before[key][1]


async def test_an_unreadable_empty_or_shrunken_list_is_refused_and_the_meetings_stay(
    aftercare: Aftercare,
) -> None:
    before = await on_file(aftercare)
    few = json.dumps(json.loads(LIST)[:10]).encode()
    for raw, reason in (
        (b"<html>", "markup"),
        (b"[]", "empty"),
        (b"[7]", "empty"),
        (few, "much_smaller_than_before"),
    ):
        taken = await aftercare.import_list(raw)
        assert (taken.verdict, taken.reason) == (Verdict.REFUSED, reason)
    assert await on_file(aftercare) == before
    async with aftercare.database.reading() as session:
        kept = list(await session.scalars(select(Import)))
    assert len(kept) == 5
    assert all(one.accepted + len(one.rejected) == one.rows for one in kept)


async def test_two_lists_may_use_the_same_slugs(aftercare: Aftercare) -> None:
    taken = await aftercare.import_list(LIST, "another list")
    assert taken.added == taken.accepted

"""Lists that are looked at by themselves: on schedule, over real TLS, and never at a place not allowed."""

import json
import os
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from services.aftercare.meetings import feed_fetching
from services.aftercare.meetings.feed_addresses import (
    NotAllowed,
    allowed_target,
    is_public,
    public_address,
)
from services.aftercare.meetings.feed_fetching import FetchFailed, fetch
from services.aftercare.meetings.feeds import LOOK_AT_FEED, begin_looking, look_now
from services.aftercare.meetings.normal_form import Programme
from services.aftercare.settings import Settings
from services.aftercare.tables import Feed, FeedFormat, Import, Verdict
from shared import clock
from shared.contracts.fact import new_id
from shared.identity import Role
from shared.jobs import jobs

from .conftest import LIST, SETTINGS, Aftercare, SetClock, bearer
from .list_server import ListServer


@pytest.fixture
def lists(tmp_path: Path) -> Generator[ListServer]:
    server = ListServer(tmp_path)
    yield server
    server.stop()


def allowing(lists: ListServer) -> Settings:
    return SETTINGS.model_copy(update={"feed_hosts": lists.place, "feed_authority": lists.authority})


async def add(aftercare: Aftercare, location: str, source: str = "town") -> Feed:
    feed = Feed(
        id=new_id(), source=source, location=location, format=FeedFormat.AUTO, programme=Programme.OTHER,
        every_hours=24, enabled=True, version=1,
    )  # fmt: skip
    async with aftercare.database.transaction() as session:
        session.add(feed)
        await session.flush()
        await begin_looking(session, feed)
    return feed


async def stored(aftercare: Aftercare, feed: Feed) -> Feed:
    async with aftercare.database.reading() as session:
        return await session.get_one(Feed, feed.id)


async def looks(aftercare: Aftercare) -> list[Any]:
    query = select(jobs).where(jobs.c.kind == LOOK_AT_FEED).order_by(jobs.c.due_at)
    async with aftercare.database.reading() as session:
        return list((await session.execute(query)).all())


async def snapshots(aftercare: Aftercare, source: str = "town") -> list[Import]:
    query = select(Import).where(Import.source == source).order_by(Import.id)
    async with aftercare.database.reading() as session:
        return list(await session.scalars(query))


async def test_a_feed_is_looked_at_and_the_next_look_is_planned(
    aftercare: Aftercare, lists: ListServer
) -> None:
    aftercare.settings = allowing(lists)
    lists.answers["/list.json"] = (200, {"ETag": '"1"'}, LIST)
    feed = await add(aftercare, lists.url())
    await aftercare.run_jobs(LOOK_AT_FEED)
    now = await stored(aftercare, feed)
    assert (now.trouble, now.etag) == (None, '"1"')
    assert now.last_good_at is not None
    done, coming = await looks(aftercare)
    assert done.done_at is not None
    assert (coming.done_at, coming.due_at - done.due_at) == (None, timedelta(hours=24))


async def test_nothing_new_is_a_sighting_and_the_same_bytes_are_no_change(
    aftercare: Aftercare, lists: ListServer, set_clock: SetClock
) -> None:
    aftercare.settings = allowing(lists)
    lists.answers["/list.json"] = (200, {"ETag": '"1"'}, LIST)
    await add(aftercare, lists.url())
    await aftercare.run_jobs(LOOK_AT_FEED)
    for etag in ('"1"', '"2"'):
        lists.answers["/list.json"] = (200, {"ETag": etag}, LIST)
        set_clock(clock.now() + timedelta(hours=25))
        await aftercare.run_jobs(LOOK_AT_FEED)
    assert [request.get("if-none-match") for request in lists.asked] == [None, '"1"', '"1"']
    found = await snapshots(aftercare)
    assert [one.added for one in found] == [found[0].accepted, 0, 0]
    assert [(one.verdict, one.changed, one.unseen) for one in found] == [(Verdict.TAKEN, 0, 0)] * 3


async def test_a_refused_list_keeps_no_validators_and_loses_nothing(
    aftercare: Aftercare, lists: ListServer
) -> None:
    aftercare.settings = allowing(lists)
    lists.answers["/list.json"] = (200, {"ETag": '"1"'}, LIST)
    feed = await add(aftercare, lists.url())
    await aftercare.run_jobs(LOOK_AT_FEED)
    good = (await stored(aftercare, feed)).last_good_at
    lists.answers["/list.json"] = (200, {"ETag": '"2"'}, b"[]")
    async with aftercare.database.transaction() as session:
        await look_now(session, feed)
    await aftercare.run_jobs(LOOK_AT_FEED)
    now = await stored(aftercare, feed)
    assert now.trouble is not None
    assert (now.etag, now.last_good_at) == (None, good)


async def test_a_failure_is_told_and_tried_again(aftercare: Aftercare, lists: ListServer) -> None:
    aftercare.settings = allowing(lists)
    lists.answers["/list.json"] = (503, {}, b"")
    feed = await add(aftercare, lists.url())
    await aftercare.run_jobs(LOOK_AT_FEED)
    assert (await stored(aftercare, feed)).trouble == "http_503"
    first, coming = await looks(aftercare)
    assert (first.done_at, first.last_code, coming.attempts) == (None, "FetchFailed", 0)


async def test_a_place_not_allowed_is_told_and_not_tried_again(
    aftercare: Aftercare, lists: ListServer
) -> None:
    feed = await add(aftercare, lists.url())
    await aftercare.run_jobs(LOOK_AT_FEED)
    assert (await stored(aftercare, feed)).trouble == "host_not_allowed"
    assert lists.asked == []


@pytest.mark.parametrize(
    ("url", "hosts", "code"),
    [
        ("http://lists.example.org/m", "lists.example.org", "https_only"),
        ("https://other.example.org/m", "lists.example.org", "host_not_allowed"),
        ("https://lists.example.org.evil.example/m", "lists.example.org", "host_not_allowed"),
        ("https://lists.example.org@evil.example/m", "lists.example.org", "address_unreadable"),
        ("https://lists.example.org:8443/m", "lists.example.org", "host_not_allowed"),
        ("https://127.0.0.1/m", "127.0.0.1", "host_not_allowed"),
        ("https://[::1", "lists.example.org", "address_unreadable"),
    ],
)
def test_addresses_that_are_not_asked(url: str, hosts: str, code: str) -> None:
    with pytest.raises(NotAllowed, match=code):
        allowed_target(url, hosts)


async def test_a_name_that_leads_into_the_own_network_is_refused() -> None:
    with pytest.raises(NotAllowed, match="private_address"):
        await public_address(allowed_target("https://localhost/m", "localhost"))


async def test_redirects_are_followed_only_to_allowed_hosts(lists: ListServer) -> None:
    lists.answers["/old"] = (302, {"Location": "/list.json"}, b"")
    lists.answers["/list.json"] = (200, {}, LIST)
    lists.answers["/away"] = (302, {"Location": "https://evil.example/m"}, b"")
    lists.answers["/down"] = (302, {"Location": f"http://{lists.place}/list.json"}, b"")
    lists.answers["/round"] = (302, {"Location": "/round"}, b"")
    settings = allowing(lists)
    assert (await fetch(settings, lists.url("/old"))).raw == LIST
    for path, code in (("/away", "host_not_allowed"), ("/down", "https_only")):
        with pytest.raises(NotAllowed, match=code):
            await fetch(settings, lists.url(path))
    with pytest.raises(FetchFailed, match="too_many_redirects"):
        await fetch(settings, lists.url("/round"))


async def test_too_much_and_an_unknown_certificate_are_refused(
    lists: ListServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.answers["/list.json"] = (200, {}, LIST)
    with pytest.raises(FetchFailed):
        await fetch(allowing(lists).model_copy(update={"feed_authority": None}), lists.url())
    monkeypatch.setattr(feed_fetching, "LARGEST", 1000)
    with pytest.raises(FetchFailed, match="too_large"):
        await fetch(allowing(lists), lists.url())


async def test_of_a_folder_the_newest_whole_file_counts_and_nothing_outside_it(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    (folder / "town").mkdir(parents=True)
    for number, name in enumerate(("old.json", "new.json", "coming.json.part", ".hidden")):
        file = folder / "town" / name
        file.write_text(name)
        os.utime(file, (number, number))
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    settings = SETTINGS.model_copy(update={"feed_folder": folder})
    assert (await fetch(settings, "town")).raw == b"new.json"
    assert (await fetch(settings, "town/old.json")).raw == b"old.json"
    for location in ("../secret", "/etc/hostname", "link"):
        with pytest.raises(NotAllowed, match="outside_the_folder"):
            await fetch(settings, location)
    with pytest.raises(FetchFailed, match="file_missing"):
        await fetch(settings, "nowhere")
    with pytest.raises(NotAllowed, match="no_folder_set"):
        await fetch(SETTINGS, "town")


async def test_staff_add_change_and_switch_off_a_feed(
    web: httpx2.AsyncClient, aftercare: Aftercare, keys_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "town.json").write_bytes(LIST)
    web._transport.app.state.settings.feed_folder = tmp_path  # type: ignore[attr-defined]
    new = {"source": "town", "location": "town.json"}
    refused = await web.post("/api/v1/feeds", json=new | {"location": "https://evil.example/m"})
    assert (refused.status_code, refused.json()["code"]) == (422, "host_not_allowed")
    assert (await web.post("/api/v1/feeds", json=new | {"source": "House"})).status_code == 422
    added = await web.post("/api/v1/feeds", json=new)
    assert (added.status_code, added.headers["etag"]) == (201, '"1"')
    assert (await web.post("/api/v1/feeds", json=new)).status_code == 409

    aftercare.settings = SETTINGS.model_copy(update={"feed_folder": tmp_path})
    await aftercare.run_jobs(LOOK_AT_FEED)
    (shown,) = (await web.get("/api/v1/feeds")).json()["feeds"]
    assert (shown["trouble"], shown["hours_since_good"], shown["refused_since_good"]) == (None, 0.0, 0)

    path = f"/api/v1/feeds/{shown['feed_id']}"
    off = {"location": "town.json", "enabled": False}
    assert (await web.put(path, json=off)).status_code == 428
    assert (await web.put(path, json=off, headers={"If-Match": '"9"'})).status_code == 412
    assert (await web.put(path, json=off, headers={"If-Match": '"1"'})).json()["version"] == 2
    assert (await web.post(f"{path}/look-now")).status_code == 409
    clinician = await web.post("/api/v1/feeds", json=new, headers=bearer(keys_dir, Role.CLINICIAN))
    assert clinician.status_code == 403
    assert json.dumps(new) not in added.text


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
        "fe80::1%eth0",
        "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::1",
    ],
)  # fmt: skip
def test_an_address_that_leads_into_the_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:4700::1111")
    assert is_public("64:ff9b::5db8:d70e")


async def test_a_server_that_moves_a_list_to_no_address_at_all_is_noted(
    aftercare: Aftercare, lists: ListServer
) -> None:
    aftercare.settings = allowing(lists)
    lists.answers["/list.json"] = (302, {"Location": "https://["}, b"")
    feed = await add(aftercare, lists.url())
    await aftercare.run_jobs(LOOK_AT_FEED)
    assert (await stored(aftercare, feed)).trouble == "address_unreadable"

"""The public form through the real application: taken once, mended in place, told to nobody else."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.intake.main import build
from services.intake.settings import Settings
from services.intake.tables import Case, ConsentRow
from shared.contracts.intake import ConsentGiven, InquiryReceived, Priority, VerificationRequested
from tests.integration.intake.conftest import Desk, fields_of

ANSWERS: dict[str, Any] = {
    "first_name": "Dee",
    "last_name": "Moss",
    "phone": "(555) 555-0123",
    "payer": "Harbour Mutual",
    "member_id": "HM-0042",
    "birth_month": "3",
    "birth_day": "27",
    "birth_year": "1985",
    "consents": ["contact", "insurer"],
}


async def opened(client: httpx2.AsyncClient) -> dict[str, Any]:
    page = await client.get("/en/help")
    assert page.status_code == 200
    return fields_of(page.text)


async def test_a_posted_form_is_a_case_with_its_consents_and_facts(desk: Desk) -> None:
    async with desk.client() as client:
        sent = await client.post("/en/help", data=await opened(client) | ANSWERS)
        assert (sent.status_code, sent.headers["location"]) == (303, "/en/done")
        done = await client.get("/en/done")
    reference = re.search(r"TC-\w{4}-\w{4}", done.text)
    assert reference
    assert "within 15 minutes" in done.text
    assert "988" in done.text
    (received,) = await desk.said(InquiryReceived)
    case = await desk.case(str(received.case_id))
    assert case["reference"] == reference[0]
    assert (case["name_to_use"], case["phone"], case["member_id"]) == ("Dee", "+15555550123", "HM-0042")
    assert case["coverage"] == "requested"
    given = {fact.item.value for fact in await desk.said(ConsentGiven)}
    assert given == {"contact", "insurer"}
    (asked,) = await desk.said(VerificationRequested)
    assert str(asked.verification_id) == case["verification_id"]


async def test_a_form_sent_twice_is_one_case_and_one_reference(desk: Desk) -> None:
    async with desk.client() as client:
        form = await opened(client) | ANSWERS
        references = set()
        for _ in range(2):
            assert (await client.post("/en/help", data=form)).status_code == 303
            references |= set(re.findall(r"TC-\w{4}-\w{4}", (await client.get("/en/done")).text))
    assert len(references) == 1
    assert await desk.count(Case) == 1


async def test_fifty_sendings_of_one_form_at_once_are_one_case(desk: Desk) -> None:
    async with desk.client() as client:
        form = await opened(client) | ANSWERS
        sent = await asyncio.gather(*(client.post("/en/help", data=form) for _ in range(50)))
    assert {answer.status_code for answer in sent} == {303}
    assert await desk.count(Case) == 1
    assert await desk.count(ConsentRow) == 2
    assert len(await desk.said(InquiryReceived)) == 1


async def test_going_back_and_changing_an_answer_does_not_make_a_second_case(desk: Desk) -> None:
    async with desk.client() as client:
        form = await opened(client) | ANSWERS
        await client.post("/en/help", data=form)
        changed = await client.post("/en/help", data=form | {"phone": "(555) 555-0188"})
        assert changed.status_code == 303
        assert "We kept the first one" in (await client.get("/en/done")).text
    assert await desk.count(Case) == 1


async def test_danger_ticked_on_a_second_sending_raises_the_first_case(desk: Desk) -> None:
    async with desk.client() as client:
        form = await opened(client) | ANSWERS
        await client.post("/en/help", data=form)
        (received,) = await desk.said(InquiryReceived)
        before = await desk.case(str(received.case_id))
        await client.post("/en/help", data=form | {"danger": "yes"})
        assert "within 2 minutes" in (await client.get("/en/done")).text
        case = await desk.case(str(received.case_id))
        assert (case["priority"], case["version"] > before["version"]) == ("P0", True)
        assert case["respond_by"] < before["respond_by"]
        await client.post("/en/help", data=form)
        assert "within 2 minutes" in (await client.get("/en/done")).text
    assert await desk.count(Case) == 1


async def test_what_is_to_be_mended_is_listed_linked_and_every_answer_kept(desk: Desk) -> None:
    async with desk.client() as client:
        form = await opened(client)
        wrong = (
            form
            | ANSWERS
            | {"phone": "12", "birth_day": "", "first_name": '"><b>Dee', "consents": ["insurer"]}
        )
        page = await client.post("/en/help", data=wrong)
        assert page.status_code == 422
        assert "<title>Error: Request a call</title>" in page.text
        assert "There is a problem" in page.text
        for link in ("#phone", "#birth_month", "#consent-contact"):
            assert f'href="{link}"' in page.text
            assert f'id="{link[1:]}"' in page.text
        assert '"><b>Dee' not in page.text
        kept = fields_of(page.text)
        assert (kept["phone"], kept["first_name"], kept["key"]) == ("12", '"><b>Dee', form["key"])
        assert re.search(r'id="consent-insurer"[^>]* checked', page.text)
        assert not re.search(r'id="consent-contact"[^>]* checked', page.text)
        mended = kept | ANSWERS
        assert (await client.post("/en/help", data=mended)).status_code == 303
    assert await desk.count(Case) == 1


async def test_danger_enters_at_the_top_and_shows_the_crisis_lines_large(desk: Desk) -> None:
    async with desk.client() as client:
        await client.post("/en/help", data=await opened(client) | ANSWERS | {"danger": "yes"})
        done = (await client.get("/en/done")).text
    assert "within 2 minutes" in done
    assert "You said someone is in danger" in done
    assert (await desk.said(InquiryReceived))[0].priority is Priority.P0


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}],
)
async def test_a_form_sent_from_another_site_is_shown_again_and_not_taken(
    desk: Desk, headers: dict[str, str]
) -> None:
    async with desk.client() as client:
        form = await opened(client) | ANSWERS
        assert (await client.post("/en/help", data=form, headers=headers)).status_code == 422
    assert await desk.count(Case) == 0


async def test_a_token_of_another_browser_is_shown_again_with_a_good_one(desk: Desk) -> None:
    async with desk.client() as other, desk.client() as client:
        form = await opened(other) | ANSWERS
        again = await client.post("/en/help", data=form)
        assert again.status_code == 422
        assert (
            await client.post("/en/help", data=fields_of(again.text) | {"consents": ANSWERS["consents"]})
        ).status_code == 303


async def test_a_form_filled_faster_than_a_person_can_is_asked_for_again(desk: Desk) -> None:
    desk.app.state.form_token._shortest = desk.app.state.settings.form_longest
    async with desk.client() as client:
        page = await client.post("/en/help", data=await opened(client) | ANSWERS)
    assert page.status_code == 422
    assert "press the button again" in page.text
    assert await desk.count(Case) == 0


async def test_a_machines_form_is_kept_for_a_person_and_no_insurer_is_asked(desk: Desk) -> None:
    async with desk.client() as client:
        form = await opened(client) | ANSWERS | {"company": "Buy now"}
        assert (await client.post("/en/help", data=form)).status_code == 303
    assert await desk.said(VerificationRequested) == []
    (received,) = await desk.said(InquiryReceived)
    assert (await desk.case(str(received.case_id)))["suspicion"] == "honeypot"


async def test_pages_are_small_neutral_not_kept_and_speak_to_no_one_else(desk: Desk) -> None:
    async with desk.client() as client:
        for path in ("/en/help", "/en/done"):
            page = await client.get(path)
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["referrer-policy"] == "no-referrer"
            weight = len(page.content)
            title = re.search("<title>(.*)</title>", page.text)
            assert title
            assert "ecover" not in title[1]
            for address in re.findall(r'(?:src|href|action)="([^"#]+)"', page.text):
                assert (
                    address.startswith(("/", "tel:", "sms:")) or 'class="leave" href="' + address in page.text
                )
                if address.startswith("/assets/"):
                    asset = await client.get(address)
                    assert asset.status_code == 200
                    assert "http" not in re.sub(r"http://www.w3.org\S+", "", asset.text)
                    weight += len(asset.content)
            assert weight < 100_000
        assert "style=" not in page.text


async def test_cookies_are_bound_to_the_host_over_https_and_never_readable_by_scripts(desk: Desk) -> None:
    async with desk.client() as client:
        plain = (await client.get("/en/help")).headers["set-cookie"]
        secure = (await client.get("https://127.0.0.1/en/help")).headers["set-cookie"]
    assert plain.startswith("form=")
    assert secure.startswith("__Host-form=")
    assert "Secure" in secure
    assert "HttpOnly" in plain
    assert "samesite=strict" in plain.lower()


async def test_the_confirmation_without_its_cookie_shows_no_reference(desk: Desk) -> None:
    async with desk.client() as client:
        page = await client.get("/en/done", headers={"cookie": "done=forged"})
    assert page.status_code == 200
    assert "TC-" not in page.text


async def test_when_nothing_can_be_kept_the_page_says_so_with_the_phone_number_first(keys_dir: Path) -> None:
    nowhere = Settings(
        database_url="postgresql+asyncpg://nobody@127.0.0.1:1/nothing", keys_dir=keys_dir, demo=True
    )
    app = build(nowhere)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1"
    ) as client:
        page = await client.post("/en/help", data=await opened(client) | ANSWERS)
    await app.state.database.dispose()
    assert page.status_code == 503
    assert "(555) 010-0199" in page.text
    assert "go back one page" in page.text

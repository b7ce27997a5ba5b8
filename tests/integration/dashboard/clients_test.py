"""Asking a service in a person's name: what is unchanged, old or refused, over a real socket."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.dashboard.clients import Heard, Refusal, Services
from services.dashboard.sessions import SignedIn
from shared.contracts.fact import new_id
from shared.identity import Role, Signer, Verifier
from tests.contract.dashboard.serving import served

ANA = SignedIn(new_id(), "Ana", Role.COORDINATOR, b"")


class Twin:
    """A service as the contract describes it: checks the token, knows ETags, refuses old versions."""

    def __init__(self, keys: Path) -> None:
        self.verifier = Verifier.from_keys(keys, "intake")
        self.status = 200
        self.asked: list[str | None] = []
        self.callers: list[Any] = []

    async def cases(self, request: Request) -> Response:
        self.callers.append(self.verifier.verify(request.headers["authorization"].removeprefix("Bearer ")))
        self.asked.append(request.headers.get("if-none-match"))
        if self.status != 200:
            problem = {"code": "not_allowed", "detail": "This needs another role."}
            return JSONResponse(problem, self.status, media_type="application/problem+json")
        if self.asked[-1] == '"1"':
            return Response(status_code=304)
        return JSONResponse({"cases": [{"case_id": "0199"}]}, headers={"etag": '"1"'})

    async def claim(self, request: Request) -> Response:
        if request.headers.get("if-match") == '"7"':
            return JSONResponse({"case_id": "0199"})
        problem = {"code": "stale_version", "detail": "Load the case again.", "current_version": 7}
        return JSONResponse(problem, 409, media_type="application/problem+json")


@pytest.fixture
async def intake(keys_dir: Path) -> AsyncGenerator[tuple[Twin, Services, Heard]]:
    twin = Twin(keys_dir)
    routes = [
        Route("/api/v1/cases", twin.cases),
        Route("/api/v1/cases/0199/claim", twin.claim, methods=["POST"]),
    ]
    async with served(Starlette(routes=routes)) as address:
        services = Services({"intake": f"http://{address}"}, Signer.from_keys(keys_dir, "dashboard"))
        yield twin, services, Heard((ANA.id, ANA.role))
        await services.aclose()


async def test_the_service_learns_who_is_at_the_screen(intake: tuple[Twin, Services, Heard]) -> None:
    twin, services, heard = intake
    await services.get(ANA, heard, "intake", "/api/v1/cases")
    assert (twin.callers[0].id, twin.callers[0].role) == (ANA.id, Role.COORDINATOR)


async def test_an_unchanged_list_is_asked_for_by_its_etag_and_stays_as_it_was(
    intake: tuple[Twin, Services, Heard],
) -> None:
    twin, services, heard = intake
    first = await services.get(ANA, heard, "intake", "/api/v1/cases")
    second = await services.get(ANA, heard, "intake", "/api/v1/cases")
    assert twin.asked == [None, '"1"']
    assert second.rows("cases") == first.rows("cases")
    assert first.as_of
    assert second.as_of
    assert second.as_of >= first.as_of


async def test_two_parts_of_a_page_asking_within_a_second_make_one_request(
    intake: tuple[Twin, Services, Heard],
) -> None:
    twin, services, heard = intake
    for _ in range(3):
        await services.get(ANA, heard, "intake", "/api/v1/cases", fresh_for=60)
    assert len(twin.asked) == 1
    heard.forget()
    await services.get(ANA, heard, "intake", "/api/v1/cases", fresh_for=60)
    assert len(twin.asked) == 2, "after an action nothing is shown from memory"


async def test_a_service_that_fails_leaves_its_last_answer_with_its_age_and_says_so(
    intake: tuple[Twin, Services, Heard],
) -> None:
    twin, services, heard = intake
    first = await services.get(ANA, heard, "intake", "/api/v1/cases")
    twin.status = 503
    later = await services.get(ANA, heard, "intake", "/api/v1/cases")
    assert later.rows("cases") == first.rows("cases")
    assert later.as_of == first.as_of
    assert later.trouble == "Intake does not answer."


async def test_a_service_that_is_not_there_is_a_sentence_and_no_error(keys_dir: Path) -> None:
    services = Services({"intake": "http://127.0.0.1:9"}, Signer.from_keys(keys_dir, "dashboard"))
    answer = await services.get(ANA, Heard((ANA.id, ANA.role)), "intake", "/api/v1/cases")
    assert (answer.body, answer.trouble) == (None, "Intake does not answer.")
    refused = await services.act(ANA, "intake", "/api/v1/cases/0199/claim")
    assert isinstance(refused, Refusal)
    assert refused.code == "unreachable"
    await services.aclose()


async def test_what_a_role_may_no_longer_see_is_forgotten(intake: tuple[Twin, Services, Heard]) -> None:
    twin, services, heard = intake
    await services.get(ANA, heard, "intake", "/api/v1/cases")
    twin.status = 403
    refused = await services.get(ANA, heard, "intake", "/api/v1/cases")
    assert (refused.body, refused.trouble) == (None, "This needs another role.")
    twin.status = 503
    assert (await services.get(ANA, heard, "intake", "/api/v1/cases")).body is None


async def test_an_action_carries_the_version_that_was_on_the_screen(
    intake: tuple[Twin, Services, Heard],
) -> None:
    _, services, _ = intake
    path = "/api/v1/cases/0199/claim"
    assert await services.act(ANA, "intake", path, version=7) == {"case_id": "0199"}
    refused = await services.act(ANA, "intake", path, version=6)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.extra["current_version"]) == ("stale_version", 7)

"""A client's browser: it comes in by a link, as one does from a message."""

from urllib.parse import urlsplit
from uuid import UUID

import httpx2

from services.aftercare.messages.links import make_link
from services.aftercare.plans.opening import latest_plan

from .conftest import Aftercare


async def link_for(aftercare: Aftercare, case_id: UUID) -> str:
    """The path of a new link that nobody has used."""
    async with aftercare.database.transaction() as session:
        plan = await latest_plan(session, case_id)
        assert plan is not None
        return urlsplit(await make_link(session, plan, aftercare.settings)).path


async def come_in(aftercare: Aftercare, web: httpx2.AsyncClient, case_id: UUID) -> None:
    """The browser holds a session of this client from now on."""
    path = await link_for(aftercare, case_id)
    assert (await web.get(path)).status_code == 200
    answer = await web.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")

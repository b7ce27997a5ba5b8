"""Staff, and the doctor, can see whether anybody would be called for somebody in danger; never who."""

import httpx2


async def test_the_number_of_people_who_can_be_reached_is_told_to_staff_only(
    web: httpx2.AsyncClient,
) -> None:
    assert (await web.get("/api/v1/on-call")).json() == {"people": 0, "needed": True}
    assert (await web.get("/api/v1/on-call", headers={"authorization": ""})).status_code == 401

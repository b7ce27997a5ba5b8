"""The benefits desk's queue: what is to be done, and in which order."""

from datetime import timedelta

from services.insurance.phone.tasks import PhoneReason, open_task
from services.insurance.rules.states import State
from services.insurance.tables import ClientInCare, Verification
from shared import clock
from shared.contracts.fact import new_id
from shared.identity import Role
from tests.integration.insurance.conftest import Desk


async def test_every_kind_of_open_work_is_listed_with_why(desk: Desk) -> None:
    _, refused = await desk.verification(State.NEEDS_CORRECTION, member_id="TCAAA72")
    _, unclear = await desk.verification(State.MANUAL_REVIEW, member_id="TCPEND05")
    _, away = await desk.verification(State.PAYER_UNAVAILABLE, member_id="TCAAA42")
    answer = (await desk.get("/api/v1/queue")).json()
    found = {(item["kind"], item["verification_id"]): item for item in answer["items"]}
    correct = found["correct", str(refused)]
    assert "member_id" in correct["fields"]
    assert correct["to_do"]
    assert found["review", str(unclear)]["reason"] == "status_pending"
    assert found["phone", str(unclear)]["task_id"]
    assert found["waiting", str(away)]["due_at"]
    assert answer["counts"]["review"] == 1
    assert ("queue.read", None, "vob") in await desk.audited()


async def test_a_client_who_comes_tomorrow_goes_first(desk: Desk) -> None:
    await desk.verification(State.NEEDS_CORRECTION, member_id="TCAAA72")
    case_id, _ = await desk.verification(
        State.NEEDS_CORRECTION, member_id="TCAAA73", admission_on=desk.door.tomorrow()
    )
    first = (await desk.get("/api/v1/queue?kind=correct")).json()["items"][0]
    assert (first["case_id"], first["urgency"]) == (str(case_id), "overdue")


async def test_whoever_asked_anew_has_taken_care_of_the_older_answer(desk: Desk) -> None:
    case_id, _ = await desk.verification(State.NEEDS_CORRECTION, member_id="TCAAA72")
    await desk.verification(case_id=case_id)
    items = (await desk.get(f"/api/v1/queue?case_id={case_id}&kind=correct")).json()["items"]
    assert items == []


async def test_an_expired_answer_is_work_only_while_somebody_relies_on_it(desk: Desk) -> None:
    kept, kept_id = await desk.verification()
    _, gone_id = await desk.verification()
    async with desk.insurance.database.transaction() as session:
        for verification_id in (kept_id, gone_id):
            (await session.get_one(Verification, verification_id)).state = State.EXPIRED
        session.add(ClientInCare(case_id=kept, admitted_at=clock.now()))
    items = (await desk.get("/api/v1/queue?kind=expired")).json()["items"]
    assert [item["verification_id"] for item in items] == [str(kept_id)]


async def test_the_queue_can_be_cut_to_a_kind_a_payer_and_a_length(desk: Desk) -> None:
    for _ in range(3):
        await desk.verification(State.NEEDS_CORRECTION, member_id="TCAAA72")
    short = (await desk.get("/api/v1/queue?kind=correct&payer=northstar&limit=2")).json()
    assert (len(short["items"]), short["more"], short["counts"]["correct"]) == (2, 1, 3)
    assert (await desk.get("/api/v1/queue?payer=blue-cedar")).json()["items"] == []
    assert (await desk.get("/api/v1/queue?kind=nonsense")).status_code == 422
    assert (await desk.get("/api/v1/queue?limit=0")).status_code == 422
    assert (await desk.get("/api/v1/queue", role=Role.ALUMNI)).status_code == 403


async def test_a_task_past_its_time_is_overdue(desk: Desk) -> None:
    case_id, verification_id = await desk.verification()
    async with desk.insurance.database.transaction() as session:
        row = await session.get_one(Verification, verification_id)
        due = clock.now() - timedelta(minutes=1)
        await open_task(session, row, PhoneReason.LEVELS_UNKNOWN, due)
    (item,) = (await desk.get(f"/api/v1/queue?case_id={case_id}&kind=phone")).json()["items"]
    assert item["urgency"] == "overdue"
    assert (await desk.get(f"/api/v1/queue?case_id={new_id()}")).json()["items"] == []

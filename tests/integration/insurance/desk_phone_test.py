"""Phoning a plan: what to ask, what a call settles, the second person, corrections."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from services.insurance.phone.tasks import PhoneReason, close_task, open_task
from services.insurance.rules.states import State
from services.insurance.tables import PhoneTask, Verification
from shared import clock
from shared.contracts.fact import new_id
from shared.contracts.insurance import CoverageConfirmed, CoverageDeclined
from shared.identity import Role
from tests.integration.insurance.conftest import Desk, OpenDesk

PENDING = {"member_id": "TCPEND05"}


def call(**changes: Any) -> dict[str, Any]:
    """A call of seven minutes that settled the plan's status and one level of care."""
    now = clock.now()
    made: dict[str, Any] = {
        "number_dialled": "(555) 010-0131",
        "representative": "Dana, benefits line",
        "reference": "REF-4471",
        "started_at": (now - timedelta(minutes=8)).isoformat(),
        "ended_at": (now - timedelta(minutes=1)).isoformat(),
        "disclaimers": "Not a guarantee of payment.",
        "plan_status": "active",
        "levels": [
            {
                "level": "residential",
                "network": "in",
                "covered": "yes",
                "coinsurance": "0.2",
                "authorization": True,
                "limit": 30,
                "limit_unit": "days",
                "limit_used": 12,
            }
        ],
        "sums": [{"kind": "deductible", "network": "in", "total": "2000", "remaining": "750"}],
    }
    return made | changes


async def taken(desk: Desk, **person: Any) -> tuple[UUID, UUID, str]:
    """A case whose plan has to be phoned: case, verification, task."""
    case_id, verification_id = await desk.verification(State.MANUAL_REVIEW, **(person or PENDING))
    task = await desk.phone_task(verification_id)
    return case_id, verification_id, task["task_id"]


async def record(desk: Desk, task_id: str, **options: Any) -> httpx2.Response:
    who = options.pop("who", "")
    headers = options.pop("headers", None)
    return await desk.post(f"/api/v1/phone-tasks/{task_id}/calls", call(**options), who=who, headers=headers)


async def test_the_form_asks_only_what_is_not_known(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    form = (await desk.get(f"/api/v1/phone-tasks/{task_id}/form")).json()
    assert form["ask_status"] is True
    assert [one["of"] for one in form["numbers"]] == ["behavioural", "payer"]
    assert {one["level"] for one in form["levels"]} >= {"residential", "outpatient"}
    assert form["open_count"] > 0
    await record(desk, task_id)
    after = (await desk.get(f"/api/v1/phone-tasks/{task_id}/form")).json()
    assert after["ask_status"] is False
    assert after["open_count"] < form["open_count"]
    residential = next(
        one for one in after["levels"] if (one["level"], one["network"]) == ("residential", "in")
    )
    assert (residential["covered"], residential["basis"]) == ("yes", "human")
    assert residential["evidence"][0]["call_id"]


async def test_a_call_settles_what_the_payers_answer_left_open(desk: Desk) -> None:
    case_id, verification_id, task_id = await taken(desk)
    answer = await record(desk, task_id)
    assert answer.status_code == 201
    assert answer.json()["counts"] is True
    assert answer.json()["task"]["state"] == "done"
    assert await desk.insurance.state(verification_id) == State.VERIFIED_ACTIVE
    assert isinstance((await desk.insurance.said(case_id))[-1], CoverageConfirmed)
    shown = (await desk.get(f"/api/v1/verifications/{verification_id}")).json()
    deductible = next(one for one in shown["shares"] if one["kind"] == "deductible")
    assert (deductible["remaining"], deductible["basis"]) == ("750", "human")
    assert ("phone.call", case_id, "vob") in await desk.audited()


async def test_a_plan_that_is_not_active_is_declined(desk: Desk) -> None:
    case_id, verification_id, task_id = await taken(desk)
    await record(desk, task_id, plan_status="inactive", levels=[], sums=[])
    assert await desk.insurance.state(verification_id) == State.VERIFIED_INACTIVE
    assert isinstance((await desk.insurance.said(case_id))[-1], CoverageDeclined)


async def test_unknown_is_a_valid_answer_and_settles_nothing(desk: Desk) -> None:
    _, verification_id, task_id = await taken(desk)
    level = {"level": "partial", "network": "out", "covered": "unknown"}
    answer = await record(desk, task_id, plan_status="unknown", levels=[level], sums=[])
    assert answer.status_code == 201
    assert await desk.insurance.state(verification_id) == State.MANUAL_REVIEW


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": None},
        {"reference": "  "},
        {"reference": "R1", "no_reference_given": True},
        {"representative": ""},
        {"ended_at": "2019-01-01T00:00:00Z"},
        {"started_at": "2026-01-01T00:00:00"},
        {"plan_status": "perhaps"},
        {"levels": [{"level": "residential", "network": "in", "covered": "yes", "coinsurance": "20"}]},
        {"levels": [{"level": "residential", "network": "in", "covered": "yes", "limit": 30}]},
        {"levels": [{"level": "residential", "network": "in", "covered": "no"}] * 2},
        {"sums": [{"kind": "deductible", "network": "in", "total": "100", "remaining": "200"}]},
        {"disclaimers": "x" * 2001},
        {"corrects": "00000000-0000-4000-8000-000000000000"},
        {"surprise": 1},
    ],
)
async def test_a_call_that_cannot_be_right_is_refused_without_repeating_it(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    _, _, task_id = await taken(desk)
    answer = await record(desk, task_id, **wrong)
    assert answer.status_code in (404, 422)
    assert "Dana" not in answer.text


async def test_they_may_give_no_reference_if_staff_say_so(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    answer = await record(desk, task_id, reference=None, no_reference_given=True, representative="Da\x00na")
    assert answer.status_code == 201
    (made,) = (await desk.get(f"/api/v1/phone-tasks/{task_id}")).json()["calls"]
    assert (made["reference"], made["representative"]) == (None, "Dana")


async def test_a_call_sent_twice_is_one_call(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    body, headers = call(), {"idempotency-key": "call-1"}
    path = f"/api/v1/phone-tasks/{task_id}/calls"
    first = await desk.post(path, body, headers=headers)
    again = await desk.post(path, body, headers=headers)
    assert first.json()["call_id"] == again.json()["call_id"]
    other = await desk.post(path, body | {"plan_status": "inactive"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert len((await desk.get(f"/api/v1/phone-tasks/{task_id}")).json()["calls"]) == 1


async def test_a_later_call_corrects_an_earlier_one(desk: Desk) -> None:
    _, verification_id, task_id = await taken(desk)
    first = (await record(desk, task_id)).json()["call_id"]
    level = {"level": "residential", "network": "in", "covered": "no"}
    await record(desk, task_id, levels=[level], sums=[], corrects=first)
    shown = (await desk.get(f"/api/v1/verifications/{verification_id}")).json()
    levels = {(one["level"], one["network"]): one for one in shown["levels"]}
    assert levels["residential", "in"]["covered"] == "no"
    assert not any(one["basis"] == "human" for one in shown["shares"])


async def test_one_task_is_one_persons_until_released(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    path = f"/api/v1/phone-tasks/{task_id}"
    assert (await desk.post(f"{path}/claim", who="ana")).status_code == 200
    assert (await desk.post(f"{path}/claim", who="ana")).status_code == 200
    refused = await desk.post(f"{path}/claim", who="ben")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_claimed")
    assert (await desk.post(f"{path}/release", who="ben")).status_code == 409
    assert (await record(desk, task_id, who="ben")).status_code == 409
    mine = (await desk.get("/api/v1/queue?mine=true", who="ana")).json()["items"]
    assert [item["task_id"] for item in mine] == [task_id]
    assert (await desk.post(f"{path}/release", who="ana")).json()["owner_id"] is None
    assert (await desk.post(f"{path}/claim", who="ben")).status_code == 200


async def test_where_two_must_agree_a_call_counts_only_then(open_desk: OpenDesk) -> None:
    desk = await open_desk(phone_second_check=True)
    _, verification_id, task_id = await taken(desk)
    made = (await record(desk, task_id, who="ana")).json()
    assert (made["counts"], made["task"]["state"]) == (False, "to_check")
    assert await desk.insurance.state(verification_id) == State.MANUAL_REVIEW
    assert [i["kind"] for i in (await desk.get("/api/v1/queue?kind=check")).json()["items"]] == ["check"]
    path = f"/api/v1/phone-calls/{made['call_id']}/check"
    own = await desk.post(path, {"agrees": True}, who="ana")
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    assert (await desk.post(path, {"agrees": True}, who="ben")).json()["counts"] is True
    assert await desk.insurance.state(verification_id) == State.VERIFIED_ACTIVE
    assert (await desk.post(path, {"agrees": True}, who="cem")).status_code == 409


async def test_a_call_the_second_person_doubts_is_made_again(open_desk: OpenDesk) -> None:
    desk = await open_desk(phone_second_check=True)
    _, verification_id, task_id = await taken(desk)
    made = (await record(desk, task_id, who="ana")).json()
    await desk.post(f"/api/v1/phone-calls/{made['call_id']}/check", {"agrees": False}, who="ben")
    task = (await desk.get(f"/api/v1/phone-tasks/{task_id}")).json()
    assert (task["state"], task["owner_id"]) == ("open", None)
    assert await desk.insurance.state(verification_id) == State.MANUAL_REVIEW


async def test_nobody_phones_after_consent_was_taken_back(desk: Desk) -> None:
    _, verification_id, task_id = await taken(desk)
    async with desk.insurance.database.transaction() as session:
        row = await session.get_one(Verification, verification_id)
        row.state = State.CLOSED
    refused = await record(desk, task_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "verification_closed")
    assert (await desk.get(f"/api/v1/phone-tasks/{task_id}/form")).status_code == 409


async def test_what_was_said_on_the_phone_is_sealed(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    await record(desk, task_id)
    async with desk.insurance.database.reading() as session:
        everything = repr((await session.execute(text("select * from phone_calls"))).all())
    assert "Dana" not in everything
    assert "REF-4471" not in everything


async def test_who_only_reads_cannot_phone(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    for role in (Role.DIRECTOR, Role.AUDITOR, Role.CLINICIAN):
        assert (await desk.post(f"/api/v1/phone-tasks/{task_id}/claim", role=role)).status_code == 403
    assert (await desk.get(f"/api/v1/phone-tasks/{new_id()}/form")).status_code == 404
    assert (await desk.post(f"/api/v1/phone-calls/{new_id()}/check", {"agrees": True})).status_code == 404


async def test_a_recheck_keeps_what_the_same_plan_said_of_levels_of_care(desk: Desk) -> None:
    case_id, _, task_id = await taken(desk)
    await record(desk, task_id)
    _, later = await desk.verification(State.MANUAL_REVIEW, case_id, **PENDING)
    shown = (await desk.get(f"/api/v1/verifications/{later}")).json()
    human = {one["level"] for one in shown["levels"] if one["basis"] == "human"}
    assert human == {"residential"}
    assert not any(one["basis"] == "human" for one in shown["shares"])


async def test_what_was_said_of_one_membership_holds_for_no_other(desk: Desk) -> None:
    case_id, _, task_id = await taken(desk)
    await record(desk, task_id)
    _, later = await desk.verification(State.MANUAL_REVIEW, case_id, **PENDING)
    async with desk.insurance.database.transaction() as session:
        (await session.get_one(Verification, later)).membership_index = bytes(32)
    shown = (await desk.get(f"/api/v1/verifications/{later}")).json()
    assert not any(one["basis"] == "human" for one in shown["levels"])


async def test_opening_a_task_twice_is_one_task_and_the_nearer_time_wins(desk: Desk) -> None:
    _, verification_id, task_id = await taken(desk)
    soon = clock.now() + timedelta(minutes=15)
    async with desk.insurance.database.transaction() as session:
        row = await session.get_one(Verification, verification_id)
        again = await open_task(session, row, PhoneReason.ADMISSION_NEAR, soon)
        await open_task(session, row, PhoneReason.LEVELS_UNKNOWN, soon + timedelta(hours=9))
        task = await session.get_one(PhoneTask, again)
        assert (str(again), task.due_at, task.reason) == (task_id, soon, "admission_near")
        await close_task(session, verification_id)
        await open_task(session, row, PhoneReason.ADMISSION_NEAR, soon)
        assert task.state == "done"
        await open_task(session, row, PhoneReason.CARVE_OUT, soon)
        assert (task.state, task.reason, task.closed_at) == ("open", "carve_out", None)


async def test_without_that_consent_the_form_names_no_addiction_care(desk: Desk) -> None:
    desk.door.sud_benefits = False
    _, _, task_id = await taken(desk)
    form = (await desk.get(f"/api/v1/phone-tasks/{task_id}/form")).json()
    assert form["name_addiction_care"] is False
    assert form["levels"] == []
    assert form["ask_status"] is True


async def test_a_plan_is_not_phoned_once_the_consent_is_gone_or_cannot_be_looked_up(desk: Desk) -> None:
    _, _, task_id = await taken(desk)
    asked_before = len(desk.door.asked)
    desk.door.status = 403
    refused = await desk.get(f"/api/v1/phone-tasks/{task_id}/form")
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    desk.door.status = 500
    unknown = await desk.get(f"/api/v1/phone-tasks/{task_id}/form")
    assert (unknown.status_code, unknown.json()["code"]) == (503, "try_again")
    desk.door.status = 200
    assert (await desk.get(f"/api/v1/phone-tasks/{task_id}/form")).status_code == 200
    # The same task is the same row in the accounting of disclosures, however often its form is opened.
    assert len(set(desk.door.asked[asked_before:])) <= 2

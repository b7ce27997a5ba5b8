"""From an inquiry to a finished verification with an estimate, on the API alone."""

from decimal import Decimal

from services.insurance.rules.states import State
from tests.integration.insurance.conftest import Desk
from tests.integration.insurance.desk_phone_test import call


async def test_a_specialist_finishes_a_verification_with_its_estimate(desk: Desk) -> None:
    await desk.set_rates()
    case_id, _ = await desk.verification(State.MANUAL_REVIEW, member_id="TCPEND05")

    (work,) = (await desk.get(f"/api/v1/queue?case_id={case_id}&kind=phone")).json()["items"]
    task = f"/api/v1/phone-tasks/{work['task_id']}"
    assert (await desk.post(f"{task}/claim")).status_code == 200
    form = (await desk.get(f"{task}/form")).json()
    assert form["ask_status"]
    made = await desk.post(f"{task}/calls", call(number_dialled=form["numbers"][0]["phone"]))
    assert made.status_code == 201

    verification = f"/api/v1/verifications/{work['verification_id']}"
    assert (await desk.get(verification)).json()["state"] == "verified_active"
    stay = {"episode": [{"level": "residential", "units": 21}], "network": "in"}
    told = (await desk.post(f"{verification}/estimates", stay)).json()
    # 750 of the deductible and a fifth of the rest for the 18 days the plan has left to pay, 3 days alone.
    assert Decimal(told["likely"]) == 750 + Decimal("0.2") * (18 * 850 - 750) + 3 * 850
    english = (await desk.get(f"{verification}/summary")).json()
    assert f"${Decimal(told['high']):,.2f}" in english["text"]
    assert (await desk.get(f"/api/v1/queue?case_id={case_id}")).json()["items"] == []

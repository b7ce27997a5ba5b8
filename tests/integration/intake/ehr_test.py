"""Messages from the EHR, over HTTPS and MLLP, end in the same moves as the staff's."""

import asyncio
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from services.intake.doors import ehr, mllp
from services.intake.tables import Hl7Message, UnmatchedStay
from shared.clock import now
from shared.contracts.intake import ClientAdmitted, ClientDischarged, DischargeType
from shared.identity import Role
from tests.integration.intake.conftest import Desk


def adt(
    trigger: str,
    *,
    control: str = "77",
    number: str = "0042",
    last: str = "Moss",
    disposition: str = "",
    left: str = "20261120101000",
    kind: str = "I",
    died: str = "",
    written: str = "20261120101500",
    came: str = "20261110080000",
) -> bytes:
    stays = f"{came}|" + (left if trigger == "A03" else "")
    return "\r".join(
        (
            rf"MSH|^~\&|CHART|ELM|TC|TC|{written}||ADT^{trigger}|{control}|P|2.5.1",
            f"PID|1||{number}^^^ELM^MR||{last}^Dee||19850327" + "|" * 22 + died,
            f"PV1|1|{kind}" + "|" * 34 + disposition + "|" * 8 + stays,
        )
    ).encode()


def yesterday() -> str:
    return (now() - timedelta(days=1)).strftime("%Y%m%d%H%M%S+0000")


async def sent(desk: Desk, body: bytes) -> str:
    """The acknowledgement code of one message over HTTPS."""
    async with desk.client(Role.EHR, issuer="operator") as client:
        answer = await client.post("/api/v1/hl7", content=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/hl7-v2")
    return answer.text.split("\rMSA|")[1][:2]


async def test_admit_and_discharge_with_one_control_id_are_both_applied_once(desk: Desk) -> None:
    case_id = await desk.inquiry()
    for message in (adt("A01"), adt("A03", disposition="07"), adt("A01"), adt("A03", disposition="07")):
        assert await sent(desk, message) == "AA"
    (admitted,), (discharged,) = await desk.said(ClientAdmitted), await desk.said(ClientDischarged)
    assert str(admitted.case_id) == str(discharged.case_id) == case_id
    assert discharged.type is DischargeType.AGAINST_ADVICE
    assert discharged.aftercare_consent_id is not None
    assert await desk.count(Hl7Message) == 2
    case = await desk.case(case_id)
    assert case["stage"] == "discharged"
    assert "conversation_logged" in case["stay"]["gates_missing"]
    assert case["stay"]["admitted_at"] == "2026-11-10T16:00:00+00:00"


async def test_a_person_who_has_died_is_written_to_by_nobody(desk: Desk) -> None:
    await desk.inquiry()
    await sent(desk, adt("A01"))
    await sent(desk, adt("A03", disposition="20"))
    (gone,) = await desk.said(ClientDischarged)
    assert (gone.type, gone.aftercare_consent_id) == (DischargeType.DECEASED, None)


async def test_staff_admit_with_the_ehrs_number_and_the_ehr_discharges_by_it(desk: Desk) -> None:
    case_id = await desk.inquiry()
    await desk.move(Role.COORDINATOR, case_id, "contacts", {"channel": "call", "outcome": "reached"})
    await desk.move(Role.COORDINATOR, case_id, "actions/choose_self_pay")
    began = (now() - timedelta(days=3)).isoformat()
    admission = {"treatment_consent": True, "ehr_patient_id": "E-9", "admitted_at": began}
    assert (await desk.move(Role.COORDINATOR, case_id, "actions/admit", admission)).status_code == 200
    assert (
        await sent(desk, adt("A03", number="e-9", last="Renamed", disposition="1", left=yesterday())) == "AA"
    )
    assert (await desk.case(case_id))["stay"]["discharge_type"] == "home"


async def test_an_admission_that_staff_made_first_is_not_made_twice(desk: Desk) -> None:
    await desk.inquiry()
    await sent(desk, adt("A01"))
    assert await sent(desk, adt("A04", control="78")) == "AA"
    assert len(await desk.said(ClientAdmitted)) == 1


async def test_a_stay_that_fits_no_case_waits_in_the_tray_with_its_name(desk: Desk) -> None:
    assert await sent(desk, adt("A01", number="9", last="Stranger")) == "AA"
    async with desk.client(Role.COORDINATOR) as client:
        (waiting,) = (await client.get("/api/v1/trays/unmatched")).json()["unmatched"]
    assert (waiting["reason"], waiting["name"], waiting["birth_date"]) == (
        "no_open_case",
        "Dee Stranger",
        "1985-03-27",
    )
    async with desk.client(Role.VOB) as client:
        assert (await client.get("/api/v1/trays/unmatched")).status_code == 403


async def test_two_people_of_one_name_and_birth_date_are_not_guessed_between(desk: Desk) -> None:
    await desk.inquiry()
    await desk.inquiry(phone="(555) 555-0188")
    assert await sent(desk, adt("A01")) == "AA"
    assert await desk.said(ClientAdmitted) == []
    assert await desk.count(UnmatchedStay) == 1


async def test_a_discharge_of_somebody_who_was_never_admitted_waits_in_the_tray(desk: Desk) -> None:
    await desk.inquiry()
    assert await sent(desk, adt("A03", disposition="01")) == "AA"
    assert await desk.said(ClientDischarged) == []
    assert await desk.count(UnmatchedStay) == 1


async def test_other_messages_are_acknowledged_counted_and_their_bodies_not_kept(desk: Desk) -> None:
    assert await sent(desk, adt("A08")) == "AA"
    assert await desk.count(Hl7Message) == 1
    async with desk.database.engine.connect() as connection:
        kept = (await connection.exec_driver_sql("select outcome, raw from hl7_messages")).one()
    assert tuple(kept) == ("ignored", None)


async def test_garbage_is_refused_and_staff_tokens_do_not_speak_for_the_ehr(desk: Desk) -> None:
    assert await sent(desk, b"GET / HTTP/1.1") == "AR"
    async with desk.client(Role.DIRECTOR) as client:
        assert (await client.post("/api/v1/hl7", content=adt("A01"))).status_code == 403


async def test_a_message_that_cannot_be_kept_is_asked_for_again_and_applied_then(desk: Desk) -> None:
    await desk.inquiry()
    async with desk.database.engine.begin() as connection:
        await connection.exec_driver_sql("alter table stays rename to stays_away")
    assert await sent(desk, adt("A01")) == "AE"
    async with desk.database.engine.begin() as connection:
        await connection.exec_driver_sql("alter table stays_away rename to stays")
    assert await sent(desk, adt("A01")) == "AA"
    assert len(await desk.said(ClientAdmitted)) == 1


async def test_one_message_sent_ten_times_at_once_over_mllp_is_applied_once(desk: Desk) -> None:
    await desk.inquiry()
    answer = partial(ehr.answer, desk.database, zone=ZoneInfo("America/Los_Angeles"))

    async def deliver(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(mllp.START + adt("A01") + mllp.END)
        acknowledged = await reader.readuntil(mllp.END)
        writer.close()
        return acknowledged

    async with mllp.listening("127.0.0.1", 0, answer, largest=1_000_000, idle_seconds=20) as port:
        answers = await asyncio.gather(*(deliver(port) for _ in range(10)))
    assert all(b"MSA|AA|77|" in acknowledged for acknowledged in answers)
    assert len(await desk.said(ClientAdmitted)) == 1

"""The way of one person through every door there is, with all the mistakes people and machines make on it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from shared.identity import Role
from shared.local import ehr
from shared.local.html_form import read_form
from tests.conftest import eventually
from tests.integration.canaries import PERSON, STRANGER, typed
from tests.integration.canary_aftercare import Aftercare
from tests.integration.canary_messages import Messages
from tests.integration.canary_pages import OwnPages
from tests.integration.witness import Witness

CONTACT = {"first name", "last name", "name to use", "phone", "e-mail"}
HOLDER = {"holder's first name", "holder's last name", "holder's birth date"}
CARD = HOLDER | {"plan", "member id", "group number"}
WHOLE_CASE = CONTACT | CARD | {"birth date", "contact note", "reason for admitting"}
TRAY = {"stranger's first name", "stranger's last name", "stranger's birth date"}
BIRTH = {"birth_month": "11", "birth_day": "23", "birth_year": "1971"}


class Walk:
    """`insured` comes over the form and has a plan the clearinghouse knows; `other` comes as JSON without."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.ask = witness.ask
        self.insured = ""
        self.other = ""
        self.aftercare = Aftercare(witness, "")

    async def whole(self) -> None:
        await self.import_meetings()
        await self.send_form()
        await self.send_json()
        await self.send_wrongly()
        await self.work_at_the_desk()
        await self.knock_at_wrong_doors()
        self.aftercare = Aftercare(self.witness, self.insured)
        await self.aftercare.wish()
        await self.leave()
        await self.plan_what_follows()
        await self.mistake_the_sign_in()
        await self.look_at_flow()

    async def import_meetings(self) -> None:
        meetings = json.loads(files("services.aftercare").joinpath("demo_meetings.json").read_text("utf-8"))
        path = "/api/v1/meetings/imports?source=canary"
        await self.ask(201, "POST", "aftercare", path, Role.ALUMNI, json=meetings)

    async def send_form(self) -> None:
        """First with mistakes, so that the page comes back with everything on it, then as it should be."""
        form = read_form((await self.ask(200, "GET", "intake", "/en/help")).text)
        assert form
        answers = BIRTH | {
            "first_name": typed("first name"),
            "last_name": typed("last name"),
            "name_to_use": typed("name to use"),
            "phone": typed("phone"),
            "email": typed("e-mail"),
            "payer": "Northstar Health Plan",
            "member_id": typed("member id"),
            "consents": ["contact", "insurer", "aftercare"],
        }
        kept = CONTACT | {"member id"}
        wrong = {"phone": f"call {typed('first name')}", "email": f"{typed('last name')}@", "birth_day": "99"}
        await self.ask(422, "POST", "intake", "/en/help", shows=kept, data=form.values | answers | wrong)
        stale = answers | {"token": typed("member id")}
        await self.ask(422, "POST", "intake", "/en/help", shows=kept, data=form.values | stale)
        await self.ask(303, "POST", "intake", "/en/help", data=form.values | answers)
        done = (await self.ask(200, "GET", "intake", "/en/done")).text
        start = done.index("TC-")
        reference = done[start : start + len("TC-XXXX-XXXX")]
        listed = await self.ask(
            200, "GET", "intake", "/api/v1/cases?stage=new", Role.COORDINATOR, shows={"name to use"}
        )
        (self.insured,) = [c["case_id"] for c in listed.json()["cases"] if c["reference"] == reference]

    def said(self) -> dict[str, Any]:
        return {
            "first_name": typed("first name"),
            "last_name": typed("last name"),
            "name_to_use": typed("name to use"),
            "phone": f"+1 {typed('phone')}",
            "email": typed("e-mail"),
            "payer": typed("plan"),
            "member_id": typed("member id"),
            "birth_date": PERSON["birth date"].typed,
            "consents": ["contact", "insurer", "aftercare"],
        }

    async def send_json(self) -> None:
        key = {"Idempotency-Key": typed("sending key")}
        path = "/api/v1/inquiries"
        await self.ask(201, "POST", "intake", path, json=self.said(), headers=key)
        again = await self.ask(201, "POST", "intake", path, Role.COORDINATOR, json=self.said(), headers=key)
        self.other = again.json()["case_id"]
        other_answers = self.said() | {"member_id": "none"}
        await self.ask(409, "POST", "intake", path, json=other_answers, headers=key)

    async def send_wrongly(self) -> None:
        """What was typed in the wrong place, cut off or badly spelt comes back as a code, never as itself."""
        path, said = "/api/v1/inquiries", self.said()
        for wrong in (
            {"phone": typed("last name")},
            {"email": typed("first name")},
            {"birth_date": typed("member id")},
            {"first_name": typed("first name") * 20},
            {"consents": [typed("plan")]},
            {"for_whom": typed("name to use")},
            {"payer": {typed("plan"): typed("member id")}},
            {"safe_contact": {"texts": typed("phone")}},
            {"danger": typed("contact note")},
        ):
            await self.ask(422, "POST", "intake", path, json=said | wrong)
        broken = json.dumps(said)[:-1].encode()
        as_json = {"content-type": "application/json"}
        await self.ask(400, "POST", "intake", path, content=broken, headers=as_json)
        await self.ask(400, "POST", "intake", path, content=b"\xff" + broken, headers=as_json)
        await self.ask(415, "POST", "intake", path, content=broken, headers={"content-type": "text/plain"})
        no_token = {"Authorization": f"Bearer {typed('member id')}.{typed('last name')}.x"}
        await self.ask(401, "POST", "intake", path, json=said, headers=no_token)
        await self.ask(
            422, "POST", "intake", path, json=said, headers={"Idempotency-Key": typed("e-mail") * 9}
        )
        traced = {"traceparent": typed("e-mail"), "x-request-id": typed("phone")}
        await self.ask(422, "POST", "intake", path, json=said | {"consents": []}, headers=traced)

    async def work_at_the_desk(self) -> None:
        await self._until("insured", "coverage", "verified")
        await self._until("other", "coverage", "unclear")
        for which, case_id in (("insured", self.insured), ("other", self.other)):
            case = f"/api/v1/cases/{case_id}"
            note = {"channel": "call", "outcome": "reached", "note": typed("contact note")}
            await self._move(200, f"{case}/claim", {})
            await self._move(201, f"{case}/contacts", note)
            await self._move(201, f"{case}/consents", {"item": "treatment", "given": True})
            await self._move(201, f"{case}/consents", {"item": "texts", "given": which == "insured"})
            broken = b'{"channel": "call", "note": "' + typed("contact note").encode()
            as_json = {"content-type": "application/json"}
            await self.ask(
                422, "POST", "intake", f"{case}/contacts", Role.COORDINATOR, content=broken, headers=as_json
            )
            for wrong in (
                {"channel": typed("first name")},
                {"note": typed("contact note") * 200},
                {"note": 7},
            ):
                await self._move(422, f"{case}/contacts", note | wrong, shows=())
            if which == "insured":
                await self.look_into_the_plan(case)
                await self._move(200, f"{case}/actions/admit", {"ehr_patient_id": typed("EHR number")})
                continue
            await self.correct_the_card(case)
            overriding = {
                "ehr_patient_id": typed("second EHR number"),
                "override_reason": typed("reason for admitting"),
            }
            await self._move(409, f"{case}/actions/admit", overriding | {"override_reason": ""}, shows=())
            await self._move(403, f"{case}/actions/admit", overriding, shows=())
            await self._move(200, f"{case}/actions/admit", overriding, Role.DIRECTOR)
        seen = {"If-Match": typed("last name")}
        await self._move(400, f"/api/v1/cases/{self.insured}/contacts", note, shows=(), headers=seen)
        for service in ("intake", "insurance"):
            path = f"/api/v1/cases/{self.insured}" + ("" if service == "intake" else "/verifications")
            shown = WHOLE_CASE if service == "intake" else ()
            await self.ask(200, "GET", service, path, Role.VOB, shows=shown)

    async def correct_the_card(self, case: str) -> None:
        """The plan turns out to be somebody else's; what is typed in the wrong place is not repeated."""
        holder = {
            "first_name": typed("holder's first name"),
            "last_name": typed("holder's last name"),
            "birth_date": typed("holder's birth date"),
            "relationship": "child",
        }
        details = {"holder": holder, "group_number": typed("group number"), "levels_of_care": ["residential"]}
        path = f"{case}/coverage_details"
        for wrong in (
            {"holder": holder | {"birth_date": typed("holder's last name")}},
            {"holder": holder | {"relationship": typed("holder's first name")}},
            {"group_number": typed("group number") * 9},
            {"levels_of_care": [typed("member id")]},
        ):
            await self.ask(422, "PUT", "intake", path, Role.VOB, json=details | wrong)
        await self.ask(200, "PUT", "intake", path, Role.VOB, json=details, shows=WHOLE_CASE)
        await self.ask(403, "PUT", "intake", path, Role.CLINICIAN, json=details)
        wording = "/api/v1/consents/sud_benefits/wording?language=es"
        await self.ask(200, "GET", "intake", wording, Role.VOB)

    async def look_into_the_plan(self, case: str) -> None:
        """A slow answer, a call to the plan, an answer that differs from the last one, an estimate."""
        details, again = f"{case}/coverage_details", f"{case}/actions/request_verification"
        await self.ask(204, "POST", "simulator", "/faults", json={"fault": "later", "times": 1})
        pending = {"member_id": "TCPEND05"}
        await self.ask(200, "PUT", "intake", details, Role.VOB, json=pending, shows=WHOLE_CASE)
        await self._move(200, again, {}, Role.VOB)
        await self._until("insured", "coverage", "unclear")
        queue = await self.ask(200, "GET", "insurance", f"/api/v1/queue?case_id={self.insured}", Role.VOB)
        task = next(i["task_id"] for i in queue.json()["items"] if i["task_id"])
        await self.ask(200, "GET", "insurance", f"/api/v1/phone-tasks/{task}/form", Role.VOB)
        ended = datetime.now(UTC)
        call = {
            "number_dialled": typed("phone"),
            "representative": typed("next of kin"),
            "reference": typed("group number"),
            "disclaimers": typed("contact note"),
            "started_at": (ended - timedelta(minutes=9)).isoformat(),
            "ended_at": ended.isoformat(),
            "plan_status": "inactive",
        }
        calls = f"/api/v1/phone-tasks/{task}/calls"
        for wrong in ({"plan_status": typed("last name")}, {"reference": typed("member id") * 20}):
            await self.ask(422, "POST", "insurance", calls, Role.VOB, json=call | wrong)
        await self.ask(201, "POST", "insurance", calls, Role.VOB, json=call)
        await self._until("insured", "coverage", "declined")
        right = {"member_id": typed("member id")}
        await self.ask(200, "PUT", "intake", details, Role.VOB, json=right, shows=WHOLE_CASE)
        await self._move(200, again, {}, Role.VOB)
        await self._until("insured", "coverage", "verified")
        rate = {
            "kind": "in",
            "level": "residential",
            "amount": "850",
            "unit": "day",
            "valid_from": "2020-01-01",
        }
        rates = {"payer": "northstar", "rates": [rate]}
        await self.ask(200, "PUT", "insurance", "/api/v1/rates", Role.DIRECTOR, json=rates)
        listed = await self.ask(200, "GET", "insurance", f"{case}/verifications", Role.VOB)
        newest = listed.json()["verifications"][0]["verification_id"]
        stay = {"episode": [{"level": "residential", "units": 21}], "network": "in"}
        estimates = f"/api/v1/verifications/{newest}/estimates"
        await self.ask(201, "POST", "insurance", estimates, Role.VOB, json=stay)

    async def knock_at_wrong_doors(self) -> None:
        """Names in addresses: what somebody types who looks for a person where only ids are understood."""
        name, phone = quote(typed("last name")), quote(typed("phone"), safe="")
        await self.ask(
            200, "GET", "intake", f"/en/help?first_name={quote(typed('first name'))}&phone={phone}"
        )
        await self.ask(404, "GET", "intake", f"/en/help/{name}")
        await self.ask(404, "GET", "aftercare", f"/my/{name}")
        await self.ask(404, "GET", "aftercare", f"/calendar/{name}.ics")
        for service, path in (
            ("intake", f"/api/v1/cases/{name}"),
            ("intake", f"/api/v1/cases?stage={name}"),
            ("intake", f"/api/v1/cases?id={phone}"),
            ("insurance", f"/api/v1/cases/{name}/verifications"),
            ("aftercare", f"/api/v1/cases/{name}/plan"),
            ("aftercare", f"/api/v1/cases/{name}/preferences"),
        ):
            await self.ask(422, "GET", service, path, Role.DIRECTOR)
        for service in ("intake", "insurance", "aftercare"):
            await self.ask(404, "GET", service, f"/api/v1/people/{name}", Role.DIRECTOR)
            forged = {"Authorization": f"Bearer {typed('first name')}"}
            await self.ask(401, "GET", service, "/api/v1/flow", headers=forged)

    async def leave(self) -> None:
        """The hospital reports both discharges, and sends what nobody asked for."""
        for number, send in (("EHR number", self._over_mllp), ("second EHR number", self._over_http)):
            assert "MSA|AA" in await send(self._adt("A03", typed(number), PERSON, disposition="01"))
        for send in (self._over_mllp, self._over_http):
            stranger = STRANGER["stranger's EHR number"].typed
            assert "MSA|AA" in await send(self._adt("A01", stranger, STRANGER))
            assert "MSA|AR" in await send(f"PID|1||{typed('EHR number')}||{typed('last name')}".encode())
            assert "MSA|A" in await send(self._adt("A08", typed("EHR number"), PERSON))
            cut_off = self._adt("A03", typed("EHR number"), PERSON)[:-60]
            assert "MSA|A" in await send(cut_off.replace(b"|^~\\&|", b"|^^^^|"))
            assert "MSA|AA" in await send(cut_off)
        tray = await self.ask(200, "GET", "intake", "/api/v1/trays/unmatched", Role.COORDINATOR, shows=TRAY)
        assert len(tray.json()["unmatched"]) == 2
        for which in ("insured", "other"):
            await self._until(which, "stage", "discharged")

    def _adt(self, trigger: str, number: str, whom: Any, disposition: str = "") -> bytes:
        """An ADT message as full as hospitals write them: address, telephone, next of kin, SSN."""
        first, last, born = (
            next(value for name, value in whom.items() if name.endswith(what))
            for what in ("first name", "last name", "birth date")
        )
        now = f"{datetime.now(UTC):%Y%m%d%H%M%S}+0000"
        self._sent = getattr(self, "_sent", 0) + 1
        street, phone, kin = typed("street"), PERSON["phone"].shapes[-1], PERSON["next of kin"].shapes
        return "\r".join(
            (
                f"MSH|^~\\&|EHR|HARBOUR|THROUGHCARE|INTAKE|{now}||ADT^{trigger}|C{self._sent}|P|2.5.1",
                f"EVN|{trigger}|{now}",
                f"PID|1||{number}^^^HARBOUR^MR||{last.typed}^{first.typed}||{born.shapes[1]}|||"
                f"{street}^^SEATTLE^WA^98199||{phone}||||||{typed('social security number')}",
                f"NK1|1|{kin[1]}^{kin[0]}|SPO|{street}|{phone}",
                "PV1|1|I" + "|" * 34 + disposition + "|" * 9 + now,
                "",
            )
        ).encode()

    async def _over_http(self, message: bytes) -> str:
        return (await self.ask(200, "POST", "intake", "/api/v1/hl7", Role.EHR, content=message)).text

    async def _over_mllp(self, message: bytes) -> str:
        host, _, port = self.witness.stack.addresses["mllp"].rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(ehr.START + message + ehr.END)
        await writer.drain()
        answer = await asyncio.wait_for(reader.readuntil(ehr.END), 15)
        writer.close()
        self.witness.on_the_bus.append(answer)
        return answer.decode()

    async def plan_what_follows(self) -> None:
        """After leaving: the plan, the client's own pages, calls, messages and texts back, the end of it."""
        aftercare = self.aftercare
        await aftercare.choose()
        pages = OwnPages(aftercare)
        await aftercare.look_after()
        await pages.whole()
        messages = Messages(aftercare)
        await messages.read()
        await messages.text_back()
        await self.ask(200, "GET", "intake", aftercare.case, Role.ALUMNI, shows=CONTACT)
        names = f"/api/v1/cases?id={self.insured}&id={self.other}"
        listed = await self.ask(200, "GET", "intake", names, Role.ALUMNI, shows={"name to use"})
        assert listed.headers["etag"]
        await messages.stop()
        await pages.leave()

    async def mistake_the_sign_in(self) -> None:
        """Somebody types a person's values, and a password, where their own name belongs."""
        form = read_form((await self.ask(200, "GET", "dashboard", "/auth/sign-in")).text)
        assert form
        wrong = {"name": typed("e-mail"), "password": typed("first name") + typed("last name")}
        sent = form.values | wrong
        await self.ask(401, "POST", "dashboard", "/auth/sign-in", data=sent, shows={"e-mail"})

    async def look_at_flow(self) -> None:
        for service in ("intake", "insurance", "aftercare"):
            for path in ("/api/v1/flow", "/api/v1/parked"):
                await self.ask(200, "GET", service, path, Role.DIRECTOR)

    async def _move(
        self, status: int, path: str, body: Any, role: Role = Role.COORDINATOR, **more: Any
    ) -> None:
        more.setdefault("shows", WHOLE_CASE)
        await self.ask(status, "POST", "intake", path, role, json=body, **more)

    async def _until(self, which: str, name: str, wanted: str) -> None:
        path = f"/api/v1/cases/{getattr(self, which)}"

        async def so_far() -> bool:
            case = await self.witness.json(200, "GET", "intake", path, Role.DIRECTOR, shows=WHOLE_CASE)
            return bool(case[name] == wanted)

        await eventually(so_far)

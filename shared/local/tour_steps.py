"""The steps of the tour, in order: a person, their insurer, the staff, the hospital, their meetings."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin

import httpx2
import icalendar

from shared.identity import Role
from shared.local import ehr
from shared.local.front_desk import FrontDesk, Json, Unexpected, expect
from shared.local.html_form import read_form
from shared.local.people import MARISOL

PATIENT_ID = "HBR-TOUR-1"
WITHIN_SECONDS = 20


def demo_meetings() -> Any:
    """The Meeting Guide feed that comes with aftercare: invented meetings."""
    return json.loads(files("services.aftercare").joinpath("demo_meetings.json").read_text("utf-8"))


class Walk:
    """One walk; what a step learns, the next ones use."""

    def __init__(self, desk: FrontDesk) -> None:
        self.desk = desk
        self.page = ""
        self.reference = ""
        self.case_id = ""
        self.calendar_url = ""

    def steps(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        return [
            ("staff import the meeting list", self.import_meetings),
            ("the form page opens", self.open_form),
            ("the form is sent and a reference shown", self.send_form),
            ("the case is on the staff's list", self.find_case),
            ("the insurer confirms coverage (270/271)", self.await_coverage),
            ("a coordinator claims the case", self.claim),
            ("the conversation is logged", self.log_contact),
            ("consent to treatment is recorded", self.consent),
            ("the person is admitted", self.admit),
            ("the EHR reports the discharge (HL7 ADT A03 over MLLP)", self.discharge),
            ("meetings are chosen and enrolled", self.await_enrolment),
            ("the calendar is downloaded and repeats weekly", self.download_calendar),
            ("the client's own page opens with a link that works once", self.open_own_page),
            ("they fill in a worksheet that stays private", self.fill_in_worksheet),
            ("what was written to them names neither us nor the group", self.read_messages),
            ("the roster shows the person", self.look_at_roster),
            ("the dashboard asks who is there", self.open_dashboard),
        ]

    async def import_meetings(self) -> None:
        path = "/api/v1/meetings/imports?source=demo"
        told = await self.desk.post("aftercare", path, Role.ALUMNI, demo_meetings(), 201)
        if not told["accepted"]:
            raise Unexpected("accepted meetings", f"{told['rows']} rows, none accepted")

    async def open_form(self) -> None:
        self.page = expect(await self.desk.client.get(f"{self.desk.addresses['intake']}/en/help"), 200).text

    async def send_form(self) -> None:
        form = read_form(self.page)
        if form is None:
            raise Unexpected("a form on the page", "none")
        assert MARISOL.born is not None
        typed = {
            "first_name": MARISOL.first_name,
            "last_name": MARISOL.last_name,
            "phone": MARISOL.phone,
            "email": MARISOL.email or "",
            "payer": MARISOL.payer,
            "member_id": MARISOL.member_id,
            "birth_month": str(MARISOL.born.month),
            "birth_day": str(MARISOL.born.day),
            "birth_year": str(MARISOL.born.year),
            "consents": list(MARISOL.consents),
        }
        if absent := typed.keys() - form.names:
            raise Unexpected("every field on the form", f"no {', '.join(sorted(absent))}")
        url = urljoin(f"{self.desk.addresses['intake']}/en/help", form.action)
        sent = expect(await self.desk.client.post(url, data=form.values | typed), 303)
        done = expect(await self.desk.client.get(urljoin(url, sent.headers["location"])), 200).text
        start = done.find("TC-")
        if start < 0:
            raise Unexpected("a reference on the page", "none")
        self.reference = done[start : start + len("TC-XXXX-XXXX")]

    async def find_case(self) -> None:
        listed = (await self.desk.get("intake", "/api/v1/cases?stage=new", Role.COORDINATOR))["cases"]
        found = [case["case_id"] for case in listed if case["reference"] == self.reference]
        if not found:
            raise Unexpected("the new case in the list", f"{len(listed)} others")
        self.case_id = found[0]

    async def await_coverage(self) -> None:
        await self._until(
            self._case, lambda case: case["coverage"] == "verified", lambda case: case["coverage"]
        )
        path = f"/api/v1/cases/{self.case_id}/verifications"
        newest = (await self.desk.get("insurance", path, Role.VOB))["verifications"][0]
        if newest["state"] != "verified_active":
            raise Unexpected("a verification in state verified_active", newest["state"])

    async def claim(self) -> None:
        await self._move("claim", {})

    async def log_contact(self) -> None:
        await self._move("contacts", {"channel": "call", "outcome": "reached"}, 201)
        if (await self._case())["reached_at"] is None:
            raise Unexpected("the time of the conversation", "none")

    async def consent(self) -> None:
        await self._move("consents", {"item": "treatment", "given": True}, 201)

    async def admit(self) -> None:
        shown = await self._move("actions/admit", {"ehr_patient_id": PATIENT_ID})
        if shown["stage"] != "admitted":
            raise Unexpected("stage admitted", shown["stage"])

    async def discharge(self) -> None:
        assert MARISOL.born is not None
        message = ehr.discharge_message(
            PATIENT_ID, MARISOL.first_name, MARISOL.last_name, MARISOL.born, datetime.now(UTC)
        )
        answer = await ehr.send(self.desk.addresses["mllp"], message)
        if not answer.startswith("AA"):
            raise Unexpected("AA", answer)
        await self._until(self._case, lambda case: case["stage"] == "discharged", lambda case: case["stage"])

    async def await_enrolment(self) -> None:
        plan = await self._until(
            self._plan,
            lambda plan: plan.get("enrolments") and plan.get("calendar_url"),
            lambda plan: (
                f"plan {plan.get('state', 'absent')} with {len(plan.get('enrolments', ()))} enrolments"
            ),
        )
        self.calendar_url = urljoin(self.desk.addresses["aftercare"], plan["calendar_url"])

    async def download_calendar(self) -> None:
        answer = expect(await self.desk.client.get(self.calendar_url), 200)
        events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
        if not any("RRULE" in event for event in events):
            raise Unexpected("an event that repeats", f"{len(events)} events, none with RRULE")
        if MARISOL.last_name.lower() in answer.text.lower():
            raise Unexpected("a calendar without a person's name", "the name")

    async def open_own_page(self) -> None:
        path = f"/api/v1/cases/{self.case_id}/plan/link"
        link = (await self.desk.post("aftercare", path, Role.CASE_MANAGER, {}, 201))["url"]
        expect(await self.desk.client.get(link), 200)  # as a mail program looks at it first
        expect(await self.desk.client.post(link), 303)
        week = expect(await self.desk.client.get(urljoin(link, "/my")), 200).text
        if "988" not in week:
            raise Unexpected("the crisis lines on the page", "none")
        async with httpx2.AsyncClient(trust_env=False) as somebody_else:
            expect(await somebody_else.post(link), 410)

    async def fill_in_worksheet(self) -> None:
        blank = f"{self.desk.addresses['aftercare']}/my/worksheets/new/deads"
        form = read_form(expect(await self.desk.client.get(blank), 200).text, "tool")
        if form is None:
            raise Unexpected("a worksheet to fill in", "none")
        typed = {"delay": "a walk round the block first", "do": "done"}
        expect(await self.desk.client.post(urljoin(blank, form.action), data=form.values | typed), 303)
        path = f"/api/v1/cases/{self.case_id}/worksheets"
        kept = (await self.desk.get("aftercare", path, Role.CASE_MANAGER))["worksheets"]
        if [one["shared"] for one in kept] != [False]:
            raise Unexpected("one worksheet, private", f"{len(kept)}")

    async def read_messages(self) -> None:
        path = f"/api/v1/cases/{self.case_id}/messages"
        listed = (await self.desk.get("aftercare", path, Role.CASE_MANAGER))["messages"]
        if "invitation" not in {one["purpose"] for one in listed}:
            raise Unexpected("an invitation among the messages", f"{len(listed)} others")
        kept = (await self.desk.get("aftercare", f"{path}/tray", Role.CASE_MANAGER))["messages"]
        told = " ".join(str(one) for one in kept).lower()
        if found := [word for word in ("smart", "recovery", MARISOL.last_name.lower()) if word in told]:
            raise Unexpected("neutral words", f"{len(found)} that are not")

    async def look_at_roster(self) -> None:
        plans = (await self.desk.get("aftercare", "/api/v1/roster", Role.CASE_MANAGER))["plans"]
        if self.case_id not in [plan["case_id"] for plan in plans]:
            raise Unexpected("the case on the roster", f"{len(plans)} others")

    async def open_dashboard(self) -> None:
        answer = expect(await self.desk.client.get(f"{self.desk.addresses['dashboard']}/auth/sign-in"), 200)
        if "password" not in answer.text:
            raise Unexpected("a sign-in page", "a page without a password field")

    async def _case(self) -> Json:
        return await self.desk.get("intake", f"/api/v1/cases/{self.case_id}", Role.COORDINATOR)

    async def _plan(self) -> Json:
        """The aftercare plan; empty while there is none."""
        url = f"{self.desk.addresses['aftercare']}/api/v1/cases/{self.case_id}/plan"
        answer = await self.desk.client.get(url, headers=self.desk.signed(Role.CASE_MANAGER))
        return {} if answer.status_code == 404 else dict(expect(answer, 200).json())

    async def _move(self, action: str, body: Json, status: int = 200) -> Json:
        return await self.desk.post(
            "intake", f"/api/v1/cases/{self.case_id}/{action}", Role.COORDINATOR, body, status
        )

    async def _until(
        self, ask: Callable[[], Awaitable[Json]], right: Callable[[Json], Any], told: Callable[[Json], str]
    ) -> Json:
        """Ask until the answer is right, as long as a person would wait; `told` words what was seen last."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while not right(answer := await ask()):
            if time.monotonic() > deadline:
                raise Unexpected(f"an answer within {WITHIN_SECONDS} s", told(answer))
            await asyncio.sleep(0.1)
        return answer

"""What staff do for the same person after they left: the plan, calls, worries, somebody to tell, messages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from shared.identity import Role
from tests.conftest import eventually
from tests.integration.canaries import Canary, typed
from tests.integration.witness import Witness

STAFF = Role.CASE_MANAGER

_ALL_DAY = {"days": [0, 1, 2, 3, 4, 5, 6], "opens": "00:00", "closes": "24:00"}
_ROUND_THE_WORLD = (
    "Pacific/Honolulu",
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Sydney",
)


def where_it_is_day() -> str:
    """A zone in which an invitation may be sent at this moment, so that one is, whenever this runs."""
    now = datetime.now(UTC)
    return next(zone for zone in _ROUND_THE_WORLD if 9 <= now.astimezone(ZoneInfo(zone)).hour < 18)


class Aftercare:
    """`secrets`: what opens somebody's pages is as personal as a name, and nowhere kept readable."""

    def __init__(self, witness: Witness, case_id: str) -> None:
        self.witness, self.ask = witness, witness.ask
        self.case_id, self.case = case_id, f"/api/v1/cases/{case_id}"
        self.plan: dict[str, Any] = {}
        self.secrets: list[Canary] = []

    async def wish(self) -> None:
        place, shown = f"{self.case}/preferences", {"ZIP code"}
        wishes = (await self.ask(200, "GET", "aftercare", place, STAFF)).json()
        wishes |= {
            "zone": where_it_is_day(),
            "windows": [_ALL_DAY],
            "zip_code": typed("ZIP code"),
            "modalities": ["online", "in_person"],
            "max_miles": 200,
            "channels": ["text", "email"],
        }
        for wrong in (
            {"zip_code": typed("phone")},
            {"zone": typed("last name")},
            {"device": typed("first name")},
            {"written_in": typed("name to use")},
            {"channels": [typed("e-mail")]},
            {typed("last name"): typed("phone")},
        ):
            await self.refused(422, "PUT", place, wishes | wrong)
        await self.ask(200, "PUT", "aftercare", place, STAFF, json=wishes, shows=shown)
        await self.ask(200, "GET", "aftercare", place, STAFF, shows=shown)

    async def choose(self) -> None:
        async def chosen() -> bool:
            self.plan = await self.witness.json(
                200, "GET", "aftercare", f"{self.case}/plan", STAFF, shows={"calendar address"}
            )
            return any(each["state"] == "active" for each in self.plan["enrolments"])

        await eventually(chosen)
        path = urlsplit(self.plan["calendar_url"]).path
        self.keep("calendar address", path.rpartition("/")[2].removesuffix(".ics"))
        calendar = await self.ask(200, "GET", "aftercare", path, shows={"calendar address"})
        assert calendar.text.startswith("BEGIN:VCALENDAR")

    def keep(self, name: str, *secrets: str) -> None:
        """From now on these are looked for too, also in what was heard before."""
        self.secrets.append(Canary(name, secrets))

    async def look_after(self) -> None:
        await self.weigh_risks()
        await self.enter_answers()
        await self.call()
        await self.be_worried()
        await self.introduce()
        await self.ask(200, "GET", "aftercare", "/api/v1/roster", Role.ALUMNI)
        await self.ask(200, "GET", "aftercare", "/api/v1/measures", Role.DIRECTOR)

    async def weigh_risks(self) -> None:
        place = f"{self.case}/plan/risks"
        for wrong in ({"opioids": typed("contact note")}, {typed("last name"): True}, {"bam_risk": 1971}):
            await self.refused(422, "PUT", place, wrong)
        await self.ask(200, "PUT", "aftercare", place, STAFF, json={"opioids": True, "bam_risk": 18})

    async def enter_answers(self) -> None:
        """From paper. Item numbers are keys, and what is typed in their place is not repeated either."""
        known = await self.ask(200, "GET", "aftercare", "/api/v1/check-ins/instruments", STAFF)
        for one in known.json()["instruments"]:
            items = {each["item"]: 1 for each in one["items"]}
            said = {"on": f"{_yesterday()}", "instrument": one["instrument"], "items": items}
            wrongs: list[dict[str, Any]] = [
                {"items": {typed("name to use"): 1}},
                {"items": {typed("name to use"): typed("phone")}},
                {"items": items | {typed("first name") * 3: 1}},
                {"items": {next(iter(items)): typed("phone")}},
                {"instrument": typed("plan")},
                {"on": typed("birth date") + "x"},
            ]
            for wrong in wrongs:
                await self.refused(422, "POST", f"{self.case}/check-ins", said | wrong)
            await self.ask(201, "POST", "aftercare", f"{self.case}/check-ins", STAFF, json=said)

    async def call(self) -> None:
        listed = await self.ask(200, "GET", "aftercare", f"{self.case}/follow-ups", STAFF)
        task = f"/api/v1/follow-ups/{listed.json()['follow_ups'][0]['follow_up_id']}"
        tried = {"channel": "call", "outcome": "left_word", "note": typed("follow-up note")}
        for wrong in (
            {"channel": typed("phone")},
            {"outcome": typed("last name")},
            {"note": typed("follow-up note") * 400},
            {"note": typed("follow-up note") + "\0"},
            {"id": typed("member id")},
            {typed("last name"): 1},
        ):
            await self.refused(422, "POST", f"{task}/attempts", tried | wrong)
        shown = {"follow-up note"}
        await self.ask(201, "POST", "aftercare", f"{task}/attempts", STAFF, json=tried, shows=shown)
        await self.ask(200, "GET", "aftercare", task, STAFF, shows=shown)
        await self.refused(422, "PUT", f"{task}/owner", {"staff_id": typed("first name")})
        await self.refused(422, "GET", f"/api/v1/follow-ups?kind={quote(typed('last name'))}")
        await self.refused(422, "GET", f"/api/v1/follow-ups/{quote(typed('last name'))}")

    async def be_worried(self) -> None:
        new, concerns = {"level": 3}, f"{self.case}/concerns"
        for wrong in ({"cause": typed("contact note")}, {"note": typed("concern note")}):
            await self.refused(422, "POST", concerns, new | wrong)
        raised = (await self.ask(201, "POST", "aftercare", concerns, STAFF, json=new)).json()
        one = f"/api/v1/concerns/{raised['concern_id']}"

        async def paged() -> bool:
            listed = await self.witness.json(200, "GET", "aftercare", "/api/v1/concerns", STAFF)
            return any(each["pages"] for each in listed["concerns"])

        await eventually(paged)
        await self.ask(200, "POST", "aftercare", f"{one}/acknowledge", STAFF)
        for note in (typed("concern note") * 200, typed("concern note") + "\0", [typed("concern note")]):
            await self.refused(422, "POST", f"{one}/resolve", {"note": note})
        word = {"note": typed("concern note")}
        await self.ask(200, "POST", "aftercare", f"{one}/resolve", STAFF, json=word)
        await self.refused(409, "POST", f"{one}/resolve", word)
        await self.ask(200, "GET", "aftercare", concerns, STAFF, shows={"concern note"})

    async def introduce(self) -> None:
        """Somebody at the meeting is told: a consent that names them, and what is none."""
        somebody = {
            "item": "introduction",
            "given": True,
            "channel": "paper",
            "recipient": typed("somebody to tell"),
        }
        consents = f"{self.case}/consents"
        for wrong in (
            {"channel": "phone"},
            {"item": "aftercare"},
            {"given": False},
            {"recipient": typed("somebody to tell") * 9},
            {"channel": typed("somebody to tell")},
            {"language": typed("somebody to tell")},
        ):
            await self.ask(422, "POST", "intake", consents, STAFF, json=somebody | wrong)
        given = await self.ask(201, "POST", "intake", consents, STAFF, json=somebody, shows=_CONTACT)
        active = next(each for each in self.plan["enrolments"] if each["state"] == "active")
        place = f"{self.case}/plan/enrolments/{active['enrolment_id']}/introduction"
        await self.refused(422, "POST", place, {"consent_id": typed("somebody to tell")})
        await self.refused(403, "POST", place, {"consent_id": str(uuid4())})
        named = {"consent_id": given.json()["consent_id"]}
        shown = {"somebody to tell"}
        told = await self.ask(200, "POST", "aftercare", place, STAFF, json=named, shows=shown)
        assert told.json()["recipient"] == typed("somebody to tell")
        await self.ask(204, "DELETE", "aftercare", place, STAFF)

    async def refused(self, status: int, method: str, path: str, body: Any = None) -> None:
        await self.ask(status, method, "aftercare", path, STAFF, **({} if body is None else {"json": body}))


_CONTACT = {"first name", "last name", "name to use", "phone", "e-mail", "birth date", "contact note"}


def _yesterday() -> date:
    """By any clock of the world a day that has begun."""
    return (datetime.now(UTC) - timedelta(days=1)).date()

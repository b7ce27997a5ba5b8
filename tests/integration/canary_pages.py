"""The same person's own pages: in by a link, everything that can be typed there, and out again."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from tests.integration.canaries import typed
from tests.integration.canary_aftercare import STAFF, Aftercare

_PAGES = (
    "/my",
    "/my/meetings",
    "/my/wishes",
    "/my/messages",
    "/my/plan",
    "/my/plan/end",
    "/my/points",
    "/my/toolbox",
    "/my/worksheets",
    "/my/check-in",
    "/my/more",
    "/my/language",
)


class OwnPages:
    """The client of `aftercare` with a browser: the witness's, which keeps cookies."""

    def __init__(self, aftercare: Aftercare) -> None:
        self.aftercare, self.witness, self.ask = aftercare, aftercare.witness, aftercare.ask

    async def whole(self) -> None:
        await self.come_in()
        await self.look_around()
        await self.say_wishes()
        await self.fill_in_worksheets()
        await self.check_in()
        await self.ask_for_a_link()

    async def come_in(self) -> None:
        await self._see(401, "GET", "/my")
        made = await self.ask(
            201, "POST", "aftercare", f"{self.aftercare.case}/plan/link", STAFF, shows={"one-time link"}
        )
        self.door = urlsplit(made.json()["url"]).path
        self.aftercare.keep("one-time link", self.door.rpartition("/")[2])
        await self._see(404, "GET", f"/my/enter/{quote(typed('last name'))}")
        await self._see(404, "POST", f"/my/enter/{quote(typed('last name'))}")
        await self._see(200, "GET", self.door, shows={"one-time link"})
        await self._see(303, "POST", self.door, hands={"browser session"})
        self.aftercare.keep("browser session", self.witness.client.cookies["week"])
        await self._see(200, "GET", "/my")

    async def look_around(self) -> None:
        for page in _PAGES[:-1]:
            await self._see(200, "GET", page)
        await self._see(200, "GET", "/my/calendar", shows={"calendar address"})
        name = quote(typed("last name"))
        for page in (f"/my/worksheets/{name}", f"/my/dates/{name}", f"/my?note={name}"):
            await self._see(404, "GET", page)
        await self._see(404, "GET", f"/my/worksheets?tool={name}&note={quote(typed('phone'))}")
        for page, wrong in (
            ("/my/messages", {"wish": typed("contact note")}),
            ("/my/plan/end", {"sure": typed("first name")}),
            ("/my/language", {"language": typed("first name"), "back": typed("last name")}),
            ("/my/points/1", {"stage": typed("contact note"), "rating": typed("phone")}),
            (f"/my/points/{name}", {"stage": "learning"}),
            (f"/my/dates/{uuid4()}", {"outcome": typed("contact note")}),
            (f"/my/meetings/{uuid4()}/answer", {"said": typed("first name")}),
            (f"/my/meetings/{uuid4()}/swap", {"meeting": typed("last name")}),
            (f"/my/worksheets/{uuid4()}/sharing", {"shared": typed("helper")}),
        ):
            await self._see(422, "POST", page, data=wrong)
        elsewhere = {"language": "en", "back": f"//{typed('last name')}.example"}
        await self._see(303, "POST", "/my/language", data=elsewhere)
        await self._see(303, "POST", "/my/points/2", data={"stage": "learning", "rating": "4"})

    async def say_wishes(self) -> None:
        """A form with everything in it that is none of its answers, then one that is kept."""
        wrong = {"days.0": typed("phone"), "languages": typed("last name"), "written_in": typed("first name")}
        await self._see(422, "POST", "/my/wishes", data=wrong)
        right: dict[str, Any] = {
            "days.0": list("0123456"),
            "opens.0": "06:00",
            "closes.0": "23:00",
            "languages": ["en"],
            "channels": ["text", "email"],
            "invitations": "yes",
            "check_in_day": "3",
            "written_in": "en",
            "zip_code": typed("ZIP code"),  # not asked here, so not taken
        }
        await self._see(303, "POST", "/my/wishes", data=right)
        await self._see(200, "GET", "/my/wishes?note=saved")

    async def fill_in_worksheets(self) -> None:
        """Kept private, then shared: staff see the words only then. One more is removed."""
        sheet, shown = f"/my/worksheets/{uuid4()}", {"worksheet words"}
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
        log = {"tool": "urg", "seen": "0", "at": at, "strength": "7", "trigger": typed("worksheet words")}
        await self._see(422, "POST", sheet, data=log | {"tool": typed("last name")})
        too_long = {"trigger": typed("worksheet words") * 200}
        await self._see(422, "POST", sheet, data=log | too_long, shows=shown)
        await self._see(303, "POST", sheet, data=log | {"do": "done"})
        await self._see(409, "POST", sheet, data=log | {"seen": "0", "outcome": "it passed"}, shows=shown)
        await self._see(200, "GET", sheet, shows=shown)
        await self._see(200, "GET", f"{sheet}/edit", shows=shown)
        await self._see(200, "GET", "/my/worksheets/new/deads")
        place = f"{self.aftercare.case}/worksheets"
        await self.ask(200, "GET", "aftercare", place, STAFF)
        as_staff = f"{place}/{sheet.rpartition('/')[2]}"
        await self.ask(403, "GET", "aftercare", as_staff, STAFF)
        await self._see(303, "POST", f"{sheet}/sharing", data={"shared": "yes"})
        await self.ask(200, "GET", "aftercare", as_staff, STAFF, shows=shown)
        changes = {"tool": "cpw", "seen": "0", "changes": typed("worksheet words")}
        helper = {"helpers.0.who": typed("helper"), "helpers.0.how": typed("phone")}
        plan, typed_there = f"/my/worksheets/{uuid4()}", {"worksheet words", "helper", "phone"}
        more = changes | helper | {"do": "more.helpers"}
        await self._see(200, "POST", plan, data=more, shows=typed_there)
        grave = {"obstacles.0.what": f"{typed('worksheet words')}, then I want to die"}
        await self._see(200, "POST", plan, data=changes | helper | grave | {"do": "draft"}, shows=typed_there)
        await self._see(303, "POST", f"{plan}/removal")
        await self._see(200, "GET", "/my/worksheets")

    async def check_in(self) -> None:
        """Staff entered this week's already: what is sent late is not kept, danger in it is heard."""
        listed = await self.ask(200, "GET", "aftercare", f"{self.aftercare.case}/check-ins", STAFF)
        weekly = next(one for one in listed.json()["check_ins"] if one["instrument"] == "weekly")
        said = {"check_in": weekly["check_in_id"], "use": "0", "words": typed("check-in words")}
        await self._see(303, "POST", "/my/check-in", data=said)
        await self._see(404, "POST", "/my/check-in", data=said | {"check_in": typed("last name")})
        grave = said | {"words": f"{typed('check-in words')}, I want to die"}
        await self._see(200, "POST", "/my/check-in", data=grave)

    async def ask_for_a_link(self) -> None:
        """By the link that was used, by an address we know, by one we do not, and by what is none."""
        await self._see(303, "POST", f"{self.door}/again")
        for address in (typed("phone"), typed("e-mail"), typed("on-call e-mail")):
            await self._see(303, "POST", "/my/link", data={"address": address})
        for name in ("last name", "plan"):
            await self._see(422, "POST", "/my/link", data={"address": typed(name)}, shows={name})

    async def leave(self) -> None:
        """The calendar's address is taken back, messages are stopped, the plan ends, the browser forgets."""
        await self._see(303, "POST", "/my/calendar/address", data={"wish": "new"})
        fresh = await self._see(200, "GET", "/my/calendar", shows={"new calendar address"})
        path = urlsplit(self.aftercare.plan["calendar_url"]).path
        await self.ask(404, "GET", "aftercare", path)
        address = fresh.text.partition("/calendar/")[2].partition(".ics")[0]
        self.aftercare.keep("new calendar address", address)
        await self._see(303, "POST", "/my/messages", data={"wish": "stop_all"})
        await self._see(303, "POST", "/my/plan/pause")
        await self._see(303, "POST", "/my/plan/go-on")
        await self._see(303, "POST", "/my/plan/end", data={"sure": "yes"})
        await self._see(303, "POST", "/my/leave", data={"everywhere": "yes"})
        await self._see(401, "GET", "/my")
        await self._see(410, "POST", self.door, shows={"one-time link"})

    async def _see(self, status: int, method: str, page: str, **more: Any) -> Any:
        return await self.ask(status, method, "aftercare", page, **more)

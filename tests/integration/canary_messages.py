"""What was written to the same person, what they text back, and how they end it."""

import json
import re
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import quote

from services.aftercare.messages.signatures import HEADER, sign
from tests.conftest import eventually
from tests.integration.canaries import typed
from tests.integration.canary_aftercare import STAFF, Aftercare

GATEWAY_SECRET = "agreed-with-the-invented-gateway"
_IN_THE_TRAY = {"links in messages"}


class Messages:
    """Of the client of `aftercare`, on a demonstration: what would have left lies in the tray."""

    def __init__(self, aftercare: Aftercare) -> None:
        self.aftercare, self.witness, self.ask = aftercare, aftercare.witness, aftercare.ask
        self._place = f"{aftercare.case}/messages"
        self._stop_links: list[str] = []
        self._events = count(1)

    async def read(self) -> None:
        """What would have left is in the tray: to the telephone, to the mailbox, to whoever is on call."""
        kept: list[dict[str, Any]] = []

        async def written() -> bool:
            nonlocal kept
            tray = await self.witness.json(
                200, "GET", "aftercare", f"{self._place}/tray", STAFF, shows=_IN_THE_TRAY
            )
            kept = tray["messages"]
            return {("invitation", "email"), ("new_link", "text")} <= {
                (one["purpose"], one["channel"]) for one in kept
            }

        await eventually(written)
        told = json.dumps(kept, ensure_ascii=False).replace("\\r\\n ", "")
        links = set(re.findall(r"/(?:my/enter|stop)/(\w{20,})", told))
        self.aftercare.keep("links in messages", *sorted(links))
        self._stop_links = sorted(set(re.findall(r"(/stop/\w{20,})", told)))
        await self.ask(200, "GET", "aftercare", self._place, STAFF)
        await self.aftercare.refused(422, "POST", f"{self._place}/stop", {"channel": typed("e-mail")})

    async def text_back(self) -> None:
        """To the number texts come from: words, danger, somebody nobody knows, and what is no text at all."""
        own, words = "+1" + typed("phone"), typed("text words")
        await self._text(200, own, words)
        await self._text(200, own, f"{words} and I want to die")
        await self._text(200, typed("on-call phone"), f"{words}, I took too many")
        await self._text(422, typed("last name"), words)
        await self._text(422, own, words * 300)
        await self._text(422, own, {typed("first name"): words})
        await self._text(401, own, words, secret="somebody-elses-secret")
        report = {"reference": typed("phone"), "status": typed("last name")}
        await self._signed(422, "/texts/status", report)

    async def stop(self) -> None:
        name = quote(typed("last name"))
        await self.ask(404, "GET", "aftercare", f"/stop/{name}")
        await self.ask(404, "POST", "aftercare", f"/stop/{name}", data={"wish": "stop_all"})
        link = self._stop_links[0]
        await self.ask(200, "GET", "aftercare", link)
        await self.ask(422, "POST", "aftercare", link, data={"wish": typed("contact note")})
        await self.ask(200, "POST", "aftercare", link, data={"wish": "stop_email"})
        await self._text(200, "+1" + typed("phone"), "STOP")
        stopped = (await self.ask(200, "GET", "aftercare", self._place, STAFF)).json()["stopped"]
        assert set(stopped) == {"email", "text"}

    async def _text(self, status: int, sender: str, words: Any, secret: str = GATEWAY_SECRET) -> None:
        said = {"id": f"canary-{next(self._events)}", "from": sender, "text": words}
        await self._signed(status, "/texts/inbound", said, secret)

    async def _signed(self, status: int, path: str, said: Any, secret: str = GATEWAY_SECRET) -> None:
        body = json.dumps(said).encode()
        mark = {HEADER: sign(secret, body, datetime.now(UTC)), "content-type": "application/json"}
        await self.ask(status, "POST", "aftercare", path, content=body, headers=mark)

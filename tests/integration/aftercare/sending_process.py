"""Aftercare's messages in a process of their own that dies at one named place: `python -m … < told.json`."""

import asyncio
import json
import sys
from datetime import timedelta
from functools import partial

from services.aftercare.messages.work import WORK
from services.aftercare.settings import Settings
from services.aftercare.workplace import Workplace
from shared import clock, fault_points
from shared.database import Database
from shared.identity import Signer
from shared.job_runner import JobRunner
from shared.peers import Peer
from shared.sealing import KeyRing


async def main() -> None:
    told = json.load(sys.stdin)
    fault_points.arm(told["die_at"])
    clock.shift(timedelta(seconds=told["shift"]))
    ring = KeyRing(bytes.fromhex(told["wrapping"]), bytes.fromhex(told["index"]))
    database = Database(told["database"], "aftercare", ring)
    intake = Peer(told["door"], "intake", Signer("aftercare", bytes(range(32))))
    place = Workplace(database, Settings(**told["settings"]), intake)
    await JobRunner(database, {kind: partial(work, place) for kind, work in WORK.items()}).run()


if __name__ == "__main__":
    asyncio.run(main())

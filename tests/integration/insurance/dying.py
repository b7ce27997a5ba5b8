"""Insurance's jobs in a process of their own that dies at one named place: `python -m … < settings.json`."""

import asyncio
import json
import sys

from services.insurance.asking import AskPayer
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.verification import ASK_PAYER
from shared import fault_points
from shared.database import Database
from shared.identity import Signer
from shared.job_runner import JobRunner
from shared.peers import Peer
from shared.sealing import KeyRing
from tests.integration.insurance.world import terms


async def main() -> None:
    told = json.load(sys.stdin)
    fault_points.arm(told["die_at"])
    ring = KeyRing(bytes.fromhex(told["wrapping"]), bytes.fromhex(told["index"]))
    database = Database(told["database"], "insurance", ring)
    intake = Peer(told["door"], "intake", Signer("insurance", bytes(range(32))))
    adapter = EdiHttp(told["payer"])
    work = AskPayer(database, intake, {adapter.name: adapter}, terms())
    await JobRunner(database, {ASK_PAYER: work}).run()


if __name__ == "__main__":
    asyncio.run(main())

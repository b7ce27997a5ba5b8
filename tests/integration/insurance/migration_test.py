"""What an older version wrote is still there, and still understood, after the upgrade."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, MetaData, insert, select
from sqlalchemy.orm import undefer

from services.insurance.benefit_facts import PLACE, statements_of
from services.insurance.rules.states import QuestionState, State
from services.insurance.tables import Attempt, Question, Verification
from shared.contracts.fact import new_id
from shared.database import Database
from shared.migrating import upgrade
from shared.sealing import KeyRing, box

AT = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
BENEFIT = {
    "position": 14,
    "information": "C",
    "coverage_level": "IND",
    "service_types": ["30"],
    "period": "29",
    "network": "Y",
    "authorization": "",
    "scope": "patient",
    "amount": "750",
    "quantity_qualifier": "",
}
# As version 0.1.0 sealed it: dates and entities as dictionaries.
DETAILS = {
    "insurance_type": "",
    "plan": "CHOICE PPO",
    "messages": ["SIMULATED"],
    "places": [],
    "dates": [{"qualifier": "346", "start": "2026-01-01", "end": None, "position": 15}],
    "deliveries": [],
    "references": [["18", "PLAN1"]],
    "entities": [],
}


@pytest.mark.parametrize(
    ("old", "state"),
    [
        (State.VERIFIED_ACTIVE, QuestionState.ANSWERED),
        (State.PAYER_UNAVAILABLE, QuestionState.UNAVAILABLE),
        (State.NEEDS_CORRECTION, QuestionState.REFUSED),
        (State.CLOSED, QuestionState.DROPPED),
    ],
)
async def test_an_older_verification_becomes_one_with_one_question(
    database_url: str, keyring: KeyRing, old: State, state: QuestionState
) -> None:
    url = database_url.replace("service.db", "insurance.db")
    await upgrade(url, "insurance", "plumbing_0001")
    await upgrade(url, "insurance", "insurance_0001")
    database = Database(url, "insurance", keyring)
    try:
        verification_id = await _as_the_older_version_would(database, old)
        await upgrade(url, "insurance")
        async with database.transaction() as session:
            verification = await session.get_one(Verification, verification_id)
            assert (verification.state, verification.levels_of_care) == (old, [])
            question = await session.get_one(Question, verification_id)
            assert (question.state, question.service_types) == (state, ["30"])
            attempt = await session.scalar(select(Attempt).options(undefer(Attempt.request)))
            assert attempt is not None
            assert (attempt.question_id, attempt.request) == (verification_id, b"raw")
            (statement,) = await statements_of(session, verification)
        assert statement.benefit.amount == Decimal(750)
        assert statement.benefit.plan == "CHOICE PPO"
        assert statement.benefit.dates[0].start.isoformat() == "2026-01-01"
    finally:
        await database.dispose()


async def _as_the_older_version_would(database: Database, state: State) -> object:
    verification_id, attempt_id, benefit_id, case_id = (new_id() for _ in range(4))
    tables = MetaData()
    async with database.engine.connect() as connection:
        await connection.run_sync(lambda sync: _reflect(tables, sync, database.engine.dialect.name))
    prefix = "" if database.is_sqlite else "insurance."
    async with database.transaction() as session:
        sealed = (await box(session, case_id)).seal(PLACE, benefit_id, json.dumps(DETAILS))
        ids = {"verification_id": verification_id.hex, "case_id": case_id.hex}
        whole = {
            "id": verification_id.hex,
            "case_id": case_id.hex,
            "consent_id": new_id().hex,
            "state": state.value,
            "fields": [],
            "trace_number": f"TC{verification_id.hex.upper()}",
            "failures": 0,
            "requested_at": AT,
        }
        await session.execute(insert(tables.tables[f"{prefix}verifications"]).values(whole))
        attempt = {
            "id": attempt_id.hex,
            **ids,
            "trace_number": whole["trace_number"],
            "control_number": 1,
            "adapter": "edi_http",
            "started_at": AT,
            "result": "answered",
            "billed": True,
            "request": b"raw",
        }
        await session.execute(insert(tables.tables[f"{prefix}attempts"]).values(attempt))
        benefit = {"id": benefit_id.hex, "attempt_id": attempt_id.hex, **ids, **BENEFIT, "details": sealed}
        await session.execute(insert(tables.tables[f"{prefix}benefits"]).values(benefit))
    return verification_id


def _reflect(tables: MetaData, connection: Connection, dialect: str) -> None:
    tables.reflect(connection, schema=None if dialect == "sqlite" else "insurance")

"""Plans from before there were dates and follow-ups: brought over as they are, then looked after."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import column, insert, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.meetings.normal_form import ListingState, to_plain
from services.aftercare.meetings.reading import read
from services.aftercare.plans.opening import TOKEN
from services.aftercare.tables import Consent, Enrolment, FollowUp, Meeting, Plan, PlanState, Stay
from shared.contracts.fact import new_id
from shared.database import Database
from shared.migrating import _with_connection, check, upgrade
from shared.sealing import KeyRing, box

from .conftest import LIST, Aftercare, SetClock
from .telling import dates

NOW = datetime(2026, 10, 26, 18, tzinfo=UTC)
LEFT = NOW - timedelta(days=10)
CASES = {state: new_id() for state in ("draft", "offered", "active", "closed")}


async def _put(session: AsyncSession, model: type[Any], **values: Any) -> None:
    """A row with the columns there are, whatever the code has by now."""
    declared = model.__table__.c
    into = table(declared[0].table.name, *(column(name, declared[name].type) for name in values))
    await session.execute(insert(into).values(**values))


async def _older(url: str, keyring: KeyRing) -> Database:
    await upgrade(url, "aftercare", "plumbing@head")
    await upgrade(url, "aftercare", "aftercare_0001")
    database = Database(url, "aftercare", keyring)
    listed = next(one for one in read(LIST, "demo").meetings if one.recurrence and one.offerable)
    meeting_id = new_id()
    async with database.transaction() as session:
        await _put(
            session, Meeting, id=meeting_id, source="demo", source_id="one", programme=listed.programme,
            name=listed.name, state=ListingState.ACTIVE, listing=to_plain(listed), content_hash="0" * 64,
            first_seen=date(2026, 9, 1), last_seen=NOW.date(), unchanged_since=date(2026, 9, 1),
        )  # fmt: skip
        for number, (state, case_id) in enumerate(CASES.items()):
            plan_id, token = new_id(), f"{number:032x}"
            await _put(
                session, Plan, id=plan_id, case_id=case_id, stay_id=new_id(), discharged_at=LEFT,
                disposition="deceased" if state == "closed" else "completed", state=state,
                pathway="smart_first", target=3, review_on=date(2027, 10, 16), chosen_at=LEFT,
                consent_id=new_id() if state == "active" else None, consent_revoked_at=None,
                token_index=keyring.blind_index(TOKEN, token),
                token=(await box(session, case_id)).seal(TOKEN, plan_id, token), report=None, version=1,
            )  # fmt: skip
            if state == "active":
                await _put(
                    session, Enrolment, id=new_id(), plan_id=plan_id, case_id=case_id, meeting_id=meeting_id,
                    state="active", mode="self_attend", modality="online", score=50, reasons=b"",
                    sequence=0, first_occurrence_at=LEFT, suggested_at=LEFT, active_at=LEFT, ended_at=None,
                )  # fmt: skip
    return database


async def test_an_older_plan_that_runs_gets_dates_and_a_follow_up_and_the_dead_are_left_alone(
    database_url: str, keyring: KeyRing, set_clock: SetClock
) -> None:
    set_clock(NOW)
    database = await _older(database_url, keyring)
    await upgrade(database_url, "aftercare")
    await check(database_url, "aftercare")
    aftercare = Aftercare(database)
    (active,) = await aftercare.plans(CASES["active"])
    assert (active.left_at, active.activated_at, active.held) == (LEFT, LEFT, False)
    async with database.reading() as session:
        assert set(await session.scalars(select(Stay.case_id))) == set(CASES.values())
        assert list(await session.scalars(select(Consent.case_id))) == [CASES["active"]]
    set_clock(NOW + timedelta(days=1))
    await aftercare.run_jobs("watch_plans", "look_ahead", "set_calls")
    assert await dates(aftercare, CASES["active"])
    async with database.reading() as session:
        followed = set(await session.scalars(select(FollowUp.case_id)))
    assert followed == {CASES["active"], CASES["offered"]}
    assert [plan.state for plan in await aftercare.plans(CASES["closed"])] == [PlanState.CLOSED]
    await database.dispose()


async def test_going_back_leaves_no_state_the_older_version_cannot_read(
    database_url: str, keyring: KeyRing, set_clock: SetClock
) -> None:
    set_clock(NOW)
    database = await _older(database_url, keyring)
    await upgrade(database_url, "aftercare")
    new = ("paused", "lost_contact", "completed", "superseded")
    async with database.transaction() as session:
        for state, case_id in zip(new, CASES.values(), strict=True):
            await session.execute(
                text("update plans set state = :state where case_id = :case").bindparams(
                    state=state, case=case_id if not database.is_sqlite else case_id.hex
                )
            )
        await session.execute(text("update enrolments set state = 'suspended'"))
    await _with_connection(
        database_url, "aftercare", lambda config: command.downgrade(config, "aftercare@aftercare_0001")
    )
    async with database.reading() as session:
        states = set(await session.scalars(text("select state from plans")))
        enrolled = set(await session.scalars(text("select state from enrolments")))
        columns = await (await session.connection()).run_sync(
            lambda sync: {one["name"] for one in inspect(sync).get_columns("plans")}
        )
    assert states <= {"draft", "offered", "active", "closed"}
    assert enrolled <= {"suggested", "active", "declined", "ended"}
    assert "held" not in columns
    await database.dispose()

"""Invented lists, clients and plans for `benchmarks.aftercare`; the same in every run."""

import random
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.aftercare.matching.report import REASONS
from services.aftercare.matching.sets import match
from services.aftercare.plans.listings import offered_listings
from services.aftercare.plans.opening import TOKEN
from services.aftercare.plans.preferences import Hours, Preferences, keep_preferences
from services.aftercare.plans.rebalancing import ask_rebalance
from services.aftercare.tables import Enrolment, EnrolmentState, Meeting, Plan, PlanState
from shared import clock
from shared.contracts.aftercare import EnrolmentMode, ReplacementReason
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.database import Database
from shared.sealing import box, keyring

ZONE = "America/Los_Angeles"
_KINDS = 10  # of clients, by what they want
_BATCH = 200  # plans a transaction
CITIES = (
    ("Los Angeles", "CA", ZONE, 34.05, -118.30),
    ("Phoenix", "AZ", "America/Phoenix", 33.45, -112.07),
    ("Denver", "CO", "America/Denver", 39.74, -104.99),
    ("Chicago", "IL", "America/Chicago", 41.88, -87.63),
    ("New York", "NY", "America/New_York", 40.71, -74.00),
)


def rows(count: int) -> list[dict[str, Any]]:
    """A list as exports write it: a third of it tells no zone, half meets in person, a fifth is SMART."""
    chance = random.Random(4)
    found = []
    for number in range(count):
        city, state, zone, lat, lon = chance.choice(CITIES)
        row: dict[str, Any] = {
            "slug": f"m{number}",
            "name": f"{'SMART Recovery' if chance.random() < 0.2 else 'AA'} group {number}",
            "day": chance.randrange(7),
            "time": f"{chance.randrange(6, 22):02}:{chance.choice(('00', '15', '30'))}",
            "city": city,
            "state": state,
            "country": "US",
            "types": chance.choice((["O"], ["C"], ["O", "X"], ["O", "W"], ["O", "BE", "X"])),
            "notes": "Ring twice. " * chance.randrange(6),
        }
        if chance.random() < 0.67:
            row["timezone"] = zone
        if chance.random() < 0.5:
            row["conference_url"] = f"https://meet.example.org/{number}"
        else:
            row["address"] = f"{number} Invented Street"
            row["latitude"] = round(lat + chance.uniform(-0.3, 0.3), 5)
            row["longitude"] = round(lon + chance.uniform(-0.3, 0.3), 5)
        found.append(row)
    return found


def wishes(number: int) -> Preferences:
    """What invented client `number` wants: ten kinds of them."""
    chance = random.Random(number % _KINDS)
    return Preferences(
        zone=ZONE,
        zip_code=chance.choice(("90036", "90012", "90026")),
        max_miles=chance.choice((5, 10, 15)),
        windows=[
            Hours(days=[1, 2, 3, 4, 5], opens=chance.choice(("16:00", "17:30")), closes="21:30"),
            Hours(days=[6, 0], opens="09:00", closes="20:00"),
        ],
        pathway=chance.choice(["smart_first", "both", "twelve_first"]),
    )


async def open_plans(database: Database, count: int) -> None:
    """Running plans with the meetings the matcher would choose, one of each kind then withdrawn."""
    now = clock.now()
    async with database.reading() as session:
        offered = [one.listing for one in await offered_listings(session)]
    chosen = {kind: match(wishes(kind).as_client(now), offered).chosen for kind in range(_KINDS)}
    gone = {kind: some[0].id for kind, some in chosen.items()}
    for first in range(0, count, _BATCH):
        async with database.transaction() as session:
            for number in range(first, min(first + _BATCH, count)):
                kept = [one.id for one in chosen[number % _KINDS] if one.id not in gone.values()]
                await open_plan(session, number, [gone[number % _KINDS], *kept])
    async with database.transaction() as session:
        ids = {UUID(one) for one in gone.values()}
        await session.execute(update(Meeting).where(Meeting.id.in_(ids)).values(withdrawn_on=now.date()))
    for first in range(0, count, _BATCH):
        async with database.transaction() as session:
            some = select(Plan).order_by(Plan.id).offset(first).limit(_BATCH)
            for plan in await session.scalars(some):
                await ask_rebalance(session, plan, ReplacementReason.WITHDRAWN)


async def open_plan(session: AsyncSession, number: int, meeting_ids: list[str]) -> None:
    case_id, plan_id, now = new_id(), new_id(), clock.now()
    sealed = await box(session, case_id)
    await keep_preferences(session, case_id, wishes(number))
    session.add(
        Plan(
            id=plan_id,
            case_id=case_id,
            stay_id=new_id(),
            discharged_at=now - timedelta(days=30),
            left_at=now - timedelta(days=30),
            disposition=DischargeType.COMPLETED,
            state=PlanState.ACTIVE,
            pathway=wishes(number).pathway,
            target=3,
            review_on=(now + timedelta(weeks=48)).date(),
            consent_id=new_id(),
            activated_at=now - timedelta(days=30),
            token_index=keyring(session).blind_index(TOKEN, str(number)),
            token=sealed.seal(TOKEN, plan_id, str(number)),
        )
    )
    enrolments = []
    for meeting_id in meeting_ids:
        row_id = new_id()
        enrolments.append(
            {
                "id": row_id,
                "plan_id": plan_id,
                "case_id": case_id,
                "meeting_id": UUID(meeting_id),
                "state": EnrolmentState.ACTIVE,
                "mode": EnrolmentMode.SELF_ATTEND,
                "modality": "in_person",
                "score": 60,
                "reasons": sealed.seal(REASONS, row_id, "{}"),
                "sequence": 0,
                "fall_back": False,
                "first_occurrence_at": now - timedelta(days=25),
                "suggested_at": now - timedelta(days=30),
                "active_at": now - timedelta(days=30),
            }
        )
    await session.execute(insert(cast(Table, Enrolment.__table__)), enrolments)

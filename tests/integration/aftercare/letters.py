"""Messages on their way: a plan on file, channels that are real servers, and what became of each message."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.aftercare.matching.wishes import Pathway
from services.aftercare.messages.outgoing import write_to
from services.aftercare.messages.purposes import Purpose
from services.aftercare.plans.opening import TOKEN
from services.aftercare.plans.preferences import Preferences, keep_preferences
from services.aftercare.settings import Settings
from services.aftercare.tables import (
    Enrolment,
    EnrolmentState,
    FollowUp,
    Meeting,
    Message,
    Occurrence,
    Plan,
    PlanState,
)
from shared import clock
from shared.contracts.aftercare import EnrolmentMode, OccurrenceState
from shared.contracts.fact import new_id
from shared.contracts.intake import DischargeType
from shared.database import Database
from shared.sealing import box, keyring
from tests.contract.aftercare.gateway import TOKEN as GATEWAY_TOKEN
from tests.contract.aftercare.gateway import Gateway
from tests.contract.aftercare.mail_server import MailServer, certificate, mail_server
from tests.contract.insurance.local_server import serving

from .conftest import ZONE, Aftercare

NOON = datetime(2027, 1, 12, 20, tzinfo=UTC)  # a Tuesday, twelve o'clock in Los Angeles
MAIL_FROM = "Harbour Bridge <hello@week.example.org>"
SECRET = "sixteen letters or more"


@dataclass
class Outside:
    """The text gateway and the mail server, and the settings that lead there."""

    gateway: Gateway
    mail: MailServer
    settings: Settings

    @property
    def texts(self) -> list[str]:
        return [body["text"] for body in self.gateway.texted.values()]

    @property
    def subjects(self) -> list[str]:
        return [str(message["subject"]) for message in self.mail.room.taken]

    def plain(self) -> dict[str, Any]:
        """The settings for another process, secrets and all."""
        plain = self.settings.model_dump(mode="json")
        for name in ("text_token", "text_webhook_secret", "smtp_password"):
            plain[name] = getattr(self.settings, name).get_secret_value()
        return plain


@asynccontextmanager
async def outside(folder: Path) -> AsyncGenerator[Outside]:
    pem, key = certificate(folder)
    gateway = Gateway()
    async with mail_server(pem, key) as mail, serving(gateway.app()) as url:
        yield Outside(gateway, mail, settings_for(mail, pem, f"{url}/texts"))


def settings_for(mail: MailServer, pem: Path, text_url: str, **differs: Any) -> Settings:
    return Settings(
        centre_zone=ZONE,
        aftercare_url="https://week.example.org",
        smtp_host=mail.host,
        smtp_port=mail.port,
        smtp_authority=pem,
        mail_from=MAIL_FROM,
        text_url=text_url,
        text_token=GATEWAY_TOKEN,
        text_from="+15005550199",
        text_webhook_secret=SECRET,
        on_call="tel:+15005550111,mailto:night@week.example.org",
        **differs,
    )


async def plan_on_file(
    database: Database, *, state: PlanState = PlanState.ACTIVE, case_id: UUID | None = None, **wishes: Any
) -> Plan:
    """A plan whose client left a month ago, with these wishes."""
    case_id, plan_id = case_id or new_id(), new_id()
    left = clock.now() - timedelta(days=30)
    token = new_id().hex
    async with database.transaction() as session:
        plan = Plan(
            id=plan_id,
            case_id=case_id,
            stay_id=new_id(),
            discharged_at=left,
            left_at=left,
            disposition=DischargeType.COMPLETED,
            state=state,
            pathway=Pathway.SMART_FIRST,
            target=3,
            review_on=(left + timedelta(weeks=52)).date(),
            consent_id=new_id(),
            token_index=keyring(session).blind_index(TOKEN, token),
            token=(await box(session, case_id)).seal(TOKEN, plan_id, token),
        )
        session.add(plan)
        if wishes:
            await keep_preferences(session, case_id, Preferences(zone=wishes.pop("zone", ZONE), **wishes))
    return plan


async def enrolment_on_file(
    database: Database, plan: Plan, first_at: datetime, *, sequence: int = 0, ended_at: datetime | None = None
) -> Enrolment:
    """In the first weekly meeting on file with a name."""
    async with database.transaction() as session:
        meetings = await session.scalars(select(Meeting).order_by(Meeting.source_id))
        ruled = [(row, row.listing["recurrence"]) for row in meetings if row.listing["recurrence"]]
        weekly = next(row for row, rule in ruled if rule["freq"] == "weekly" and rule["tz"])
        enrolment = Enrolment(
            plan_id=plan.id,
            case_id=plan.case_id,
            meeting_id=weekly.id,
            state=EnrolmentState.ENDED if ended_at else EnrolmentState.ACTIVE,
            mode=EnrolmentMode.SELF_ATTEND,
            modality="online",
            score=80,
            reasons=b"",
            sequence=sequence,
            first_occurrence_at=first_at,
            suggested_at=first_at - timedelta(days=2),
            active_at=first_at - timedelta(days=1),
            ended_at=ended_at,
        )
        session.add(enrolment)
    return enrolment


async def date_on_file(
    database: Database,
    plan: Plan,
    enrolment: Enrolment,
    start: datetime,
    state: OccurrenceState = OccurrenceState.PLANNED,
    *,
    moved_to: datetime | None = None,
) -> Occurrence:
    starts = moved_to or start
    async with database.transaction() as session:
        occurrence = Occurrence(
            plan_id=plan.id,
            enrolment_id=enrolment.id,
            case_id=plan.case_id,
            original_start=start,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=90),
            state=state,
        )
        session.add(occurrence)
    return occurrence


async def queue(database: Database, plan: Plan, purpose: Purpose, key: str = "", **more: Any) -> None:
    async with database.transaction() as session:
        await write_to(session, plan, purpose, key=key or f"{purpose}:{plan.id}", **more)


async def on_file(aftercare: Aftercare, plan: Plan) -> list[Message]:
    query = select(Message).where(Message.case_id == plan.case_id).order_by(Message.created_at, Message.id)
    async with aftercare.database.reading() as session:
        return list(await session.scalars(query))


async def states(aftercare: Aftercare, plan: Plan) -> list[tuple[str, str | None]]:
    return [(message.state.value, message.reason) for message in await on_file(aftercare, plan)]


async def tasks(aftercare: Aftercare, plan: Plan) -> list[str]:
    query = select(FollowUp.kind).where(FollowUp.plan_id == plan.id).order_by(FollowUp.id)
    async with aftercare.database.reading() as session:
        return [kind.value for kind in await session.scalars(query)]

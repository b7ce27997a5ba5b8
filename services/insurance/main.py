"""The insurance service's composition root."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from services.insurance import desk
from services.insurance.asking import AskPayer
from services.insurance.expiry import EXPIRE, ExpireCoverage
from services.insurance.forgetting import FORGET_RAW, ForgetRaw
from services.insurance.handlers import HEARD
from services.insurance.payer_gate import Pace
from services.insurance.payer_records import seed_invented
from services.insurance.payers.opening import SIMULATOR, ConfigurationMissing, open_adapters
from services.insurance.payers.settings import ClearinghouseSettings
from services.insurance.question import Terms
from services.insurance.settings import Settings
from services.insurance.verification import ASK_PAYER
from services.insurance.x12.inquiry_writing import Facility
from shared import fault_points, flow
from shared.database import Database
from shared.identity import Signer
from shared.jobs import Work
from shared.peers import Peer
from shared.running import running
from shared.sealing import KeyRing
from shared.telemetry import start_logging
from shared.web import create_app, serve

SERVICE = "insurance"


def terms_of(settings: Settings, usage: str) -> Terms:
    """TRN03 is "1" and the tax id, as the standard has it for whoever is known by one."""
    facility = Facility(settings.centre_name, settings.facility_npi, f"1{settings.facility_tax_id}")
    pace = Pace(
        settings.payer_rate_per_minute, settings.payer_at_once, settings.payer_deadline, settings.retry_scale
    )
    return Terms(
        facility=facility,
        sender=settings.x12_sender,
        usage=usage,
        deadline=settings.payer_deadline,
        resend_after=settings.resend_after,
        retry_scale=settings.retry_scale,
        fresh_for=settings.fresh_for,
        zone=ZoneInfo(settings.centre_zone),
        pace=pace,
    )


def build(settings: Settings, clearinghouses: ClearinghouseSettings | None = None) -> FastAPI:
    """Raises ConfigurationMissing, a sentence naming the variable, when a clearinghouse cannot be reached
    so."""
    clearinghouses = clearinghouses or ClearinghouseSettings()
    keyring = KeyRing.from_file(settings.keys_dir / f"{SERVICE}.key")
    database = Database(settings.database_url, SERVICE, keyring)
    terms = terms_of(settings, clearinghouses.usage)
    adapters = open_adapters(clearinghouses)

    intake = Peer(settings.intake_url, "intake", Signer.from_keys(settings.keys_dir, SERVICE))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        if SIMULATOR in clearinghouses.clearinghouses:
            async with database.transaction() as session:
                await seed_invented(session)
        work: dict[str, Work] = {
            ASK_PAYER: AskPayer(database, intake, adapters, terms),
            EXPIRE: ExpireCoverage(database, terms),
            FORGET_RAW: ForgetRaw(database, settings.keep_raw_for),
        }
        try:
            async with running(database, settings, SERVICE, HEARD, work, app=app):
                yield
        finally:
            await intake.close()
            for adapter in adapters.values():
                await adapter.close()

    app = create_app(SERVICE, title="Throughcare insurance", settings=settings, lifespan=lifespan)
    app.state.database = database
    app.state.terms = terms
    app.state.intake = intake
    app.include_router(desk.router)
    app.include_router(flow.router)
    return app


def main() -> None:
    settings = Settings()
    start_logging(settings.log_level)
    fault_points.arm(settings.die_at)
    try:
        app = build(settings)
    except ConfigurationMissing as missing:
        raise SystemExit(str(missing)) from None
    serve(app, settings)


if __name__ == "__main__":
    main()

"""The insurance service's composition root."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.insurance import api
from services.insurance.asking import AskPayer
from services.insurance.forgetting import FORGET_RAW, ForgetRaw
from services.insurance.handlers import HEARD
from services.insurance.payers.edi_http import EdiHttp
from services.insurance.question import Terms
from services.insurance.settings import Settings
from services.insurance.verification import ASK_PAYER
from services.insurance.x12.inquiry_writing import Facility
from shared import flow
from shared.database import Database
from shared.identity import Signer
from shared.jobs import Work
from shared.peers import Peer
from shared.running import running
from shared.sealing import KeyRing
from shared.telemetry import start_logging
from shared.web import create_app, serve

SERVICE = "insurance"


def terms_of(settings: Settings) -> Terms:
    """TRN03 is "1" and the tax id, as the standard has it for whoever is known by one."""
    facility = Facility(settings.centre_name, settings.facility_npi, f"1{settings.facility_tax_id}")
    return Terms(
        facility=facility,
        sender=settings.x12_sender,
        usage=settings.x12_usage,
        deadline=settings.payer_deadline,
        resend_after=settings.resend_after,
        retry_scale=settings.retry_scale,
        fresh_for=settings.fresh_for,
    )


def build(settings: Settings) -> FastAPI:
    keyring = KeyRing.from_file(settings.keys_dir / f"{SERVICE}.key")
    database = Database(settings.database_url, SERVICE, keyring)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        intake = Peer(settings.intake_url, "intake", Signer.from_keys(settings.keys_dir, SERVICE))
        adapter = EdiHttp(settings.clearinghouse_url)
        work: dict[str, Work] = {
            ASK_PAYER: AskPayer(database, intake, adapter, terms_of(settings)),
            FORGET_RAW: ForgetRaw(database, settings.keep_raw_for),
        }
        try:
            async with running(database, settings, SERVICE, HEARD, work, app=app):
                yield
        finally:
            await intake.close()
            await adapter.close()

    app = create_app(SERVICE, title="Throughcare insurance", settings=settings, lifespan=lifespan)
    app.state.database = database
    app.include_router(api.router)
    app.include_router(flow.router)
    return app


def main() -> None:
    settings = Settings()
    start_logging(settings.log_level)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()

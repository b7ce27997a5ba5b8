"""The staff dashboard as one ASGI application: our gate and sign-in in front, Streamlit behind."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.starlette import App

from services.dashboard import shell
from services.dashboard.clients import Services
from services.dashboard.desk import Desk, open_desk
from services.dashboard.gate import Gate
from services.dashboard.settings import Settings
from services.dashboard.sign_in import SignIn, cookie_name
from shared.database import Database
from shared.identity import Signer
from shared.telemetry import start_logging
from shared.web import serve

SCRIPT = Path(__file__).parent / "app.py"

# Set in .streamlit/config.toml beside the script. Compared at start, because an environment variable or a
# file in somebody's home directory would win over ours without a word.
REQUIRED: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.trustedUserHeaders": {},
}


class UnsafeSettings(Exception):
    """Streamlit is set up in a way that could show or send what it must not."""


def build(settings: Settings) -> App:
    """Raises UnsafeSettings."""
    https = settings.dashboard_url.startswith("https://")
    database = Database(settings.database_url, "dashboard")

    @asynccontextmanager
    async def lifespan(_app: App) -> AsyncGenerator[None]:
        urls = {
            "intake": settings.intake_url,
            "insurance": settings.insurance_url,
            "aftercare": settings.aftercare_url,
        }
        services = Services(urls, Signer.from_keys(settings.keys_dir, "dashboard"))
        open_desk(Desk(settings, database, services, asyncio.get_running_loop(), https))
        try:
            yield
        finally:
            await services.aclose()
            await database.dispose()

    app = App(
        SCRIPT,
        lifespan=lifespan,
        routes=[
            *SignIn(database, settings, https).routes(),
            *shell.routes(settings.centre_name),
            Route("/healthz", _healthy),
        ],
        middleware=[Middleware(Gate, database=database, cookie_name=cookie_name(https), https=https)],
    )
    _refuse_unsafe_settings()
    return app


def _refuse_unsafe_settings() -> None:
    wrong = sorted(name for name, value in REQUIRED.items() if config.get_option(name) != value)
    if wrong:
        raise UnsafeSettings(f"These Streamlit settings are not as they must be: {', '.join(wrong)}.")


async def _healthy(_request: Request) -> Response:
    return JSONResponse({"status": "ok", "service": "dashboard"})


def main() -> None:
    settings = Settings()
    start_logging(settings.log_level)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()

"""What every service is told by its environment; each service adds its own in its settings.py."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """All names carry the prefix THROUGHCARE_. See .env.example for each with its reason."""

    model_config = SettingsConfigDict(env_prefix="THROUGHCARE_", extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 0
    database_url: str = "sqlite+aiosqlite:///var/service.db"
    nats_url: str = "nats://127.0.0.1:4222"
    keys_dir: Path = Path("var/keys")

    intake_url: str = "http://127.0.0.1:8010"
    insurance_url: str = "http://127.0.0.1:8020"
    aftercare_url: str = "http://127.0.0.1:8030"
    clearinghouse_url: str = "http://127.0.0.1:8040"
    dashboard_url: str = "http://127.0.0.1:8501"

    centre_name: str = "Harbour Bridge Recovery"
    centre_phone: str = "(555) 010-0199"
    centre_zone: str = Field(default="America/Los_Angeles", description="IANA name of the centre's time zone")
    # Whose X-Forwarded-For and -Proto are believed: addresses of the reverse proxy, comma-separated.
    trusted_proxies: str = "127.0.0.1"
    demo: bool = False
    log_level: str = "INFO"

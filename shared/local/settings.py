"""The only file of this package that reads the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("intake", "insurance", "aftercare", "dashboard")


class SetupSettings(BaseSettings):
    """What `throughcare setup` works on: THROUGHCARE_DATABASES__INTAKE=postgresql+asyncpg://… and so on.

    `postgres_admin_url` is set where the roles and schemas do not exist yet (compose, a new server);
    then each database URL carries the password its role is to get.
    """

    model_config = SettingsConfigDict(env_prefix="THROUGHCARE_", env_nested_delimiter="__", extra="ignore")

    databases: dict[str, SecretStr] = Field(default_factory=dict)
    postgres_admin_url: SecretStr | None = None
    nats_url: str = "nats://127.0.0.1:4222"
    keys_dir: Path | None = None
    patience_seconds: float = 60.0


class OperatorSettings(BaseSettings):
    """Where the operator's commands find a stack that `throughcare up` did not start."""

    model_config = SettingsConfigDict(env_prefix="THROUGHCARE_", extra="ignore")

    data_dir: Path = Path("var")
    nats_url: str = "nats://127.0.0.1:4222"
    port: int = 0  # of the service in whose container `throughcare healthy` is asked


def child_environment(own: Mapping[str, str]) -> dict[str, str]:
    """The environment of a supervised process: ours, its own settings on top, output unbuffered."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **own}

"""NATS and PostgreSQL in containers, where an engine answers; otherwise the tests skip with the reason."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

NATS = "nats:2.15-alpine"
POSTGRES = "postgres:18-alpine"
PASSWORD = "only-for-tests"


def _engine() -> None:
    try:
        engine = DockerClient().client
        engine.ping()
        engine.close()
    except Exception as error:
        pytest.skip(f"no container engine answers ({type(error).__name__})")


@contextmanager
def nats_url() -> Generator[str]:
    _engine()
    server = DockerContainer(NATS).with_command("-js -sd /tmp/store").with_exposed_ports(4222)
    with server.waiting_for(LogMessageWaitStrategy("Server is ready")):
        yield f"nats://{server.get_container_host_ip()}:{server.get_exposed_port(4222)}"


@contextmanager
def postgres_url() -> Generator[str]:
    """The superuser's URL."""
    _engine()
    server = DockerContainer(POSTGRES).with_env("POSTGRES_PASSWORD", PASSWORD).with_exposed_ports(5432)
    # Said twice: the first server only runs the image's set-up scripts.
    ready = LogMessageWaitStrategy("database system is ready to accept connections", times=2)
    with server.waiting_for(ready):
        place = f"{server.get_container_host_ip()}:{server.get_exposed_port(5432)}"
        yield f"postgresql+asyncpg://postgres:{PASSWORD}@{place}/postgres"

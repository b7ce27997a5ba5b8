"""One database for the centre; in it a role and a schema per service, none with a right on another's."""

from typing import Any

import asyncpg
from sqlalchemy.engine import URL, make_url

from shared.local.settings import SERVICES

DATABASE = "throughcare"

# Design 9.5: nobody waits for ever, and a forgotten transaction does not hold the others up.
ROLE_SETTINGS = {
    "lock_timeout": "2s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
    "synchronous_commit": "on",
}


def service_urls(admin: str, passwords: dict[str, str], database: str = DATABASE) -> dict[str, str]:
    """{service: postgresql+asyncpg URL}. PostgreSQL looks in the schema named like the role first."""
    server = make_url(admin).set(drivername="postgresql+asyncpg", database=database)
    return {
        service: server.set(username=service, password=passwords[service]).render_as_string(
            hide_password=False
        )
        for service in SERVICES
    }


async def prepare_roles(admin: str, passwords: dict[str, str], database: str = DATABASE) -> dict[str, str]:
    """Create what is missing of database, roles and schemas and return `service_urls`. Safe to repeat.

    `admin` is the URL of a role that may create roles and databases. Raises what asyncpg raises.
    """
    server = make_url(admin)
    connection = await _connect(server, server.database or "postgres")
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}"')
        for service in SERVICES:
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", service):
                await connection.execute(f'CREATE ROLE "{service}"')
            word = await connection.fetchval("SELECT quote_literal($1)", passwords[service])
            await connection.execute(
                f'ALTER ROLE "{service}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {word}'
            )
            for name, value in ROLE_SETTINGS.items():
                await connection.execute(f"ALTER ROLE \"{service}\" SET {name} = '{value}'")
    finally:
        await connection.close()
    connection = await _connect(server, database)
    try:
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        for service in SERVICES:
            await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{service}"')
            await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{service}" AUTHORIZATION "{service}"')
    finally:
        await connection.close()
    return service_urls(admin, passwords, database)


async def _connect(server: URL, database: str) -> Any:
    return await asyncpg.connect(
        host=server.host,
        port=server.port,
        user=server.username,
        password=server.password,
        database=database,
        timeout=10,
    )

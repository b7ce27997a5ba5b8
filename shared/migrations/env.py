"""Alembic's entry: the service's own tables beside the shared ones. Loaded by name, as its migrations are."""

from importlib import import_module

from alembic import context

from shared.migrating import run_migrations

run_migrations(import_module(f"services.{context.config.attributes['service']}.tables").Table.metadata)

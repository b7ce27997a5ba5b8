from services.dashboard.tables import Table
from shared.migrating import run_migrations

run_migrations(Table.metadata)

"""The invented staff the dashboard's tests sign in."""

from uuid import UUID

from services.dashboard.accounts import add_staff
from shared.database import Database
from shared.identity import Role

PASSWORD = "correct horse battery staple"


async def hire(database: Database, name: str = "ana", role: Role = Role.COORDINATOR) -> UUID:
    async with database.transaction() as session:
        return await add_staff(session, name, name.capitalize(), role, PASSWORD)

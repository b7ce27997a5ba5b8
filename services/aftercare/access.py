"""What a request reaches: the service's database and settings, hung on the application by main.py."""

from typing import cast

from fastapi import Request

from services.aftercare.settings import Settings
from shared.database import Database


def store_of(request: Request) -> Database:
    return cast(Database, request.app.state.database)


def settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)

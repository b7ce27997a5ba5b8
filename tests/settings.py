"""The only file of the tests that reads the environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class TestSettings(BaseSettings):
    """REQUIRE_INFRA=1 turns "skipped because something is missing" into a failure; CI sets it."""

    __test__ = False
    model_config = SettingsConfigDict(extra="ignore")

    require_infra: bool = False
    chromium: str = ""
    # A Python with recurring-ical-events in it, which does not go with the newer dateutil we use.
    calendar_reader: str = ""

"""The dashboard's settings; the only file of this service that reads the environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    port: int = 8501

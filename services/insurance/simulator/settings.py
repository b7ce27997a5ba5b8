"""What the built-in clearinghouse can be told from outside. It has no keys and no database."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """THROUGHCARE_HOST, THROUGHCARE_PORT; `simulator_slow_seconds` is how late the slow member's answer
    comes."""

    model_config = SettingsConfigDict(env_prefix="THROUGHCARE_")

    host: str = "127.0.0.1"
    port: int = 8040
    log_level: str = "INFO"
    simulator_slow_seconds: float = 75

"""What the built-in clearinghouse can be told from outside. It has no keys and no database."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """THROUGHCARE_HOST, THROUGHCARE_PORT, THROUGHCARE_SIMULATOR_SEED and so on."""

    model_config = SettingsConfigDict(env_prefix="THROUGHCARE_", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 8040
    log_level: str = "INFO"
    # How late the answers of a slow and of a hanging payer come: after the 20 s aimed at, after any deadline.
    simulator_late_seconds: float = 25
    simulator_slow_seconds: float = 75
    # The same seed makes the same faults and delays for the same inquiries.
    simulator_seed: int = 1
    # What the CORE faces want to be shown; with an empty user they take anybody (for client certificates).
    simulator_user: str = "simulator"
    simulator_password: SecretStr = SecretStr("simulator")
    # What the raw-X12 JSON face wants in Authorization.
    simulator_key: SecretStr = SecretStr("simulator")
    # How often the faces that answer later say "not yet" before they do.
    simulator_polls: int = 1

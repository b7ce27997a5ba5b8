"""Which clearinghouses this centre uses and how it shows itself to them; only here is the environment read.

A secret may come from a file instead (a container's or the service manager's): its name with _FILE added.
"""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.insurance.payers import stedi


class ClearinghouseSettings(BaseSettings):
    """Environment names start with THROUGHCARE_, for example THROUGHCARE_CORE_URL."""

    model_config = SettingsConfigDict(env_prefix="THROUGHCARE_", extra="ignore", hide_input_in_errors=True)

    # In the order of preference, with commas: simulator, core_soap, core_mime, stedi.
    clearinghouses: str = "simulator"
    # The explicit switch for real members: ISA15 becomes P. Refused while the simulator is among them.
    live_payers: bool = False

    clearinghouse_url: str = "http://127.0.0.1:8040"

    core_url: str = ""
    core_user: str = ""
    core_password: SecretStr = SecretStr("")
    core_password_file: Path | None = None
    # Instead of user and password: PEM files, the key without a pass phrase.
    core_certificate: Path | None = None
    core_certificate_key: Path | None = None
    # A gateway with a certificate of its own authority (PEM); otherwise the public ones are trusted.
    core_authority: Path | None = None
    core_sender_id: str = ""
    core_receiver_id: str = ""

    stedi_url: str = stedi.URL
    stedi_key: SecretStr = SecretStr("")
    stedi_key_file: Path | None = None

    @property
    def usage(self) -> str:
        """ISA15: "P" production, "T" test."""
        return "P" if self.live_payers else "T"

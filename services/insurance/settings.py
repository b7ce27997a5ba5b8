"""Everything about insurance that a centre may set, read from the environment here and nowhere else."""

from datetime import timedelta

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment names start with THROUGHCARE_, for example THROUGHCARE_FACILITY_NPI."""

    port: int = 8020
    database_url: str = "sqlite+aiosqlite:///insurance.db"

    # Who asks. The defaults are the built-in clearinghouse's: an example NPI with a valid check digit.
    facility_npi: str = Field(default="1234567893", pattern=r"^\d{10}$")
    facility_tax_id: str = Field(default="990000001", pattern=r"^\d{9}$")
    # Where care is given; a Good Faith Estimate has to say so (45 CFR 149.610(c)).
    facility_address: str = "12 Harbour Road, Los Angeles, CA 90001"
    x12_sender: str = Field(default="HARBOURBRIDGE", pattern=r"^[A-Z0-9]{2,15}$")

    # Operating rules: keep the connection open 60 s, no repeat before 90 s from the original (insurance.md
    # 2.4).
    payer_deadline: timedelta = timedelta(seconds=60)
    resend_after: timedelta = timedelta(seconds=90)
    # What was agreed with payers: questions a minute to one payer, and how many may be out at once.
    payer_rate_per_minute: int = Field(default=60, ge=1, le=6000)
    payer_at_once: int = Field(default=8, ge=1, le=100)
    # 1 is real time; smaller compresses every retry for demonstrations and drills.
    retry_scale: float = Field(default=1.0, gt=0, le=1)

    # An answer older than this is too old to admit on (insurance.md 8.3).
    fresh_for: timedelta = timedelta(hours=24)
    # A phone call to a plan counts only after a second person has looked at it.
    phone_second_check: bool = False
    # Raw X12 is kept, sealed, for disputes with the payer, and then forgotten.
    keep_raw_for: timedelta = timedelta(days=90)

    # Drills only: the named place (shared/fault_points.py) where this process dies.
    die_at: str = ""

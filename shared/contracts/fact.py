"""What every fact is: something that happened to one case, told in ids, codes and times."""

import secrets
import time
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared import clock


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 5.7): 48 bits of Unix milliseconds, then random, so ids sort by age."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


class Fact(BaseModel):
    """A past-tense statement by one service. Never a name, a number of a person or free text.

    `case_seq` counts the facts one producer has said of one case, from 1, without gaps; the outbox
    fills it in. `causation_id` is the fact that was being handled when this one was said.
    Unknown fields are ignored, so a producer may add optional ones without a new version.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    subject: ClassVar[str]
    event_id: UUID = Field(default_factory=new_id)
    occurred_at: AwareDatetime = Field(default_factory=clock.now)
    case_id: UUID
    case_seq: int = 0
    causation_id: UUID | None = None

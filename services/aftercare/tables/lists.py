"""Meetings as lists tell of them, the lists themselves, and each snapshot that was taken or refused."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.aftercare.meetings.normal_form import ListingState, Programme
from services.aftercare.tables.declaring import Document, Table, code
from shared.columns import PUBLIC, UtcDateTime
from shared.contracts.fact import new_id


class Verdict(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"


class FeedFormat(StrEnum):
    """How a list is written. AUTO looks at the bytes."""

    AUTO = "auto"
    MEETING_GUIDE = "meeting_guide"
    BMLT = "bmlt"
    CSV = "csv"
    ICS = "ics"


class Meeting(Table):
    """One listed meeting, or a group of the house (`source` "house", with seats).

    `listing` is its normal form, `unchanged_since` moves with the content hash. `listed`: the last good
    snapshot had it. `unseen` counts the days in a row whose good snapshots lacked it; at nine it is
    withdrawn, and its return is a new offer, not a revival.
    """

    __tablename__ = "meetings"
    # The list's own key makes a second import of the same row the same meeting.
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PUBLIC)
    source: Mapped[str] = mapped_column(String(60), info=PUBLIC)
    source_id: Mapped[str] = mapped_column(String(255), info=PUBLIC)
    programme: Mapped[Programme] = mapped_column(code(Programme), info=PUBLIC)
    name: Mapped[str] = mapped_column(String(255), info=PUBLIC)
    state: Mapped[ListingState] = mapped_column(code(ListingState), info=PUBLIC)
    listing: Mapped[dict[str, Any]] = mapped_column(Document, info=PUBLIC)
    content_hash: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    first_seen: Mapped[date] = mapped_column(Date, info=PUBLIC)
    last_seen: Mapped[date] = mapped_column(Date, info=PUBLIC)
    unchanged_since: Mapped[date] = mapped_column(Date, info=PUBLIC)
    listed: Mapped[bool] = mapped_column(Boolean, default=True, server_default="1", info=PUBLIC)
    unseen: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PUBLIC)
    withdrawn_on: Mapped[date | None] = mapped_column(Date, info=PUBLIC)
    # Staff took it off, whatever its list says: seeing it again brings nothing back.
    taken_off: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0", info=PUBLIC)
    # Two reports of "nobody was there" without a "went" between them; cleared by a change or by staff.
    not_held_reports: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PUBLIC)
    suspect_since: Mapped[date | None] = mapped_column(Date, info=PUBLIC)
    # In-house groups only: how many may come.
    seats: Mapped[int | None] = mapped_column(Integer, info=PUBLIC)


class Feed(Table):
    """A list that is looked at by itself. `location`: an https URL on the allow-list, a file, or a folder."""

    __tablename__ = "feeds"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PUBLIC)
    source: Mapped[str] = mapped_column(String(60), unique=True, info=PUBLIC)
    location: Mapped[str] = mapped_column(String(2000), info=PUBLIC)
    format: Mapped[FeedFormat] = mapped_column(code(FeedFormat), info=PUBLIC)
    timezone: Mapped[str | None] = mapped_column(String(60), info=PUBLIC)
    programme: Mapped[Programme] = mapped_column(code(Programme), info=PUBLIC)
    every_hours: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    enabled: Mapped[bool] = mapped_column(Boolean, info=PUBLIC)
    # HTTP validators, so that an unchanged list costs nobody anything.
    etag: Mapped[str | None] = mapped_column(String(255), info=PUBLIC)
    last_modified: Mapped[str | None] = mapped_column(String(60), info=PUBLIC)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    last_good_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PUBLIC)
    # A code of the last look's failure, null after a good one.
    trouble: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    version: Mapped[int] = mapped_column(Integer, default=1, info=PUBLIC)


class Import(Table):
    """One snapshot of a list: counts and verdict, never the file. Refused ones do not count as a sighting.

    `reason` says why it was refused, or what spoke against it when a director believed it all the same.
    `changes`: the ids of known meetings by what happened to them.
    """

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PUBLIC)
    source: Mapped[str] = mapped_column(String(60), index=True, info=PUBLIC)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PUBLIC)
    sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    verdict: Mapped[Verdict] = mapped_column(code(Verdict), info=PUBLIC)
    reason: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    source_rows: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    rows: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    accepted: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    rejected: Mapped[list[dict[str, Any]]] = mapped_column(Document, info=PUBLIC)
    by_appointment: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    inactive: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    unzoned: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    added: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    changed: Mapped[int] = mapped_column(Integer, info=PUBLIC)
    unseen: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PUBLIC)
    returned: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PUBLIC)
    withdrawn: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=PUBLIC)
    changes: Mapped[dict[str, list[str]]] = mapped_column(
        Document, default=dict, server_default="{}", info=PUBLIC
    )

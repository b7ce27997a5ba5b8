"""What is written to clients, who asked not to be written to, and the links that open their pages."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.aftercare.messages.purposes import Purpose as Purpose
from services.aftercare.tables.declaring import Document, Table, code
from shared.columns import PSEUDONYMOUS, PUBLIC, SEALED, UtcDateTime
from shared.contracts.aftercare import MessageChannel
from shared.contracts.fact import new_id


class MessageState(StrEnum):
    """HELD_BACK is a decision (no consent, stopped, paused, died), FAILED what a provider said for good."""

    WAITING = "waiting"
    # Recorded before it leaves. A crash here means two messages only where twice is harmless.
    SENDING = "sending"
    SENT = "sent"
    HELD_BACK = "held_back"
    FAILED = "failed"


class Message(Table):
    """One message, from the moment it became necessary. Its text is written when it leaves, and kept only
    by the demonstration's tray, sealed."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "case_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    # What makes it necessary, once: the same key twice is one message.
    key: Mapped[str] = mapped_column(String(120), unique=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    purpose: Mapped[Purpose] = mapped_column(code(Purpose), info=PSEUDONYMOUS)
    # The occurrence, enrolment, check-in or concern it speaks of.
    about: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    # Codes and instants the text needs (never a name): {"starts_at": …, "sequence": …, "method": …}.
    details: Mapped[dict[str, str]] = mapped_column(Document, info=PSEUDONYMOUS)
    channel: Mapped[MessageChannel | None] = mapped_column(code(MessageChannel), info=PSEUDONYMOUS)
    state: Mapped[MessageState] = mapped_column(code(MessageState), info=PSEUDONYMOUS)
    reason: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)  # why held back or failed
    # Later than this it makes no sense any more (a reminder after the meeting has begun).
    useless_after: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    # Keyed hash of the address it went to: a STOP that comes back is found by it.
    address_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True, info=PSEUDONYMOUS)
    tries: Mapped[int] = mapped_column(Integer, default=0, info=PUBLIC)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    tray: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)


class Stop(Table):
    """Somebody asked not to be written to: a client for a channel or all, or whoever has an address."""

    __tablename__ = "stops"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    case_id: Mapped[UUID | None] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    address_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True, info=PSEUDONYMOUS)
    # Null: every channel.
    channel: Mapped[MessageChannel | None] = mapped_column(code(MessageChannel), info=PSEUDONYMOUS)
    since: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class PageLink(Table):
    """A link that opens the client's pages once. Kept after use, so that an old one can ask for a new one."""

    __tablename__ = "page_links"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    token_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PSEUDONYMOUS)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class PageSession(Table):
    """A browser that came in by a link. The cookie's keyed hash, never the cookie."""

    __tablename__ = "page_sessions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    cookie_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PSEUDONYMOUS)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)

"""What a client works on: worksheets of the thirteen tools and the four points, private unless shared."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Integer, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.aftercare.tables.declaring import Table, code
from shared.columns import PSEUDONYMOUS, SEALED, UtcDateTime
from shared.contracts.aftercare import PointStage, Tool
from shared.contracts.fact import new_id


class Worksheet(Table):
    """One filled-in tool. Staff see that it exists; its answers only while the client shares it."""

    __tablename__ = "worksheets"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    tool: Mapped[Tool] = mapped_column(code(Tool), info=PSEUDONYMOUS)
    answers: Mapped[bytes] = mapped_column(LargeBinary, info=SEALED)
    shared: Mapped[bool] = mapped_column(Boolean, default=False, info=PSEUDONYMOUS)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    version: Mapped[int] = mapped_column(Integer, default=1, info=PSEUDONYMOUS)


class PointProgress(Table):
    """One step at one of the four points; the rows of a plan are its history, never rewritten."""

    __tablename__ = "point_progress"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, info=PSEUDONYMOUS)
    plan_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    point: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)  # 1-4
    stage: Mapped[PointStage] = mapped_column(code(PointStage), info=PSEUDONYMOUS)
    cycle: Mapped[int] = mapped_column(Integer, info=PSEUDONYMOUS)
    self_rating: Mapped[int | None] = mapped_column(Integer, info=PSEUDONYMOUS)  # 0-10
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)

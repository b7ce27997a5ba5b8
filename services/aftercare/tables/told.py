"""What intake told of a case: its stays and its consents. Kept so that their order is no matter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.aftercare.tables.declaring import Table, code
from shared.columns import PSEUDONYMOUS, UtcDateTime
from shared.contracts.intake import ConsentItem, DischargeType


class Stay(Table):
    """One stay. `told_at` is when the last word about its end was said: an older word changes nothing."""

    __tablename__ = "stays"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    case_id: Mapped[UUID] = mapped_column(Uuid, index=True, info=PSEUDONYMOUS)
    admitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    planned_for: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)
    type: Mapped[DischargeType | None] = mapped_column(code(DischargeType), info=PSEUDONYMOUS)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)


class Consent(Table):
    """The last word on one consent item of a case; `consent_id` null: withdrawn."""

    __tablename__ = "consents"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, info=PSEUDONYMOUS)
    item: Mapped[ConsentItem] = mapped_column(code(ConsentItem), primary_key=True, info=PSEUDONYMOUS)
    consent_id: Mapped[UUID | None] = mapped_column(Uuid, info=PSEUDONYMOUS)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime, info=PSEUDONYMOUS)

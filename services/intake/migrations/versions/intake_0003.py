"""Planned and cancelled discharges; whom a consent to an introduction names."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0003"
down_revision = "intake_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("recipient", sa.LargeBinary(), nullable=True))
    op.add_column("stays", sa.Column("planned_discharge_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stays", sa.Column("discharge_cancelled_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("stays", "discharge_cancelled_at")
    op.drop_column("stays", "planned_discharge_at")
    op.drop_column("consents", "recipient")

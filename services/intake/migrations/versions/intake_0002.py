"""Policy holder, group, levels of care and the planned day of admission."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0002"
down_revision = "intake_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: other tables refer to the cases, so SQLite must not copy them into a new table.
    op.add_column("cases", sa.Column("holder_relationship", sa.String(length=16), nullable=True))
    op.add_column(
        "cases", sa.Column("levels_of_care", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("cases", sa.Column("admission_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("group_number", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("holder_first_name", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("holder_last_name", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("holder_birth_date", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "holder_birth_date")
    op.drop_column("cases", "holder_last_name")
    op.drop_column("cases", "holder_first_name")
    op.drop_column("cases", "group_number")
    op.drop_column("cases", "admission_on")
    op.drop_column("cases", "levels_of_care")
    op.drop_column("cases", "holder_relationship")

"""Which membership a verification was about."""

import sqlalchemy as sa
from alembic import op

revision = "insurance_0003"
down_revision = "insurance_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verifications", sa.Column("membership_index", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("verifications", "membership_index")

"""Who goes to a meeting is counted from an index alone."""

from alembic import op

revision = "aftercare_0003"
down_revision = "aftercare_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_enrolments_meeting_id", "enrolments")
    op.create_index(
        "ix_enrolments_meeting_id_state_case_id", "enrolments", ["meeting_id", "state", "case_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_enrolments_meeting_id_state_case_id", "enrolments")
    op.create_index("ix_enrolments_meeting_id", "enrolments", ["meeting_id"])

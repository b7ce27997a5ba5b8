"""The first tables of insurance."""

import sqlalchemy as sa
from alembic import op

revision = "insurance_0001"
down_revision = None
branch_labels = ("insurance",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_numbers",
        sa.Column("sender", sa.String(length=15), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_control_numbers")),
    )
    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("service_date", sa.Date(), nullable=True),
        sa.Column("trace_number", sa.String(length=50), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True),
        sa.Column("in_flight", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
        sa.UniqueConstraint("in_flight", name=op.f("uq_verifications_in_flight")),
        sa.UniqueConstraint("trace_number", name=op.f("uq_verifications_trace_number")),
    )
    op.create_index(op.f("ix_verifications_case_id"), "verifications", ["case_id"], unique=False)
    op.create_index(op.f("ix_verifications_fingerprint"), "verifications", ["fingerprint"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("trace_number", sa.String(length=50), nullable=False),
        sa.Column("control_number", sa.Integer(), nullable=False),
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("trouble", sa.String(length=24), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("billed", sa.Boolean(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_attempts_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("control_number", name=op.f("uq_attempts_control_number")),
    )
    op.create_index(op.f("ix_attempts_verification_id"), "attempts", ["verification_id"], unique=False)
    op.create_table(
        "benefits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("information", sa.String(length=8), nullable=False),
        sa.Column("coverage_level", sa.String(length=8), nullable=False),
        sa.Column("service_types", sa.JSON(), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("network", sa.String(length=8), nullable=False),
        sa.Column("authorization", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.String(length=24), nullable=True),
        sa.Column("percent", sa.String(length=24), nullable=True),
        sa.Column("quantity_qualifier", sa.String(length=8), nullable=False),
        sa.Column("quantity", sa.String(length=24), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_benefits_attempt_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_benefits_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefits")),
    )
    op.create_index(op.f("ix_benefits_verification_id"), "benefits", ["verification_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_benefits_verification_id"), table_name="benefits")
    op.drop_table("benefits")
    op.drop_index(op.f("ix_attempts_verification_id"), table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_verifications_fingerprint"), table_name="verifications")
    op.drop_index(op.f("ix_verifications_case_id"), table_name="verifications")
    op.drop_table("verifications")
    op.drop_table("control_numbers")

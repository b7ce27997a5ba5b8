"""The first tables of intake."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0001"
down_revision = None
branch_labels = ("intake",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("for_whom", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("coverage", sa.String(length=24), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=True),
        sa.Column("coverage_fresh_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coverage_detail", sa.JSON(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("suspicion", sa.String(length=24), nullable=True),
        sa.Column("voicemail_ok", sa.Boolean(), nullable=False),
        sa.Column("texts_ok", sa.Boolean(), nullable=False),
        sa.Column("say_who_calls_ok", sa.Boolean(), nullable=False),
        sa.Column("identifiers_complete", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owned_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name_to_use", sa.LargeBinary(), nullable=True),
        sa.Column("first_name", sa.LargeBinary(), nullable=True),
        sa.Column("last_name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("payer", sa.LargeBinary(), nullable=True),
        sa.Column("member_id", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("name_birth_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("ehr_patient_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("idempotency_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("submission_index", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("idempotency_index", name=op.f("uq_cases_idempotency_index")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    op.create_index(op.f("ix_cases_ehr_patient_index"), "cases", ["ehr_patient_index"], unique=False)
    op.create_index(op.f("ix_cases_name_birth_index"), "cases", ["name_birth_index"], unique=False)
    op.create_index(op.f("ix_cases_phone_index"), "cases", ["phone_index"], unique=False)
    op.create_index(op.f("ix_cases_stage_received_at"), "cases", ["stage", "received_at"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=16), nullable=False),
        sa.Column("wording_version", sa.Integer(), nullable=False),
        sa.Column("wording_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("signer_capacity", sa.String(length=16), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_consents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_case_id"), "consents", ["case_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contacts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_case_id"), "contacts", ["case_id"], unique=False)
    op.create_table(
        "hl7_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("trigger", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hl7_messages_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hl7_messages")),
        sa.UniqueConstraint("idempotency_index", name=op.f("uq_hl7_messages_idempotency_index")),
    )
    op.create_index(op.f("ix_hl7_messages_outcome"), "hl7_messages", ["outcome"], unique=False)
    op.create_table(
        "stays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_via", sa.String(length=8), nullable=False),
        sa.Column("gates_missing", sa.JSON(), nullable=False),
        sa.Column("override_reason", sa.LargeBinary(), nullable=True),
        sa.Column("discharged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discharged_via", sa.String(length=8), nullable=True),
        sa.Column("discharge_type", sa.String(length=16), nullable=True),
        sa.Column("disposition", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_stays_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
    )
    op.create_index(op.f("ix_stays_case_id"), "stays", ["case_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_disclosures_case_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_disclosures_consent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("request_id", name=op.f("uq_disclosures_request_id")),
    )
    op.create_index(op.f("ix_disclosures_case_id"), "disclosures", ["case_id"], unique=False)
    op.create_table(
        "unmatched_stays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["hl7_messages.id"], name=op.f("fk_unmatched_stays_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmatched_stays")),
        sa.UniqueConstraint("message_id", name=op.f("uq_unmatched_stays_message_id")),
    )


def downgrade() -> None:
    op.drop_table("unmatched_stays")
    op.drop_index(op.f("ix_disclosures_case_id"), table_name="disclosures")
    op.drop_table("disclosures")
    op.drop_index(op.f("ix_stays_case_id"), table_name="stays")
    op.drop_table("stays")
    op.drop_index(op.f("ix_hl7_messages_outcome"), table_name="hl7_messages")
    op.drop_table("hl7_messages")
    op.drop_index(op.f("ix_contacts_case_id"), table_name="contacts")
    op.drop_table("contacts")
    op.drop_index(op.f("ix_consents_case_id"), table_name="consents")
    op.drop_table("consents")
    op.drop_index(op.f("ix_cases_stage_received_at"), table_name="cases")
    op.drop_index(op.f("ix_cases_phone_index"), table_name="cases")
    op.drop_index(op.f("ix_cases_name_birth_index"), table_name="cases")
    op.drop_index(op.f("ix_cases_ehr_patient_index"), table_name="cases")
    op.drop_table("cases")

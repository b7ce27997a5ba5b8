"""A verification asks several questions; phone calls, estimates, changes, payers and rates have tables.

The three old tables are copied aside and made anew: SQLite can neither drop a unique column nor replace a
table that others refer to.
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "insurance_0002"
down_revision = "insurance_0001"
branch_labels = None
depends_on = None

KEPT = ("benefits", "attempts", "verifications")  # children first

VERIFICATIONS = """
insert into verifications (
    id, case_id, consent_id, cause, state, reason, fields, payer_code, service_date,
    levels_of_care, requested_at, answered_at, fresh_until)
select id, case_id, consent_id, 'requested', state, reason, fields, payer_code, service_date,
    '[]', requested_at, answered_at, fresh_until
from old_verifications
"""
# The plan's question has the verification's id, so attempts and benefits find it without a look-up.
QUESTIONS = """
insert into questions (
    id, verification_id, case_id, purpose, payer_code, service_types, variation, state, failures,
    named_waits, next_attempt_at, has_slot, fingerprint, in_flight, answered_at)
select id, id, case_id, 'plan', payer_code, '["30"]', 0,
    case state
        when 'requested' then 'waiting'
        when 'querying' then 'asking'
        when 'payer_unavailable' then 'unavailable'
        when 'verified_active' then 'answered'
        when 'verified_inactive' then 'answered'
        when 'needs_correction' then 'refused'
        when 'manual_review' then 'unclear'
        else 'dropped' end,
    failures, 0, next_attempt_at, false, fingerprint, in_flight, answered_at
from old_verifications
"""
ATTEMPTS = """
insert into attempts (
    id, question_id, verification_id, case_id, payer_code, trace_number, control_number, adapter,
    started_at, ended_at, result, trouble, http_status, billed, request, response)
select a.id, a.verification_id, a.verification_id, a.case_id, v.payer_code, a.trace_number,
    a.control_number, a.adapter, a.started_at, a.ended_at, a.result, a.trouble, a.http_status, a.billed,
    a.request, a.response
from old_attempts a join old_verifications v on v.id = a.verification_id
"""
BENEFITS = """
insert into benefits (
    id, verification_id, question_id, case_id, position, information, coverage_level, service_types,
    period, network, "authorization", scope, amount, percent, quantity_qualifier, quantity, details)
select id, verification_id, verification_id, case_id, position, information, coverage_level,
    service_types, period, network, "authorization", scope, amount, percent, quantity_qualifier, quantity,
    details
from old_benefits
"""
# One sequence for all senders from now on.
CONTROL_NUMBERS = """
insert into control_numbers (sender, last) select 'EVERY', max(last) from control_numbers having max(last) > 0
"""
# The answer of a question is what its last answered attempt brought.
ANSWERED_BY = """
update questions set answered_by = (
    select a.id from attempts a where a.question_id = questions.id and a.result = 'answered'
    order by a.started_at desc limit 1)
where state in ('answered', 'unclear', 'refused')
"""


def upgrade() -> None:
    for name in KEPT:
        op.execute(f"create table old_{name} as select * from {name}")  # noqa: S608 - our own names
        op.drop_table(name)
    _verifications()
    _questions()
    _attempts()
    _benefits()
    for statement in (VERIFICATIONS, QUESTIONS, ATTEMPTS, BENEFITS, ANSWERED_BY, CONTROL_NUMBERS):
        op.execute(statement)
    for name in KEPT:
        op.drop_table(f"old_{name}")
    _desk()
    _payers()
    _plan_what_older_versions_did_not()


def downgrade() -> None:
    raise NotImplementedError(
        "Restore the backup made before the upgrade: what came since has no older form."
    )


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("forced", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("service_date", sa.Date(), nullable=True),
        sa.Column("levels_of_care", sa.JSON(), nullable=False),
        sa.Column("admission_on", sa.Date(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(op.f("ix_verifications_case_id"), "verifications", ["case_id"], unique=False)


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("service_types", sa.JSON(), nullable=False),
        sa.Column("variation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("named_waits", sa.Integer(), nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_slot", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True),
        sa.Column("in_flight", sa.LargeBinary(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("particulars", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_questions_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("in_flight", name=op.f("uq_questions_in_flight")),
    )
    op.create_index(op.f("ix_questions_fingerprint"), "questions", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_questions_verification_id"), "questions", ["verification_id"], unique=False)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("trace_number", sa.String(length=50), nullable=False),
        sa.Column("control_number", sa.Integer(), nullable=False),
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("trouble", sa.String(length=24), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("billed", sa.Boolean(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_attempts_question_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_attempts_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("control_number", name=op.f("uq_attempts_control_number")),
    )
    op.create_index(op.f("ix_attempts_verification_id"), "attempts", ["verification_id"], unique=False)
    op.create_index(op.f("ix_attempts_question_id"), "attempts", ["question_id"], unique=False)
    op.create_index(
        op.f("ix_attempts_payer_code_started_at"), "attempts", ["payer_code", "started_at"], unique=False
    )


def _benefits() -> None:
    op.create_table(
        "benefits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
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
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_benefits_question_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_benefits_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefits")),
    )
    op.create_index(op.f("ix_benefits_verification_id"), "benefits", ["verification_id"], unique=False)


def _desk() -> None:
    op.create_table(
        "phone_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_phone_tasks_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_tasks")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_phone_tasks_verification_id")),
    )
    op.create_index(op.f("ix_phone_tasks_case_id"), "phone_tasks", ["case_id"], unique=False)
    op.create_index(op.f("ix_phone_tasks_state_due_at"), "phone_tasks", ["state", "due_at"], unique=False)
    op.create_table(
        "phone_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["phone_tasks.id"], name=op.f("fk_phone_calls_task_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_phone_calls_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_calls")),
    )
    op.create_index(op.f("ix_phone_calls_task_id"), "phone_calls", ["task_id"], unique=False)
    op.create_index(op.f("ix_phone_calls_verification_id"), "phone_calls", ["verification_id"], unique=False)
    op.create_table(
        "estimates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=True),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("ruleset", sa.String(length=12), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=True),
        sa.Column("low", sa.String(length=24), nullable=False),
        sa.Column("likely", sa.String(length=24), nullable=False),
        sa.Column("high", sa.String(length=24), nullable=False),
        sa.Column("actual", sa.String(length=24), nullable=True),
        sa.Column("actual_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_estimates_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimates")),
    )
    op.create_index(op.f("ix_estimates_case_id"), "estimates", ["case_id"], unique=False)
    op.create_table(
        "changes",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["previous_id"], ["verifications.id"], name=op.f("fk_changes_previous_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("fk_changes_verification_id")
        ),
        sa.PrimaryKeyConstraint("verification_id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_case_id"), "changes", ["case_id"], unique=False)
    op.create_table(
        "clients_in_care",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_clients_in_care")),
    )


def _payers() -> None:
    op.create_table(
        "payers",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.Column("behavioural_phone", sa.String(length=24), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("carve_out_to", sa.String(length=40), nullable=True),
        sa.Column("multi_stc", sa.Boolean(), nullable=False),
        sa.Column("medicaid", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_payers")),
    )
    op.create_table(
        "payer_health",
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("payer_code", sa.String(length=40), nullable=False),
        sa.Column("recent_failures", sa.JSON(), nullable=False),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("adapter", "payer_code", name=op.f("pk_payer_health")),
    )
    op.create_table(
        "rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payer_code", sa.String(length=40), nullable=False),
        sa.Column("network", sa.String(length=8), nullable=False),
        sa.Column("level_of_care", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("billing_code", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates")),
    )
    op.create_index(
        op.f("ix_rates_payer_code_level_of_care"), "rates", ["payer_code", "level_of_care"], unique=False
    )


def _plan_what_older_versions_did_not() -> None:
    """Answers that hold get the job that ends them; verifications with a person get a phone task."""
    now = datetime.now(UTC)
    verifications = sa.table(
        "verifications",
        *(sa.column(name, sa.Uuid()) for name in ("id", "case_id")),
        sa.column("state", sa.String()),
        sa.column("fresh_until", sa.DateTime(timezone=True)),
    )
    rows = op.get_bind().execute(sa.select(verifications)).all()
    jobs = sa.table(
        "jobs",
        *(sa.column(name, sa.Uuid()) for name in ("id", "subject_id")),
        *(sa.column(name, sa.String()) for name in ("kind", "key")),
        sa.column("due_at", sa.DateTime(timezone=True)),
        sa.column("attempts", sa.Integer()),
    )
    for row in rows:
        if row.state == "verified_active":
            job = {"kind": "expire_coverage", "key": f"expire_coverage:{row.id}:upgrade", "attempts": 0}
            due = {"id": uuid4(), "subject_id": row.id, "due_at": row.fresh_until or now}
            op.execute(sa.insert(jobs).values(**job, **due))
        elif row.state == "manual_review":
            tasks = sa.table(
                "phone_tasks",
                *(sa.column(name, sa.Uuid()) for name in ("id", "verification_id", "case_id")),
                *(sa.column(name, sa.String()) for name in ("reason", "state")),
                *(sa.column(name, sa.DateTime(timezone=True)) for name in ("opened_at", "due_at")),
            )
            task = {"id": uuid4(), "verification_id": row.id, "case_id": row.case_id}
            words = {"reason": "manual_review", "state": "open", "opened_at": now, "due_at": now}
            op.execute(sa.insert(tasks).values(**task, **words))

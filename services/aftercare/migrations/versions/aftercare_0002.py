"""Dates, attendance, follow-ups, messages, the client's own pages and worksheets; lists watched over time.

A plan there is already was left at its discharge, and its link goes on as the calendar's address.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "aftercare_0002"
down_revision = "aftercare_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempts_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.Column("helpfulness", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("occurrence_id", name=op.f("pk_attendances")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendances_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "instrument",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("items", sa.LargeBinary(), nullable=True),
        sa.Column("scores", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
        sa.UniqueConstraint(
            "plan_id", "instrument", "due_on", name=op.f("uq_check_ins_plan_id_instrument_due_on")
        ),
    )
    op.create_table(
        "clinical_visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinical_visits")),
    )
    with op.batch_alter_table("clinical_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clinical_visits_case_id"), ["case_id"], unique=False)

    op.create_table(
        "concerns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint("plan_id", "key", name=op.f("uq_concerns_plan_id_key")),
    )
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concerns_case_id"), ["case_id"], unique=False)

    op.create_table(
        "feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("location", sa.String(length=2000), nullable=False),
        sa.Column(
            "format",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("timezone", sa.String(length=60), nullable=True),
        sa.Column(
            "programme",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.String(length=255), nullable=True),
        sa.Column("last_modified", sa.String(length=60), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_good_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("source", name=op.f("uq_feeds_source")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("due_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.String(length=24),
            nullable=True,
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("plan_id", "key", name=op.f("uq_follow_ups_plan_id_key")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_ups_state_due_by"), ["state", "due_by"], unique=False)

    op.create_table(
        "introductions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_introductions_enrolment_id")),
    )
    with op.batch_alter_table("introductions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_introductions_consent_id"), ["consent_id"], unique=False)

    op.create_table(
        "kept_apart",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_case_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "other_case_id", name=op.f("pk_kept_apart")),
    )
    with op.batch_alter_table("kept_apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_apart_other_case_id"), ["other_case_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.String(length=24),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("useless_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tray", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_address_index"), ["address_index"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_messages_case_id_created_at"), ["case_id", "created_at"], unique=False
        )

    op.create_table(
        "occurrences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("original_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubtful", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint(
            "enrolment_id", "original_start", name=op.f("uq_occurrences_enrolment_id_original_start")
        ),
    )
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_occurrences_plan_id_starts_at"), ["plan_id", "starts_at"], unique=False
        )

    op.create_table(
        "page_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_links")),
        sa.UniqueConstraint("token_index", name=op.f("uq_page_links_token_index")),
    )
    with op.batch_alter_table("page_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_links_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_page_links_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "page_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("cookie_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_sessions")),
        sa.UniqueConstraint("cookie_index", name=op.f("uq_page_sessions_cookie_index")),
    )
    with op.batch_alter_table("page_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_sessions_case_id"), ["case_id"], unique=False)

    op.create_table(
        "point_progress",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("self_rating", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_progress")),
    )
    with op.batch_alter_table("point_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_point_progress_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_point_progress_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("address_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column(
            "channel",
            sa.String(length=24),
            nullable=True,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
    )
    with op.batch_alter_table("stops", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stops_address_index"), ["address_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_stops_case_id"), ["case_id"], unique=False)

    op.create_table(
        "worksheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tool",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worksheets")),
    )
    with op.batch_alter_table("worksheets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worksheets_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_worksheets_plan_id"), ["plan_id"], unique=False)

    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fall_back", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("instead_of", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unseen", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("returned", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("withdrawn", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column(
                "changes",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default="{}",
                nullable=False,
            )
        )

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listed", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("unseen", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("taken_off", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("not_held_reports", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("suspect_since", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("seats", sa.Integer(), nullable=True))

    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("held", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column(
                "tier",
                sa.String(length=24),
                server_default="standard",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "pause_reason",
                sa.String(length=24),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_attended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("counted_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("missed_in_a_row", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("risks", sa.LargeBinary(), nullable=True))

    op.create_table(
        "stays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("type", sa.String(length=24), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
    )
    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stays_case_id"), ["case_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=24), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "item", name=op.f("pk_consents")),
    )

    # What intake told before this version, as far as the plans know it.
    op.execute(
        "insert into stays (id, case_id, left_at, type, told_at)"
        " select stay_id, case_id, discharged_at, disposition, discharged_at from plans"
    )
    op.execute(
        "insert into consents (case_id, item, consent_id, told_at)"
        " select p.case_id, 'aftercare', p.consent_id, coalesce(p.consent_revoked_at, p.discharged_at)"
        " from plans p where (p.consent_id is not null or p.consent_revoked_at is not null)"
        " and not exists (select 1 from plans q where q.case_id = p.case_id"
        " and (q.discharged_at > p.discharged_at or (q.discharged_at = p.discharged_at and q.id > p.id))"
        " and (q.consent_id is not null or q.consent_revoked_at is not null))"
    )
    op.execute("update plans set left_at = discharged_at")
    op.execute("update plans set held = true where disposition = 'transferred'")
    op.execute("update plans set activated_at = chosen_at where state = 'active'")
    _begin_watch()


def _begin_watch() -> None:
    """The first daily watch finds the plans that run, and gives them dates and a follow-up.

    Without any plan there is none to look after, nor, on a new database, a table of jobs yet.
    """
    if op.get_bind().scalar(sa.text("select 1 from plans limit 1")) is None:
        return
    jobs = sa.table(
        "jobs",
        sa.column("id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("subject_id", sa.Uuid()),
        sa.column("key", sa.String()),
        sa.column("due_at", sa.DateTime(timezone=True)),
        sa.column("attempts", sa.Integer()),
    )
    row = {
        "id": uuid4(),
        "kind": "watch_plans",
        "subject_id": UUID(int=0),
        "key": "watch_plans:first",
        "due_at": datetime(2026, 1, 1, tzinfo=UTC),  # long due
        "attempts": 0,
    }
    op.bulk_insert(jobs, [row])


def downgrade() -> None:
    # The older code knows four states of each, and no watch. A plan that rests is offered; going on is a yes.
    if sa.inspect(op.get_bind()).has_table("jobs"):
        op.execute("delete from jobs where kind = 'watch_plans'")
    op.execute("update plans set state = 'offered' where state in ('paused', 'lost_contact')")
    over = "('completed', 'ended_by_client', 'superseded')"
    op.execute(f"update plans set state = 'closed' where state in {over}")  # noqa: S608  (our own words)
    op.execute("update enrolments set state = 'active' where state = 'suspended'")
    op.execute("update enrolments set state = 'suggested' where state in ('accepted', 'waiting')")
    op.execute("update enrolments set state = 'ended' where state = 'replaced'")
    op.drop_table("consents")
    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stays_case_id"))

    op.drop_table("stays")
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.drop_column("risks")
        batch_op.drop_column("rung")
        batch_op.drop_column("missed_in_a_row")
        batch_op.drop_column("counted_since")
        batch_op.drop_column("last_attended_at")
        batch_op.drop_column("last_contact_at")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("pause_reason")
        batch_op.drop_column("activated_at")
        batch_op.drop_column("tier")
        batch_op.drop_column("held")
        batch_op.drop_column("left_at")

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_column("seats")
        batch_op.drop_column("suspect_since")
        batch_op.drop_column("not_held_reports")
        batch_op.drop_column("taken_off")
        batch_op.drop_column("withdrawn_on")
        batch_op.drop_column("unseen")
        batch_op.drop_column("listed")

    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_column("changes")
        batch_op.drop_column("withdrawn")
        batch_op.drop_column("returned")
        batch_op.drop_column("unseen")

    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_column("held_until")
        batch_op.drop_column("waiting_since")
        batch_op.drop_column("instead_of")
        batch_op.drop_column("fall_back")

    with op.batch_alter_table("worksheets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_worksheets_plan_id"))
        batch_op.drop_index(batch_op.f("ix_worksheets_case_id"))

    op.drop_table("worksheets")
    with op.batch_alter_table("stops", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stops_case_id"))
        batch_op.drop_index(batch_op.f("ix_stops_address_index"))

    op.drop_table("stops")
    with op.batch_alter_table("point_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_point_progress_plan_id"))
        batch_op.drop_index(batch_op.f("ix_point_progress_case_id"))

    op.drop_table("point_progress")
    with op.batch_alter_table("page_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_sessions_case_id"))

    op.drop_table("page_sessions")
    with op.batch_alter_table("page_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_links_plan_id"))
        batch_op.drop_index(batch_op.f("ix_page_links_case_id"))

    op.drop_table("page_links")
    with op.batch_alter_table("occurrences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_occurrences_plan_id_starts_at"))

    op.drop_table("occurrences")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_case_id_created_at"))
        batch_op.drop_index(batch_op.f("ix_messages_address_index"))

    op.drop_table("messages")
    with op.batch_alter_table("kept_apart", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_apart_other_case_id"))

    op.drop_table("kept_apart")
    with op.batch_alter_table("introductions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_introductions_consent_id"))

    op.drop_table("introductions")
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_ups_state_due_by"))

    op.drop_table("follow_ups")
    op.drop_table("feeds")
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_concerns_case_id"))

    op.drop_table("concerns")
    with op.batch_alter_table("clinical_visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clinical_visits_case_id"))

    op.drop_table("clinical_visits")
    op.drop_table("check_ins")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendances_plan_id"))

    op.drop_table("attendances")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_plan_id"))
        batch_op.drop_index(batch_op.f("ix_attempts_follow_up_id"))

    op.drop_table("attempts")

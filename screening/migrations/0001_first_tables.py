"""first tables

Revision ID: 0001_interviews
Revises:
Create Date: 2026-11-24 13:51:57.943051

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

import screening.models.base
from screening.models.search import DROP_INDEX, MAKE_INDEX


# revision identifiers, used by Alembic.
revision: str = "0001_pipelines"
down_revision: Union[str, Sequence[str], None] = None
branch_labels: Union[str, Sequence[str], None] = ("default",)
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("previous_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("previous_digest", name=op.f("uq_audit_entry_previous_digest")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "failed",
                "stopped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_normalised", sa.String(length=254), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_normalised", name=op.f("uq_person_email_normalised")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "interviewer",
                "recruiter",
                "hiring_manager",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("session_key", sa.String(length=64), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("theme", sa.String(length=8), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("feed_key", sa.String(length=64), nullable=True),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("feed_key", name=op.f("uq_user_feed_key")),
    )
    op.create_table(
        "source_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("imported_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["imported_by"], ["user.id"], name=op.f("fk_source_document_imported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_document")),
        sa.UniqueConstraint("sha256", name=op.f("uq_source_document_sha256")),
    )
    op.create_table(
        "undo_step",
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("expires_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_undo_step_actor_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_undo_step")),
    )
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=False),
        sa.Column("last_line", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("track", sa.String(length=80), nullable=True),
        sa.Column("locations", sa.JSON(), nullable=False),
        sa.Column("degree_floor", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "closed", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("openings", sa.Integer(), nullable=True),
        sa.Column("second_look", sa.Boolean(), nullable=False),
        sa.Column("asks_voluntary", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("stage_seconds", sa.Integer(), nullable=True),
        sa.Column("closes_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'open' OR title IS NOT NULL", name=op.f("ck_posting_open_has_title")),
        sa.ForeignKeyConstraint(["document_id"], ["source_document.id"], name=op.f("fk_posting_document_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_posting_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("slug", name=op.f("uq_posting_slug")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_state", ["state"], unique=False)

    op.create_table(
        "posting_member",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_member_posting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_posting_member_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("posting_id", "user_id", name=op.f("pk_posting_member")),
    )
    with op.batch_alter_table("posting_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "rubric_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "published", "superseded", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_rubric_version_published_has_time")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_rubric_version_created_by")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_rubric_version_posting_id")),
        sa.ForeignKeyConstraint(["published_by"], ["user.id"], name=op.f("fk_rubric_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_version")),
        sa.UniqueConstraint("posting_id", "number", name=op.f("uq_rubric_version_posting_id_number")),
    )
    with op.batch_alter_table("rubric_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rubric_version_posting_id"), ["posting_id"], unique=False)
        batch_op.create_index(
            "uq_rubric_version_one_draft",
            ["posting_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.create_index(
            "uq_rubric_version_one_published",
            ["posting_id"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "stage_count",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_stage_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_stage_count_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "stage", name=op.f("pk_stage_count")),
    )
    op.create_table(
        "form_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("question_set", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_form_version_posting_id")),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_form_version_rubric_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint(
            "rubric_version_id", "question_set", name=op.f("uq_form_version_rubric_version_id_question_set")
        ),
    )
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_version_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "question_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "published", "superseded", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_question_set_published_has_time")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name=op.f("fk_question_set_changed_by")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_question_set_posting_id")),
        sa.ForeignKeyConstraint(["published_by"], ["user.id"], name=op.f("fk_question_set_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_set")),
        sa.UniqueConstraint("posting_id", "number", name=op.f("uq_question_set_posting_id_number")),
    )
    with op.batch_alter_table("question_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_set_posting_id"), ["posting_id"], unique=False)
        batch_op.create_index(
            "uq_question_set_one_draft",
            ["posting_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.create_index(
            "uq_question_set_one_published",
            ["posting_id"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "rubric_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("change", sa.String(length=200), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_rubric_revision_actor_id")),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"],
            ["rubric_version.id"],
            name=op.f("fk_rubric_revision_rubric_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_revision")),
        sa.UniqueConstraint(
            "rubric_version_id", "revision", name=op.f("uq_rubric_revision_rubric_version_id_revision")
        ),
    )
    op.create_table(
        "settled_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=False),
        sa.Column("settled_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"],
            ["rubric_version.id"],
            name=op.f("fk_settled_finding_rubric_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["user.id"], name=op.f("fk_settled_finding_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_finding")),
        sa.UniqueConstraint("rubric_version_id", "finding", name=op.f("uq_settled_finding_rubric_version_id_finding")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("referrer", sa.String(length=120), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_referral_made_by_id")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_referral_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("code", name=op.f("uq_referral_code")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=160), nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=True),
        sa.Column("preference", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("headline", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("heard", sa.String(length=120), nullable=True),
        sa.Column("prescore_refused", sa.Boolean(), nullable=False),
        sa.Column("contact_later", sa.Boolean(), nullable=False),
        sa.Column("consent_version", sa.String(length=16), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("rank_score", sa.Double(), nullable=False),
        sa.Column("gates", sa.String(length=8), nullable=True),
        sa.Column("prescore_id", sa.Integer(), nullable=True),
        sa.Column("standing", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("verdicts", sa.String(length=200), nullable=True),
        sa.Column("cities", sa.String(length=300), nullable=False),
        sa.Column("submitted_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("erased_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("additions", sa.Integer(), nullable=False),
        sa.Column("is_judged", sa.Boolean(), nullable=False),
        sa.CheckConstraint("preference >= 1", name=op.f("ck_application_preference_from_one")),
        sa.CheckConstraint("rank_score >= -1 AND rank_score <= 1", name=op.f("ck_application_rank_score_range")),
        sa.ForeignKeyConstraint(["form_version_id"], ["form_version.id"], name=op.f("fk_application_form_version_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_application_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_application_posting_id")),
        sa.ForeignKeyConstraint(
            ["prescore_id"], ["prescore.id"], name=op.f("fk_application_prescore_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_application_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_application_idempotency_key")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(
            "ix_application_batch",
            ["batch"],
            unique=False,
            sqlite_where=sa.text("batch IS NOT NULL"),
            postgresql_where=sa.text("batch IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_application_referral_id",
            ["referral_id"],
            unique=False,
            sqlite_where=sa.text("referral_id IS NOT NULL"),
            postgresql_where=sa.text("referral_id IS NOT NULL"),
        )
        batch_op.create_index("ix_application_person_posting", ["person_id", "posting_id"], unique=False)
        batch_op.create_index(
            "uq_application_live",
            ["person_id", "posting_id"],
            unique=True,
            sqlite_where=sa.text("stage <> 'rejected' AND stage <> 'withdrawn'"),
            postgresql_where=sa.text("stage <> 'rejected' AND stage <> 'withdrawn'"),
        )
        batch_op.create_index(
            "ix_application_posting_stage_rank",
            [
                "posting_id",
                "stage",
                "rank_score",
                "id",
                "gates",
                "verdicts",
                "cities",
                "source",
                "owner_id",
                "stage_since",
                "submitted_at",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_application_owner_id",
            ["owner_id", "stage", "stage_since"],
            unique=False,
            sqlite_where=sa.text("owner_id IS NOT NULL"),
            postgresql_where=sa.text("owner_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_application_posting_stage_since", ["posting_id", "stage", "stage_since", "id"], unique=False
        )
        batch_op.create_index(
            "ix_application_judged",
            ["stage", "stage_since", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'interview' AND is_judged = 1"),
            postgresql_where=sa.text("stage = 'interview' AND is_judged"),
        )
        batch_op.create_index(
            "ix_application_at_debrief",
            ["stage", "stage_since", "id"],
            unique=False,
            sqlite_where=sa.text("stage = 'debrief'"),
            postgresql_where=sa.text("stage = 'debrief'"),
        )
        batch_op.create_index("ix_application_posting_submitted_at", ["posting_id", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_application_consent_version", ["consent_version", "id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_answer_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("application_id", "field", name=op.f("uq_answer_application_id_field")),
    )
    op.create_table(
        "application_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_note_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_application_note_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_note")),
    )
    with op.batch_alter_table("application_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_note_application_id"), ["application_id"], unique=False)

    op.create_table(
        "changed_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("criterion_key", sa.String(length=120), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('met', 'partly', 'not_shown', 'contradicted', 'for_interview')",
            name=op.f("ck_changed_verdict_verdict_known"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_changed_verdict_actor_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_changed_verdict_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_verdict")),
    )
    with op.batch_alter_table("changed_verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changed_verdict_application_id"), ["application_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "advance",
                "reject",
                "offer",
                "hire",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("from_stage", sa.String(length=16), nullable=False),
        sa.Column("to_stage", sa.String(length=16), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("tell_candidate", sa.Boolean(), nullable=False),
        sa.Column("afterwards", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("second_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("second_agrees", sa.Boolean(), nullable=True),
        sa.Column("second_note", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome <> 'reject' OR note <> ''", name=op.f("ck_decision_reject_has_note")),
        sa.CheckConstraint("missing >= 0", name=op.f("ck_decision_missing_not_negative")),
        sa.CheckConstraint(
            "NOT needs_second OR (outcome = 'reject' AND note <> '')",
            name=op.f("ck_decision_second_of_reject_with_note"),
        ),
        sa.CheckConstraint("second_id IS NULL OR needs_second", name=op.f("ck_decision_second_is_needed")),
        sa.CheckConstraint("second_id <> actor_id", name=op.f("ck_decision_second_is_another")),
        sa.CheckConstraint(
            "(second_id IS NULL) = (second_at IS NULL) AND (second_id IS NULL) = (second_agrees IS NULL)",
            name=op.f("ck_decision_second_is_whole"),
        ),
        sa.CheckConstraint(
            "second_agrees OR second_agrees IS NULL OR second_note <> ''",
            name=op.f("ck_decision_disagreement_has_note"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_decision_actor_id")),
        sa.ForeignKeyConstraint(["second_id"], ["user.id"], name=op.f("fk_decision_second_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name=op.f("fk_decision_undone_by")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_decision_one_waiting",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("needs_second = 1 AND second_id IS NULL AND undone_at IS NULL"),
            postgresql_where=sa.text("needs_second AND second_id IS NULL AND undone_at IS NULL"),
        )

    op.create_table(
        "interviewer_pool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interviewer_pool")),
        sa.UniqueConstraint("name", name=op.f("uq_interviewer_pool_name")),
    )
    op.create_table(
        "pool_member",
        sa.Column("pool_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["interviewer_pool.id"], name=op.f("fk_pool_member_pool_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_pool_member_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pool_id", "user_id", name=op.f("pk_pool_member")),
    )
    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "interview_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "resume_review",
                "phone",
                "technical",
                "panel",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("focus", sa.JSON(), nullable=False),
        sa.Column("pool_id", sa.Integer(), nullable=True),
        sa.Column("due_hours", sa.Integer(), nullable=False),
        sa.Column("retired_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minutes > 0 AND minutes <= 480", name=op.f("ck_interview_round_minutes_range")),
        sa.CheckConstraint("seats > 0 AND seats <= 12", name=op.f("ck_interview_round_seats_range")),
        sa.CheckConstraint("due_hours > 0 AND due_hours <= 720", name=op.f("ck_interview_round_due_hours_range")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_interview_round_posting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["interviewer_pool.id"], name=op.f("fk_interview_round_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_round")),
    )
    with op.batch_alter_table("interview_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_round_pool_id"), ["pool_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_round_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "round_interviewer",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["interview_round.id"], name=op.f("fk_round_interviewer_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_round_interviewer_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "user_id", name=op.f("pk_round_interviewer")),
    )
    with op.batch_alter_table("round_interviewer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_interviewer_user_id"), ["user_id"], unique=False)

    op.create_table(
        "interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.String(length=80), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "resume_review",
                "phone",
                "technical",
                "panel",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("ends_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("focus", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0 AND minutes <= 480", name=op.f("ck_interview_minutes_range")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_interview_ends_after_start")),
        sa.CheckConstraint("due_at >= ends_at", name=op.f("ck_interview_due_after_end")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_interview_sequence_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_interview_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_interview_created_by")),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_interview_rubric_version_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["interview_round.id"], name=op.f("fk_interview_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sa.UniqueConstraint("uid", name=op.f("uq_interview_uid")),
    )
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_round_id"), ["round_id"], unique=False)
        batch_op.create_index("ix_interview_starts_at", ["starts_at"], unique=False)
        batch_op.create_index("ix_interview_ends_at", ["ends_at"], unique=False)
        batch_op.create_index("ix_interview_due_at", ["due_at"], unique=False)

    op.create_table(
        "prescore",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=False),
        sa.Column("lexicon_version", sa.String(length=40), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_prescore_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_prescore_rubric_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescore")),
        sa.UniqueConstraint(
            "application_id",
            "rubric_version_id",
            "engine_version",
            "lexicon_version",
            "input_sha256",
            name="uq_prescore_run",
        ),
    )
    with op.batch_alter_table("prescore", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prescore_application_id"), ["application_id"], unique=False)

    op.create_table(
        "fit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=False),
        sa.Column("requirement", sa.Double(), nullable=True),
        sa.Column("gates", sa.String(length=8), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_fit_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_fit_rubric_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fit")),
        sa.UniqueConstraint(
            "application_id",
            "rubric_version_id",
            "engine_version",
            name=op.f("uq_fit_application_id_rubric_version_id_engine_version"),
        ),
    )
    op.create_table(
        "prescore_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_prescore_failure_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_prescore_failure_rubric_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescore_failure")),
        sa.UniqueConstraint(
            "application_id",
            "rubric_version_id",
            "engine_version",
            name=op.f("uq_prescore_failure_application_id_rubric_version_id_engine_version"),
        ),
    )
    op.create_table(
        "resume_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=False),
        sa.Column(
            "text_state",
            sa.Enum(
                "waiting", "read", "failed", name="text_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("hidden", sa.JSON(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=True),
        sa.Column("uploaded_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_resume_file_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume_file")),
    )
    with op.batch_alter_table("resume_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resume_file_storage_key"), ["storage_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_resume_file_application_id"), ["application_id"], unique=False)

    op.create_table(
        "stage_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="from_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="to_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_stage_move_actor_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_stage_move_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["undoes"], ["stage_move.id"], name=op.f("fk_stage_move_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_move")),
    )
    with op.batch_alter_table("stage_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_move_application_id"), ["application_id"], unique=False)

    op.create_table(
        "panelist",
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("abstained_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "abstain_kind",
            sa.Enum(
                "knows",
                "worked_together",
                "interest",
                "absent",
                "other",
                name="abstain_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("abstain_reason", sa.String(length=300), nullable=True),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(abstained_at IS NULL) = (abstain_kind IS NULL) AND (abstained_at IS NULL) = (abstain_reason IS NULL)",
            name=op.f("ck_panelist_abstain_is_whole"),
        ),
        sa.CheckConstraint("abstain_kind <> 'other' OR abstain_reason <> ''", name=op.f("ck_panelist_other_has_words")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_panelist_interview_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_panelist_user_id")),
        sa.PrimaryKeyConstraint("interview_id", "user_id", name=op.f("pk_panelist")),
    )
    with op.batch_alter_table("panelist", schema=None) as batch_op:
        batch_op.create_index("ix_panelist_user_settled", ["user_id", "is_settled"], unique=False)

    op.create_table(
        "evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "recommendation",
            sa.Enum(
                "strong_yes",
                "yes",
                "no",
                "strong_no",
                name="recommendation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("private_note", sa.Text(), nullable=False),
        sa.Column("amendment_reason", sa.String(length=300), nullable=True),
        sa.Column("submitted_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "version = 1 OR amendment_reason IS NOT NULL", name=op.f("ck_evaluation_amendment_has_reason")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_evaluation_interview_id"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_evaluation_version_positive")),
        sa.CheckConstraint("summary <> ''", name=op.f("ck_evaluation_recommendation_has_words")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_evaluation_user_id")),
        sa.ForeignKeyConstraint(
            ["interview_id", "user_id"],
            ["panelist.interview_id", "panelist.user_id"],
            name=op.f("fk_evaluation_interview_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint(
            "interview_id", "user_id", "version", name=op.f("uq_evaluation_interview_id_user_id_version")
        ),
    )
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.create_index("ix_evaluation_user_submitted_at", ["user_id", "submitted_at"], unique=False)

    op.create_table(
        "scorecard_draft",
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_scorecard_draft_interview_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_scorecard_draft_user_id")),
        sa.PrimaryKeyConstraint("interview_id", "user_id", name=op.f("pk_scorecard_draft")),
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("criterion_key", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("value IS NULL OR value BETWEEN 1 AND 4", name=op.f("ck_rating_value_range")),
        sa.CheckConstraint(
            "value IS NULL OR value BETWEEN 2 AND 3 OR note <> ''", name=op.f("ck_rating_words_for_extremes")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_rating_evaluation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("evaluation_id", "criterion", name=op.f("uq_rating_evaluation_id_criterion")),
    )
    op.create_table(
        "rubric_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("base_version_id", sa.Integer(), nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("running", "done", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("newest_application_id", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        sa.Column("newest_verdict_id", sa.Integer(), nullable=False),
        sa.Column("newest_prescore_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("done >= 0 AND done <= total", name=op.f("ck_rubric_preview_done_range")),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_rubric_preview_asked_by")),
        sa.ForeignKeyConstraint(
            ["base_version_id"], ["rubric_version.id"], name=op.f("fk_rubric_preview_base_version_id")
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_rubric_preview_posting_id")),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"],
            ["rubric_version.id"],
            name=op.f("fk_rubric_preview_rubric_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_preview")),
        sa.UniqueConstraint("rubric_version_id", name=op.f("uq_rubric_preview_rubric_version_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rubric_preview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rubric_preview_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "preview_place",
        sa.Column("preview_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(length=16), nullable=False),
        sa.Column("delta", sa.Double(), nullable=False),
        sa.Column("before", sa.Double(), nullable=False),
        sa.Column("after", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_preview_place_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["preview_id"], ["rubric_preview.id"], name=op.f("fk_preview_place_preview_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("preview_id", "application_id", "view", name=op.f("pk_preview_place")),
    )
    with op.batch_alter_table("preview_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_place_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_preview_place_after", ["preview_id", "view", "after", "application_id"], unique=False)
        batch_op.create_index(
            "ix_preview_place_before", ["preview_id", "view", "before", "application_id"], unique=False
        )
        batch_op.create_index("ix_preview_place_delta", ["preview_id", "view", "delta", "application_id"], unique=False)

    op.create_table(
        "preview_result",
        sa.Column("preview_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("scored", "unread", "failed", name="outcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("before_requirement", sa.Double(), nullable=True),
        sa.Column("before_bonus", sa.Double(), nullable=True),
        sa.Column("before_gates", sa.String(length=8), nullable=True),
        sa.Column("after_requirement", sa.Double(), nullable=True),
        sa.Column("after_bonus", sa.Double(), nullable=True),
        sa.Column("after_gates", sa.String(length=8), nullable=True),
        sa.Column("rank_before", sa.Integer(), nullable=True),
        sa.Column("rank_after", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_preview_result_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["preview_id"], ["rubric_preview.id"], name=op.f("fk_preview_result_preview_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("preview_id", "application_id", name=op.f("pk_preview_result")),
    )
    with op.batch_alter_table("preview_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_result_application_id"), ["application_id"], unique=False)

    op.create_table(
        "contact_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "email",
                "phone",
                "name_school",
                "hand",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_contact_key_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_key")),
        sa.UniqueConstraint("application_id", "digest", name=op.f("uq_contact_key_application_id_digest")),
    )
    with op.batch_alter_table("contact_key", schema=None) as batch_op:
        batch_op.create_index("ix_contact_key_digest", ["digest", "application_id"], unique=False)

    op.create_table(
        "suspected_duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "same", "different", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("found_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_suspected_duplicate_in_order")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_suspected_duplicate_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["person.id"], name=op.f("fk_suspected_duplicate_first_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["person.id"], name=op.f("fk_suspected_duplicate_second_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspected_duplicate")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_suspected_duplicate_first_id_second_id")),
    )
    with op.batch_alter_table("suspected_duplicate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspected_duplicate_second_id"), ["second_id"], unique=False)
        batch_op.create_index("ix_suspected_duplicate_state", ["state", "id"], unique=False)

    op.create_table(
        "access_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_access_code_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_code")),
    )
    with op.batch_alter_table("access_code", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_code_application_id_created_at", ["application_id", "created_at"], unique=False
        )

    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "uncertain",
                "failed",
                "recalled",
                "kept",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_mail_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_mail_posting_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_mail_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index("ix_mail_state_id", ["state", "id"], unique=False)
        batch_op.create_index("ix_mail_posting_id", ["posting_id", "id"], unique=False)
        batch_op.create_index("ix_mail_posting_state", ["posting_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_application_id"), ["application_id"], unique=False)

    # application and prescore refer to each other; SQLite takes the key inside CREATE TABLE, PostgreSQL after it
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key("fk_application_prescore_id", "application", "prescore", ["prescore_id"], ["id"])

    op.create_table(
        "application_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("writer", sa.String(length=40), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("link_sent_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_application_draft_form_version_id")
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_application_draft_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_draft")),
        sa.UniqueConstraint("key", name=op.f("uq_application_draft_key")),
    )
    with op.batch_alter_table("application_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_draft_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_draft_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "draft_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=False),
        sa.Column(
            "text_state",
            sa.Enum(
                "waiting", "read", "failed", name="text_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("hidden", sa.JSON(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=True),
        sa.Column("offered", sa.JSON(), nullable=True),
        sa.Column("uploaded_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["application_draft.id"], name=op.f("fk_draft_file_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_file")),
        sa.UniqueConstraint("draft_id", "field", name=op.f("uq_draft_file_draft_id_field")),
    )
    with op.batch_alter_table("draft_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_file_storage_key"), ["storage_key"], unique=False)

    op.create_table(
        "evidence_addition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("criterion_key", sa.String(length=120), nullable=False),
        sa.Column("criterion_id", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(length=400), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("added_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("seen_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_evidence_addition_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["resume_file.id"], name=op.f("fk_evidence_addition_file_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["seen_by_id"], ["user.id"], name=op.f("fk_evidence_addition_seen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_addition")),
        sa.UniqueConstraint("application_id", "turn", name=op.f("uq_evidence_addition_application_id_turn")),
        sa.UniqueConstraint("key", name=op.f("uq_evidence_addition_key")),
    )
    with op.batch_alter_table("evidence_addition", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_addition_unseen",
            ["application_id"],
            unique=False,
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        )

    op.create_table(
        "candidate_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("human_review", "deletion", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", "declined", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("handled_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_candidate_request_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["handled_by_id"], ["user.id"], name=op.f("fk_candidate_request_handled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_request")),
    )
    with op.batch_alter_table("candidate_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_request_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_candidate_request_state", ["state", "kind", "application_id"], unique=False)
        batch_op.create_index(
            "uq_candidate_request_one_open",
            ["application_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "availability_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_availability_window_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_availability_window_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_window")),
    )
    with op.batch_alter_table("availability_window", schema=None) as batch_op:
        batch_op.create_index("ix_availability_window_user_id_ends_at", ["user_id", "ends_at"], unique=False)

    op.create_table(
        "booking_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("round", sa.String(length=80), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("panel", sa.JSON(), nullable=False),
        sa.Column("focus", sa.JSON(), nullable=False),
        sa.Column("earliest", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("latest", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("expires_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("wish", sa.String(length=1000), nullable=True),
        sa.Column("wished_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(wish IS NULL) = (wished_at IS NULL)", name=op.f("ck_booking_offer_wish_has_time")),
        sa.CheckConstraint("latest > earliest", name=op.f("ck_booking_offer_latest_after_earliest")),
        sa.CheckConstraint("minutes > 0 AND minutes <= 480", name=op.f("ck_booking_offer_minutes_range")),
        sa.CheckConstraint("notice_hours >= 0", name=op.f("ck_booking_offer_notice_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_booking_offer_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_booking_offer_created_by")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_booking_offer_interview_id")),
        sa.ForeignKeyConstraint(["round_id"], ["interview_round.id"], name=op.f("fk_booking_offer_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_offer")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_booking_offer_interview_id")),
        sa.UniqueConstraint("key", name=op.f("uq_booking_offer_key")),
    )
    with op.batch_alter_table("booking_offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_offer_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_offer_round_id"), ["round_id"], unique=False)

    op.create_table(
        "measurement",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("tally", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.Integer(), nullable=False),
        sa.Column("computed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days >= 0 AND inputs >= 0", name=op.f("ck_measurement_not_negative")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_measurement_posting_id")),
        sa.PrimaryKeyConstraint("scope", "days", name=op.f("pk_measurement")),
    )
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measurement_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "measured_application",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("last_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("left_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("changes >= 1", name=op.f("ck_measured_application_changes_from_one")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_measured_application_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_measured_application_posting_id")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_measured_application")),
    )
    with op.batch_alter_table("measured_application", schema=None) as batch_op:
        batch_op.create_index("ix_measured_application_posting_id", ["posting_id", "application_id"], unique=False)

    op.create_table(
        "search_document",
        sa.Column("application_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_search_document_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_search_document")),
    )
    op.create_table(
        "verdict_document",
        sa.Column("application_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_verdict_document_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_verdict_document")),
    )
    for indexes in MAKE_INDEX.values():
        for statement in indexes[op.get_context().dialect.name]:
            op.execute(statement)

    op.create_table(
        "insight_figure",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("computed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days >= 0", name=op.f("ck_insight_figure_not_negative")),
        sa.PrimaryKeyConstraint("scope", "kind", "days", name=op.f("pk_insight_figure")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_tag_has_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("key", name=op.f("uq_tag_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "voluntary_answer",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("token", "question", name=op.f("pk_voluntary_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bulk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "move",
                "tag",
                "untag",
                "hand_over",
                "mail",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "done",
                "stopped",
                "undoing",
                "undone",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "total >= 0 AND done >= 0 AND skipped >= 0 AND undone >= 0", name=op.f("ck_bulk_not_negative")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_bulk_actor_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_bulk_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk")),
    )
    with op.batch_alter_table("bulk", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_actor_id", ["actor_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_posting_id"), ["posting_id"], unique=False)

    op.create_table(
        "mail_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("locale IN ('zh', 'en')", name=op.f("ck_mail_template_locale_known")),
        sa.ForeignKeyConstraint(["changed_by"], ["user.id"], name=op.f("fk_mail_template_changed_by")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_mail_template_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
    )
    with op.batch_alter_table("mail_template", schema=None) as batch_op:
        batch_op.create_index(
            "uq_mail_template_all",
            ["name", "locale"],
            unique=True,
            sqlite_where=sa.text("posting_id IS NULL"),
            postgresql_where=sa.text("posting_id IS NULL"),
        )
        batch_op.create_index(
            "uq_mail_template_posting",
            ["posting_id", "name", "locale"],
            unique=True,
            sqlite_where=sa.text("posting_id IS NOT NULL"),
            postgresql_where=sa.text("posting_id IS NOT NULL"),
        )

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_view_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_saved_view_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("posting_id", "owner_id", "name", name=op.f("uq_saved_view_posting_id_owner_id_name")),
    )
    op.create_table(
        "stage_day",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_stage_day_not_negative")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_stage_day_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "stage", "day", name=op.f("pk_stage_day")),
    )
    op.create_table(
        "stage_figure",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("median_seconds", sa.Integer(), nullable=False),
        sa.Column("p90_seconds", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("computed_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_stage_figure_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "stage", name=op.f("pk_stage_figure")),
    )
    op.create_table(
        "stage_rule",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "applied",
                "screening",
                "interview",
                "debrief",
                "offer",
                "hired",
                "rejected",
                "withdrawn",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=True),
        sa.Column("name_en", sa.String(length=40), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column(
            "responsible",
            sa.Enum(
                "owner",
                "hiring_manager",
                "panel",
                "candidate",
                name="responsible",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("days >= 0 AND days <= 365", name=op.f("ck_stage_rule_days_range")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_stage_rule_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "stage", name=op.f("pk_stage_rule")),
    )
    op.create_table(
        "application_tag",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["user.id"], name=op.f("fk_application_tag_added_by")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_tag_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_application_tag_posting_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_application_tag_tag_id")),
        sa.PrimaryKeyConstraint("application_id", "tag_id", name=op.f("pk_application_tag")),
    )
    with op.batch_alter_table("application_tag", schema=None) as batch_op:
        batch_op.create_index("ix_application_tag_posting_id", ["posting_id", "tag_id", "application_id"], unique=False)
        batch_op.create_index("ix_application_tag_tag_id", ["tag_id", "application_id"], unique=False)

    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("seen", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "skipped",
                "undone",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("made", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_bulk_item_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk.id"], name=op.f("fk_bulk_item_bulk_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulk_id", "application_id", name=op.f("pk_bulk_item")),
    )
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_item_application_id", ["application_id"], unique=False)
        batch_op.create_index("ix_bulk_item_bulk_id_state", ["bulk_id", "state", "application_id"], unique=False)

    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("at", screening.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_hand_over_actor_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_hand_over_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["from_id"], ["user.id"], name=op.f("fk_hand_over_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_hand_over_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_over_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_hand_over_to_id", ["to_id", "id"], unique=False)

    op.create_table(
        "note_mention",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", screening.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["note_id"], ["application_note.id"], name=op.f("fk_note_mention_note_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_note_mention_user_id")),
        sa.PrimaryKeyConstraint("note_id", "user_id", name=op.f("pk_note_mention")),
    )
    with op.batch_alter_table("note_mention", schema=None) as batch_op:
        batch_op.create_index("ix_note_mention_user_id", ["user_id", "seen_at"], unique=False)


def downgrade() -> None:
    """Downgrade schema."""
    with op.batch_alter_table("note_mention", schema=None) as batch_op:
        batch_op.drop_index("ix_note_mention_user_id")

    op.drop_table("note_mention")
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.drop_index("ix_hand_over_to_id")
        batch_op.drop_index(batch_op.f("ix_hand_over_application_id"))

    op.drop_table("hand_over")
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.drop_index("ix_bulk_item_bulk_id_state")
        batch_op.drop_index("ix_bulk_item_application_id")

    op.drop_table("bulk_item")
    with op.batch_alter_table("application_tag", schema=None) as batch_op:
        batch_op.drop_index("ix_application_tag_tag_id")
        batch_op.drop_index("ix_application_tag_posting_id")

    op.drop_table("application_tag")
    op.drop_table("stage_rule")
    op.drop_table("stage_figure")
    op.drop_table("stage_day")
    op.drop_table("saved_view")
    with op.batch_alter_table("mail_template", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mail_template_posting",
            sqlite_where=sa.text("posting_id IS NOT NULL"),
            postgresql_where=sa.text("posting_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_mail_template_all",
            sqlite_where=sa.text("posting_id IS NULL"),
            postgresql_where=sa.text("posting_id IS NULL"),
        )

    op.drop_table("mail_template")
    with op.batch_alter_table("bulk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_posting_id"))
        batch_op.drop_index("ix_bulk_actor_id")

    op.drop_table("bulk")
    op.drop_table("voluntary_answer")
    op.drop_table("tag")
    op.drop_table("insight_figure")
    for indexes in DROP_INDEX.values():
        for statement in indexes[op.get_context().dialect.name]:
            op.execute(statement)
    op.drop_table("verdict_document")
    op.drop_table("search_document")
    with op.batch_alter_table("measured_application", schema=None) as batch_op:
        batch_op.drop_index("ix_measured_application_posting_id")

    op.drop_table("measured_application")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measurement_posting_id"))

    op.drop_table("measurement")
    with op.batch_alter_table("booking_offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_offer_round_id"))
        batch_op.drop_index(batch_op.f("ix_booking_offer_application_id"))

    op.drop_table("booking_offer")
    with op.batch_alter_table("availability_window", schema=None) as batch_op:
        batch_op.drop_index("ix_availability_window_user_id_ends_at")

    op.drop_table("availability_window")
    with op.batch_alter_table("evidence_addition", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_evidence_addition_unseen",
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        )

    op.drop_table("evidence_addition")
    with op.batch_alter_table("candidate_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_candidate_request_one_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_candidate_request_state")
        batch_op.drop_index(batch_op.f("ix_candidate_request_application_id"))

    op.drop_table("candidate_request")
    with op.batch_alter_table("draft_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_file_storage_key"))

    op.drop_table("draft_file")
    with op.batch_alter_table("application_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_draft_posting_id"))
        batch_op.drop_index(batch_op.f("ix_application_draft_expires_at"))

    op.drop_table("application_draft")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("fk_application_prescore_id", "application", type_="foreignkey")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_application_id"))
        batch_op.drop_index("ix_mail_posting_state")
        batch_op.drop_index("ix_mail_posting_id")
        batch_op.drop_index("ix_mail_state_id")

    op.drop_table("mail")
    with op.batch_alter_table("suspected_duplicate", schema=None) as batch_op:
        batch_op.drop_index("ix_suspected_duplicate_state")
        batch_op.drop_index(batch_op.f("ix_suspected_duplicate_second_id"))

    op.drop_table("suspected_duplicate")
    with op.batch_alter_table("contact_key", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_key_digest")

    op.drop_table("contact_key")
    with op.batch_alter_table("access_code", schema=None) as batch_op:
        batch_op.drop_index("ix_access_code_application_id_created_at")

    op.drop_table("access_code")
    with op.batch_alter_table("preview_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_result_application_id"))

    op.drop_table("preview_result")
    with op.batch_alter_table("preview_place", schema=None) as batch_op:
        batch_op.drop_index("ix_preview_place_delta")
        batch_op.drop_index("ix_preview_place_before")
        batch_op.drop_index("ix_preview_place_after")
        batch_op.drop_index(batch_op.f("ix_preview_place_application_id"))

    op.drop_table("preview_place")
    with op.batch_alter_table("rubric_preview", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rubric_preview_posting_id"))

    op.drop_table("rubric_preview")
    op.drop_table("rating")
    op.drop_table("scorecard_draft")
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.drop_index("ix_evaluation_user_submitted_at")

    op.drop_table("evaluation")
    with op.batch_alter_table("panelist", schema=None) as batch_op:
        batch_op.drop_index("ix_panelist_user_settled")

    op.drop_table("panelist")
    with op.batch_alter_table("stage_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_move_application_id"))

    op.drop_table("stage_move")
    with op.batch_alter_table("resume_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resume_file_application_id"))
        batch_op.drop_index(batch_op.f("ix_resume_file_storage_key"))

    op.drop_table("resume_file")
    op.drop_table("prescore_failure")
    op.drop_table("fit")
    with op.batch_alter_table("prescore", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prescore_application_id"))

    op.drop_table("prescore")
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.drop_index("ix_interview_due_at")
        batch_op.drop_index("ix_interview_ends_at")
        batch_op.drop_index("ix_interview_starts_at")
        batch_op.drop_index(batch_op.f("ix_interview_round_id"))
        batch_op.drop_index(batch_op.f("ix_interview_application_id"))

    op.drop_table("interview")
    with op.batch_alter_table("round_interviewer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_interviewer_user_id"))

    op.drop_table("round_interviewer")
    with op.batch_alter_table("interview_round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_round_posting_id"))
        batch_op.drop_index(batch_op.f("ix_interview_round_pool_id"))

    op.drop_table("interview_round")
    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pool_member_user_id"))

    op.drop_table("pool_member")
    op.drop_table("interviewer_pool")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_decision_one_waiting",
            sqlite_where=sa.text("needs_second = 1 AND second_id IS NULL AND undone_at IS NULL"),
            postgresql_where=sa.text("needs_second AND second_id IS NULL AND undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_decision_application_id"))

    op.drop_table("decision")
    with op.batch_alter_table("changed_verdict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changed_verdict_application_id"))

    op.drop_table("changed_verdict")
    with op.batch_alter_table("application_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_note_application_id"))

    op.drop_table("application_note")
    op.drop_table("answer")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_consent_version")
        batch_op.drop_index("ix_application_posting_submitted_at")
        batch_op.drop_index(
            "ix_application_at_debrief",
            sqlite_where=sa.text("stage = 'debrief'"),
            postgresql_where=sa.text("stage = 'debrief'"),
        )
        batch_op.drop_index(
            "ix_application_judged",
            sqlite_where=sa.text("stage = 'interview' AND is_judged = 1"),
            postgresql_where=sa.text("stage = 'interview' AND is_judged"),
        )
        batch_op.drop_index("ix_application_posting_stage_since")
        batch_op.drop_index(
            "ix_application_owner_id",
            sqlite_where=sa.text("owner_id IS NOT NULL"),
            postgresql_where=sa.text("owner_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_application_posting_stage_rank")
        batch_op.drop_index(
            "uq_application_live",
            sqlite_where=sa.text("stage <> 'rejected' AND stage <> 'withdrawn'"),
            postgresql_where=sa.text("stage <> 'rejected' AND stage <> 'withdrawn'"),
        )
        batch_op.drop_index("ix_application_person_posting")
        batch_op.drop_index(
            "ix_application_referral_id",
            sqlite_where=sa.text("referral_id IS NOT NULL"),
            postgresql_where=sa.text("referral_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_application_batch",
            sqlite_where=sa.text("batch IS NOT NULL"),
            postgresql_where=sa.text("batch IS NOT NULL"),
        )

    op.drop_table("application")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_posting_id"))

    op.drop_table("referral")
    op.drop_table("settled_finding")
    op.drop_table("rubric_revision")
    with op.batch_alter_table("question_set", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_question_set_one_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(
            "uq_question_set_one_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_question_set_posting_id"))

    op.drop_table("question_set")
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_version_posting_id"))

    op.drop_table("form_version")
    op.drop_table("stage_count")
    with op.batch_alter_table("rubric_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rubric_version_one_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(
            "uq_rubric_version_one_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_rubric_version_posting_id"))

    op.drop_table("rubric_version")
    with op.batch_alter_table("posting_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_member_user_id"))

    op.drop_table("posting_member")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_state")

    op.drop_table("posting")
    op.drop_table("undo_step")
    op.drop_table("source_document")
    op.drop_table("user")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_merged_into_id"))

    op.drop_table("person")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state_due_at")

    op.drop_table("job")
    op.drop_table("heartbeat")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")

    op.drop_table("audit_entry")

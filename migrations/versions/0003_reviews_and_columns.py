"""Tasks with instructions, hand-ins and reviews, remarks, extras, and the gradebook columns that a teacher chooses.

Every new column has a default in the database, so that the release before this one keeps working on it.
"""

import sqlalchemy as sa
from alembic import op

from config.database import UtcDateTime
from migrations.append_only import protect, unprotect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("instructions", sa.Text(), server_default=sa.text("''"), nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        # Not a batch: a rebuild would drop the triggers that keep this table append-only.
        op.execute(
            "ALTER TABLE activity ADD COLUMN actor_id CHAR(32) CONSTRAINT fk_activity_actor_id REFERENCES person (id)"
        )
    else:
        op.add_column("activity", sa.Column("actor_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f("fk_activity_actor_id"), "activity", "person", ["actor_id"], ["id"])
    op.add_column("balance", sa.Column("bonus_points", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("balance", sa.Column("version_number", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "context", sa.Column("line_items_url", sa.String(length=2000), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("context", sa.Column("grade_scopes", sa.JSON(), nullable=True))
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(
            sa.Column("presentation", sa.String(length=12), server_default=sa.text("'everything'"), nullable=False)
        )
        batch_op.create_check_constraint(
            op.f("ck_membership_presentation"), "presentation IN ('everything', 'tasks-only', 'left')"
        )
    with op.batch_alter_table("line_item") as batch_op:
        batch_op.alter_column("resource_link_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("task_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("is_silent", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(op.f("fk_line_item_task_id"), "task", ["task_id"], ["id"])
    op.create_index(
        "uq_line_item_task_id_made",
        "line_item",
        ["task_id"],
        unique=True,
        sqlite_where=sa.text("resource_link_id IS NULL"),
        postgresql_where=sa.text("resource_link_id IS NULL"),
    )
    op.create_table(
        "hand_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("handed_in_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_hand_in_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hand_in_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_hand_in_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_in")),
    )
    op.create_index("ix_hand_in_context_id_handed_in_at", "hand_in", ["context_id", "handed_in_at"])
    op.create_index("ix_hand_in_person_id_task_id", "hand_in", ["person_id", "task_id"])
    op.create_table(
        "review",
        sa.Column("hand_in_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("outcome IN ('approved', 'not-yet')", name=op.f("ck_review_outcome")),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_in.id"], name=op.f("fk_review_hand_in_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_review_activity_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_review_reviewer_id")),
        sa.PrimaryKeyConstraint("hand_in_id", name=op.f("pk_review")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_review_activity_id")),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("praise", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_remark_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_person_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_remark_author_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_remark_task_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_remark_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_context_id_person_id", "remark", ["context_id", "person_id"])
    op.create_table(
        "gradebook_choice",
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("columns", sa.String(length=10), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("columns IN ('none', 'one', 'per-task')", name=op.f("ck_gradebook_choice_columns")),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_gradebook_choice_context_id")),
        sa.ForeignKeyConstraint(["chosen_by"], ["person.id"], name=op.f("fk_gradebook_choice_chosen_by")),
        sa.PrimaryKeyConstraint("context_id", name=op.f("pk_gradebook_choice")),
    )
    op.create_table(
        "score_delivery",
        sa.Column("line_item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("score_given", sa.Double(), nullable=False),
        sa.Column("score_maximum", sa.Double(), nullable=False),
        sa.Column("result_score", sa.Double(), nullable=True),
        sa.Column("result_maximum", sa.Double(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('delivered', 'kept', 'unchecked')", name=op.f("ck_score_delivery_state")),
        sa.ForeignKeyConstraint(["line_item_id"], ["line_item.id"], name=op.f("fk_score_delivery_line_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_score_delivery_person_id")),
        sa.PrimaryKeyConstraint("line_item_id", "person_id", name=op.f("pk_score_delivery")),
    )
    op.create_table(
        "link_setting",
        sa.Column("resource_link_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("not_understood", sa.JSON(), nullable=False),
        sa.Column("declined", sa.JSON(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_link_setting_resource_link_id")
        ),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_link_setting_context_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_link_setting_task_id")),
        sa.PrimaryKeyConstraint("resource_link_id", name=op.f("pk_link_setting")),
    )
    op.create_index("ix_link_setting_context_id", "link_setting", ["context_id"])


def downgrade() -> None:
    for table in ("link_setting", "score_delivery", "gradebook_choice", "remark", "review", "hand_in"):
        op.drop_table(table)
    # The release before this one knows only columns that belong to a link.
    op.execute("DELETE FROM line_item WHERE resource_link_id IS NULL")
    op.drop_index("uq_line_item_task_id_made", "line_item")
    with op.batch_alter_table("line_item") as batch_op:
        batch_op.drop_constraint(op.f("fk_line_item_task_id"), type_="foreignkey")
        batch_op.drop_column("is_silent")
        batch_op.drop_column("task_id")
        batch_op.alter_column("resource_link_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(op.f("ck_membership_presentation"), type_="check")
        batch_op.drop_column("presentation")
    op.drop_column("context", "grade_scopes")
    op.drop_column("context", "line_items_url")
    op.drop_column("balance", "version_number")
    op.drop_column("balance", "bonus_points")
    unprotect("activity")
    with op.batch_alter_table("activity") as batch_op:
        if op.get_bind().dialect.name != "sqlite":  # there the column takes its own reference along
            batch_op.drop_constraint(op.f("fk_activity_actor_id"), type_="foreignkey")
        batch_op.drop_column("actor_id")
    protect("activity")
    op.drop_column("task", "instructions")

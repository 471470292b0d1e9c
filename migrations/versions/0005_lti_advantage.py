"""What LTI Advantage in full keeps: the roster, items placed by deep linking, gates, copies of courses, administration.

Every new column has a default in the database: the release before this one keeps working until it is stopped. Going
down again keeps all rows, but the release before does not know tasks that the platform finishes: publish such courses
without them first.
"""

import sqlalchemy as sa
from alembic import op

from config.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('register', 'console')", name=op.f("ck_invitation_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_invitation_secret_digest")),
    )
    op.create_table(
        "platform_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("external_notice_id", sa.String(length=255), nullable=False),
        sa.Column("notice_type", sa.String(length=60), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_platform_notice_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_notice")),
        sa.UniqueConstraint(
            "registration_id", "external_notice_id", name=op.f("uq_platform_notice_registration_id_external_notice_id")
        ),
    )
    op.create_index("ix_platform_notice_received_at", "platform_notice", ["received_at"])
    op.create_table(
        "refused_launch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("issuer", sa.String(length=500), server_default=sa.text("''"), nullable=False),
        sa.Column("client_id", sa.String(length=255), server_default=sa.text("''"), nullable=False),
        sa.Column("external_deployment_id", sa.String(length=255), server_default=sa.text("''"), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_refused_launch_registration_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_launch")),
    )
    op.create_index("ix_refused_launch_refused_at", "refused_launch", ["refused_at"])
    op.create_table(
        "registration_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=500), server_default=sa.text("''"), nullable=False),
        sa.Column("product_family", sa.String(length=60), server_default=sa.text("''"), nullable=False),
        sa.Column("configuration_url", sa.String(length=1000), server_default=sa.text("''"), nullable=False),
        sa.Column("client_id", sa.String(length=255), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=60), server_default=sa.text("''"), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('begun', 'sent', 'done', 'failed')", name=op.f("ck_registration_attempt_state")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_registration_attempt_invitation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_attempt_registration_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_attempt")),
    )
    op.create_index("ix_registration_attempt_begun_at", "registration_attempt", ["begun_at"])
    op.create_table(
        "admin_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("locale", sa.String(length=10), server_default=sa.text("'nl'"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("proof IN ('cookie', 'address')", name=op.f("ck_admin_session_proof")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_admin_session_person_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_admin_session_registration_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_session")),
        sa.UniqueConstraint("address_digest", name=op.f("uq_admin_session_address_digest")),
    )
    op.create_index("ix_admin_session_expires_at", "admin_session", ["expires_at"])
    op.create_table(
        "notice_handler",
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("notice_type", sa.String(length=60), nullable=False),
        sa.Column("service_url", sa.String(length=2000), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=60), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_notice_handler_deployment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("deployment_id", "notice_type", name=op.f("pk_notice_handler")),
    )
    op.create_table(
        "course_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("external_group_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=300), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_course_group_context_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_group")),
        sa.UniqueConstraint(
            "context_id", "external_group_id", name=op.f("uq_course_group_context_id_external_group_id")
        ),
    )
    op.create_table(
        "content_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("achievement_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=300), server_default=sa.text("''"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('course', 'task', 'badge', 'gate', 'staff-gate')", name=op.f("ck_content_item_kind")
        ),
        sa.ForeignKeyConstraint(["achievement_id"], ["achievement.id"], name=op.f("fk_content_item_achievement_id")),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_content_item_context_id")),
        sa.ForeignKeyConstraint(["copied_from_id"], ["content_item.id"], name=op.f("fk_content_item_copied_from_id")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_content_item_created_by")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_content_item_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_item")),
        sa.UniqueConstraint("context_id", "copied_from_id", name=op.f("uq_content_item_context_id_copied_from_id")),
    )
    op.create_table(
        "gate",
        sa.Column("content_item_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.String(length=10), nullable=False),
        sa.Column("external_resource_link_id", sa.String(length=255), server_default=sa.text("''"), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("passed_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("listed_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problem", sa.String(length=60), server_default=sa.text("''"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["content_item_id"], ["content_item.id"], name=op.f("fk_gate_content_item_id")),
        sa.PrimaryKeyConstraint("content_item_id", name=op.f("pk_gate")),
    )
    op.create_table(
        "gate_pass",
        sa.Column("content_item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("passes", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_item_id"], ["gate.content_item_id"], name=op.f("fk_gate_pass_content_item_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gate_pass_person_id")),
        sa.PrimaryKeyConstraint("content_item_id", "person_id", name=op.f("pk_gate_pass")),
    )
    op.create_index("ix_gate_pass_person_id", "gate_pass", ["person_id"])
    op.create_table(
        "deep_linking_request",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("return_url", sa.String(length=2000), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("accept_types", sa.JSON(), nullable=False),
        sa.Column("accept_targets", sa.JSON(), nullable=False),
        sa.Column("accepts_multiple", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("accepts_line_item", sa.Boolean(), nullable=True),
        sa.Column("placement", sa.String(length=60), server_default=sa.text("''"), nullable=False),
        sa.Column("title", sa.String(length=300), server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["launch_session.id"], name=op.f("fk_deep_linking_request_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_deep_linking_request")),
    )
    op.create_table(
        "grade_by_hand",
        sa.Column("line_item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("passes", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["line_item_id"], ["line_item.id"], name=op.f("fk_grade_by_hand_line_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grade_by_hand_person_id")),
        sa.PrimaryKeyConstraint("line_item_id", "person_id", name=op.f("pk_grade_by_hand")),
    )
    op.create_index("ix_grade_by_hand_person_id", "grade_by_hand", ["person_id"])
    with op.batch_alter_table("context") as batch_op:
        batch_op.add_column(
            sa.Column("memberships_url", sa.String(length=2000), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("roster_problem", sa.String(length=60), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(sa.Column("roster_read_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("roster_due_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("gates_due_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("columns_due_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("results_due_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("results_percent", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("groups_url", sa.String(length=2000), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(sa.Column("copied_from_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("copied_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("copy_seen_at", UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_context_copied_from_id"), "context", ["copied_from_id"], ["id"])

    with op.batch_alter_table("launch_session") as batch_op:
        batch_op.add_column(sa.Column("is_administrator", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("for_person_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("time_zone", sa.String(length=60), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("has_high_contrast", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("hides_numbers", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.alter_column("resource_link_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_foreign_key(op.f("fk_launch_session_for_person_id"), "person", ["for_person_id"], ["id"])

    with op.batch_alter_table("line_item") as batch_op:
        batch_op.add_column(sa.Column("achievement_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("label", sa.String(length=300), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("score_maximum", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("gone_at", UtcDateTime(), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_line_item_achievement_id"), ["achievement_id"])
        batch_op.create_foreign_key(op.f("fk_line_item_achievement_id"), "achievement", ["achievement_id"], ["id"])

    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("listed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("listed_role", sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column("left_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("group_ids", sa.JSON(), nullable=True))
        batch_op.alter_column("launched_at", existing_type=UtcDateTime(), nullable=True)

    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(
            sa.Column("token_audience", sa.String(length=1000), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("configuration_url", sa.String(length=1000), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("account_name", sa.String(length=200), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(sa.Column("keeps_names", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("resource_link") as batch_op:
        batch_op.add_column(sa.Column("content_item_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_resource_link_content_item_id"), "content_item", ["content_item_id"], ["id"]
        )


def downgrade() -> None:
    # The release before this one knows only who came by a launch, sessions in a link, and columns of links and tasks.
    op.execute("UPDATE membership SET launched_at = listed_at WHERE launched_at IS NULL")
    # Columns that were wanted and not made yet have no address: it would send scores to nowhere.
    op.execute("DELETE FROM line_item WHERE url = ''")
    op.execute("DELETE FROM deep_linking_request")
    op.execute("DELETE FROM launch_session WHERE resource_link_id IS NULL")
    op.execute(sa.text("UPDATE line_item SET is_silent = :yes WHERE achievement_id IS NOT NULL").bindparams(yes=True))
    with op.batch_alter_table("resource_link") as batch_op:
        batch_op.drop_constraint(op.f("fk_resource_link_content_item_id"), type_="foreignkey")
        batch_op.drop_column("content_item_id")

    with op.batch_alter_table("registration") as batch_op:
        batch_op.drop_column("keeps_names")
        batch_op.drop_column("account_name")
        batch_op.drop_column("configuration_url")
        batch_op.drop_column("token_audience")

    with op.batch_alter_table("membership") as batch_op:
        batch_op.alter_column("launched_at", existing_type=UtcDateTime(), nullable=False)
        batch_op.drop_column("group_ids")
        batch_op.drop_column("left_at")
        batch_op.drop_column("listed_role")
        batch_op.drop_column("listed_at")

    with op.batch_alter_table("line_item") as batch_op:
        batch_op.drop_constraint(op.f("fk_line_item_achievement_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_line_item_achievement_id"), type_="unique")
        batch_op.drop_column("gone_at")
        batch_op.drop_column("score_maximum")
        batch_op.drop_column("label")
        batch_op.drop_column("achievement_id")

    with op.batch_alter_table("launch_session") as batch_op:
        batch_op.drop_constraint(op.f("fk_launch_session_for_person_id"), type_="foreignkey")
        batch_op.alter_column("resource_link_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("hides_numbers")
        batch_op.drop_column("has_high_contrast")
        batch_op.drop_column("time_zone")
        batch_op.drop_column("for_person_id")
        batch_op.drop_column("is_administrator")

    with op.batch_alter_table("context") as batch_op:
        batch_op.drop_constraint(op.f("fk_context_copied_from_id"), type_="foreignkey")
        batch_op.drop_column("copy_seen_at")
        batch_op.drop_column("copied_at")
        batch_op.drop_column("copied_from_id")
        batch_op.drop_column("groups_url")
        batch_op.drop_column("results_percent")
        batch_op.drop_column("results_due_at")
        batch_op.drop_column("columns_due_at")
        batch_op.drop_column("gates_due_at")
        batch_op.drop_column("roster_due_at")
        batch_op.drop_column("roster_read_at")
        batch_op.drop_column("roster_problem")
        batch_op.drop_column("memberships_url")

    op.drop_index("ix_grade_by_hand_person_id", "grade_by_hand")
    op.drop_table("grade_by_hand")
    op.drop_table("deep_linking_request")
    op.drop_index("ix_gate_pass_person_id", "gate_pass")
    op.drop_table("gate_pass")
    op.drop_table("gate")
    op.drop_table("content_item")
    op.drop_table("course_group")
    op.drop_table("notice_handler")
    op.drop_index("ix_admin_session_expires_at", "admin_session")
    op.drop_table("admin_session")
    op.drop_index("ix_registration_attempt_begun_at", "registration_attempt")
    op.drop_table("registration_attempt")
    op.drop_index("ix_refused_launch_refused_at", "refused_launch")
    op.drop_table("refused_launch")
    op.drop_index("ix_platform_notice_received_at", "platform_notice")
    op.drop_table("platform_notice")
    op.drop_table("invitation")

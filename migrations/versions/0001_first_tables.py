"""The first tables: outbox, roster, rules, ledger, badges."""

import sqlalchemy as sa
from alembic import op

from config.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("coalesce_key", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'claimed', 'done', 'dead')", name=op.f("ck_outbox_message_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(
            "uq_outbox_message_coalesce_key_waiting",
            ["coalesce_key"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("product_family", sa.String(length=60), nullable=False),
        sa.Column("auth_login_url", sa.String(length=1000), nullable=False),
        sa.Column("auth_token_url", sa.String(length=1000), nullable=False),
        sa.Column("jwks_url", sa.String(length=1000), nullable=False),
        sa.Column("leeway_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_registration_issuer_client_id")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=100), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("private_key_encrypted", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("signs_from", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_signing_key_key_id")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("external_deployment_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'waiting')", name=op.f("ck_deployment_state")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_deployment_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint(
            "registration_id",
            "external_deployment_id",
            name=op.f("uq_deployment_registration_id_external_deployment_id"),
        ),
    )
    op.create_table(
        "issuer_profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("did", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_issuer_profile_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_profile")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_issuer_profile_registration_id")),
    )
    op.create_table(
        "used_login",
        sa.Column("state_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("state_digest", name=op.f("pk_used_login")),
    )
    with op.batch_alter_table("used_login", schema=None) as batch_op:
        batch_op.create_index("ix_used_login_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("launch_locale", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_person_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("registration_id", "subject", name=op.f("uq_person_registration_id_subject")),
    )
    op.create_table(
        "context",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("external_context_id", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_context_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context")),
        sa.UniqueConstraint(
            "deployment_id", "external_context_id", name=op.f("uq_context_deployment_id_external_context_id")
        ),
    )
    op.create_table(
        "issuer_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_profile_id", sa.Uuid(), nullable=False),
        sa.Column("verification_method", sa.String(length=400), nullable=False),
        sa.Column("private_key_encrypted", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["issuer_profile_id"], ["issuer_profile.id"], name=op.f("fk_issuer_key_issuer_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_key")),
    )
    with op.batch_alter_table("issuer_key", schema=None) as batch_op:
        batch_op.create_index("ix_issuer_key_issuer_profile_id", ["issuer_profile_id"], unique=False)

    op.create_table(
        "recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_profile_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_profile_id"], ["issuer_profile.id"], name=op.f("fk_recipient_issuer_profile_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recipient_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("issuer_profile_id", "person_id", name=op.f("uq_recipient_issuer_profile_id_person_id")),
    )
    op.create_table(
        "achievement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_profile_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_type", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_achievement_context_id")),
        sa.ForeignKeyConstraint(
            ["issuer_profile_id"], ["issuer_profile.id"], name=op.f("fk_achievement_issuer_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement")),
    )
    with op.batch_alter_table("achievement", schema=None) as batch_op:
        batch_op.create_index("ix_achievement_context_id", ["context_id"], unique=False)

    op.create_table(
        "achievement_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("criteria", sa.String(length=2000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name=op.f("fk_achievement_version_achievement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement_version")),
        sa.UniqueConstraint("achievement_id", "number", name=op.f("uq_achievement_version_achievement_id_number")),
    )
    op.create_table(
        "balance",
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("goal_reached", sa.Boolean(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_balance_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_balance_person_id")),
        sa.PrimaryKeyConstraint("context_id", "person_id", name=op.f("pk_balance")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("welcomed_at", UtcDateTime(), nullable=True),
        sa.Column("launched_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_membership_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("context_id", "person_id", name=op.f("uq_membership_context_id_person_id")),
    )
    op.create_table(
        "resource_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("external_resource_link_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_resource_link_context_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_link")),
        sa.UniqueConstraint(
            "context_id",
            "external_resource_link_id",
            name=op.f("uq_resource_link_context_id_external_resource_link_id"),
        ),
    )
    op.create_table(
        "rule_set_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_rule_set_version_context_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_rule_set_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set_version")),
        sa.UniqueConstraint("context_id", "number", name=op.f("uq_rule_set_version_context_id_number")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_task_context_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_context_id", ["context_id"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_activity_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_activity_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_activity_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_activity_source_external_id")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_context_id_person_id", ["context_id", "person_id"], unique=False)

    op.create_table(
        "launch_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("resource_link_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("proof IN ('cookie', 'address')", name=op.f("ck_launch_session_proof")),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_launch_session_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_launch_session_person_id")),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_launch_session_resource_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_session")),
        sa.UniqueConstraint("address_digest", name=op.f("uq_launch_session_address_digest")),
    )
    with op.batch_alter_table("launch_session", schema=None) as batch_op:
        batch_op.create_index("ix_launch_session_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_launch_session_person_id", ["person_id"], unique=False)

    op.create_table(
        "line_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("resource_link_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_line_item_context_id")),
        sa.ForeignKeyConstraint(["resource_link_id"], ["resource_link.id"], name=op.f("fk_line_item_resource_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_item")),
        sa.UniqueConstraint("resource_link_id", name=op.f("uq_line_item_resource_link_id")),
    )
    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.create_index("ix_line_item_context_id", ["context_id"], unique=False)

    op.create_table(
        "rule_set_pointer",
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_rule_set_pointer_context_id")),
        sa.ForeignKeyConstraint(["version_id"], ["rule_set_version.id"], name=op.f("fk_rule_set_pointer_version_id")),
        sa.PrimaryKeyConstraint("context_id", name=op.f("pk_rule_set_pointer")),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("awarded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'suspended', 'revoked')", name=op.f("ck_award_state")),
        sa.ForeignKeyConstraint(["achievement_id"], ["achievement.id"], name=op.f("fk_award_achievement_id")),
        sa.ForeignKeyConstraint(
            ["achievement_version_id"], ["achievement_version.id"], name=op.f("fk_award_achievement_version_id")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_award_activity_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_person_id")),
        sa.ForeignKeyConstraint(
            ["rule_set_version_id"], ["rule_set_version.id"], name=op.f("fk_award_rule_set_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(
            "uq_award_achievement_id_person_id_held",
            ["achievement_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('active', 'suspended')"),
            postgresql_where=sa.text("state IN ('active', 'suspended')"),
        )

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("effect_key", sa.String(length=120), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("rule_lineage", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("rule_set_version_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('earn', 'reverse')", name=op.f("ck_ledger_entry_kind")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_ledger_entry_points_not_zero")),
        sa.CheckConstraint("step >= 0", name=op.f("ck_ledger_entry_step_not_negative")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_ledger_entry_activity_id")),
        sa.ForeignKeyConstraint(["context_id"], ["context.id"], name=op.f("fk_ledger_entry_context_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ledger_entry_person_id")),
        sa.ForeignKeyConstraint(
            ["rule_set_version_id"], ["rule_set_version.id"], name=op.f("fk_ledger_entry_rule_set_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "context_id",
            "person_id",
            "effect_key",
            "step",
            name=op.f("uq_ledger_entry_context_id_person_id_effect_key_step"),
        ),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_key_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_credential_award_id")),
        sa.ForeignKeyConstraint(["issuer_key_id"], ["issuer_key.id"], name=op.f("fk_credential_issuer_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("award_id", name=op.f("uq_credential_award_id")),
    )


def downgrade() -> None:
    op.drop_table("credential")
    op.drop_table("ledger_entry")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_award_achievement_id_person_id_held",
            sqlite_where=sa.text("state IN ('active', 'suspended')"),
            postgresql_where=sa.text("state IN ('active', 'suspended')"),
        )

    op.drop_table("award")
    op.drop_table("rule_set_pointer")
    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.drop_index("ix_line_item_context_id")

    op.drop_table("line_item")
    with op.batch_alter_table("launch_session", schema=None) as batch_op:
        batch_op.drop_index("ix_launch_session_person_id")
        batch_op.drop_index("ix_launch_session_expires_at")

    op.drop_table("launch_session")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_context_id_person_id")

    op.drop_table("activity")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_context_id")

    op.drop_table("task")
    op.drop_table("rule_set_version")
    op.drop_table("resource_link")
    op.drop_table("membership")
    op.drop_table("balance")
    op.drop_table("achievement_version")
    with op.batch_alter_table("achievement", schema=None) as batch_op:
        batch_op.drop_index("ix_achievement_context_id")

    op.drop_table("achievement")
    op.drop_table("recipient")
    with op.batch_alter_table("issuer_key", schema=None) as batch_op:
        batch_op.drop_index("ix_issuer_key_issuer_profile_id")

    op.drop_table("issuer_key")
    op.drop_table("context")
    op.drop_table("person")
    with op.batch_alter_table("used_login", schema=None) as batch_op:
        batch_op.drop_index("ix_used_login_expires_at")

    op.drop_table("used_login")
    op.drop_table("issuer_profile")
    op.drop_table("deployment")
    op.drop_table("signing_key")
    op.drop_table("registration")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outbox_message_coalesce_key_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_outbox_message_state_due_at")

    op.drop_table("outbox_message")

"""Which deployment an administrator came from, and whether somebody closed a deployment or nobody decided yet.

The release before this one lets neither in, and opens the console for a whole registration: this release shows such a
session nothing. Going down again, what was closed waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("admin_session") as batch_op:
        batch_op.add_column(sa.Column("deployment_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_admin_session_deployment_id"), "deployment", ["deployment_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("deployment") as batch_op:
        batch_op.drop_constraint(op.f("ck_deployment_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_deployment_state"), "state IN ('active', 'waiting', 'held')")
    # Only what was let in once has courses.
    op.execute(
        "UPDATE deployment SET state = 'held' WHERE state = 'waiting' "
        "AND EXISTS (SELECT 1 FROM context WHERE context.deployment_id = deployment.id)"
    )


def downgrade() -> None:
    op.execute("UPDATE deployment SET state = 'waiting' WHERE state = 'held'")
    with op.batch_alter_table("deployment") as batch_op:
        batch_op.drop_constraint(op.f("ck_deployment_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_deployment_state"), "state IN ('active', 'waiting')")
    with op.batch_alter_table("admin_session") as batch_op:
        batch_op.drop_constraint(op.f("fk_admin_session_deployment_id"), type_="foreignkey")
        batch_op.drop_column("deployment_id")

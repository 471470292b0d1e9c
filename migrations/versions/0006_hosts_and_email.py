"""The hosts of schools that share an issuer, and whether a platform's e-mail addresses are kept.

The release before this one has no say about e-mail: platforms of whose people it keeps addresses go on keeping them,
all others keep none. Going down again forgets the hosts, which the next launches tell anew, and what was chosen.
"""

import sqlalchemy as sa
from alembic import op

from config.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deployment_origin",
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployment.id"],
            name=op.f("fk_deployment_origin_deployment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("deployment_id", "origin", name=op.f("pk_deployment_origin")),
    )
    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(sa.Column("keeps_email", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE registration SET keeps_email = keeps_names WHERE EXISTS "
        "(SELECT 1 FROM person WHERE person.registration_id = registration.id AND person.email <> '')"
    )


def downgrade() -> None:
    with op.batch_alter_table("registration") as batch_op:
        batch_op.drop_column("keeps_email")
    op.drop_table("deployment_origin")

"""The name of a platform, and who issues badges there, belong to a deployment: schools can share a registration.

The issuer of a registration becomes that of the deployment which had a badge first. Badges that were described keep
their issuer, also those of a school that shared it; what it describes anew, or copies, has its own. Going down again is refused
once two deployments of a registration have an issuer each: neither can sign for the other.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_FIRST_WITH_A_BADGE = """
    SELECT deployment.id FROM deployment
    LEFT JOIN context ON context.deployment_id = deployment.id
    LEFT JOIN achievement ON achievement.context_id = context.id AND achievement.issuer_profile_id = issuer_profile.id
    WHERE deployment.registration_id = issuer_profile.registration_id
    ORDER BY CASE WHEN achievement.id IS NULL THEN 1 ELSE 0 END, achievement.created_at, deployment.created_at
    LIMIT 1
"""


def upgrade() -> None:
    with op.batch_alter_table("deployment") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=200), server_default=sa.text("''"), nullable=False))
    # Of a shared registration nobody knows whose name it is; the next launches tell.
    op.execute(
        "UPDATE deployment SET name = (SELECT name FROM registration WHERE registration.id = registration_id) "
        "WHERE (SELECT count(*) FROM deployment AS other WHERE other.registration_id = deployment.registration_id) = 1"
    )
    with op.batch_alter_table("issuer_profile") as batch_op:
        batch_op.add_column(sa.Column("deployment_id", sa.Uuid(), nullable=True))
    op.execute(f"UPDATE issuer_profile SET deployment_id = ({_FIRST_WITH_A_BADGE})")  # noqa: S608  (a constant)
    with op.batch_alter_table("issuer_profile") as batch_op:
        batch_op.alter_column("deployment_id", nullable=False)
        batch_op.create_foreign_key(op.f("fk_issuer_profile_deployment_id"), "deployment", ["deployment_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_issuer_profile_deployment_id"), ["deployment_id"])
        batch_op.drop_constraint(op.f("uq_issuer_profile_registration_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_issuer_profile_registration_id"), type_="foreignkey")
        batch_op.drop_column("registration_id")
    with op.batch_alter_table("registration") as batch_op:
        batch_op.drop_column("name")


def downgrade() -> None:
    shared = (
        "SELECT count(*) - count(DISTINCT deployment.registration_id) FROM issuer_profile "
        "JOIN deployment ON deployment.id = issuer_profile.deployment_id"
    )
    if op.get_bind().execute(sa.text(shared)).scalar_one():
        raise RuntimeError("schools that share a registration have an issuer each: the release before knows only one")
    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=200), server_default=sa.text("''"), nullable=False))
    op.execute(
        "UPDATE registration SET name = coalesce((SELECT max(name) FROM deployment "
        "WHERE deployment.registration_id = registration.id), '')"
    )
    with op.batch_alter_table("registration") as batch_op:
        batch_op.alter_column("name", server_default=None)
    with op.batch_alter_table("issuer_profile") as batch_op:
        batch_op.add_column(sa.Column("registration_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE issuer_profile SET registration_id = "
        "(SELECT registration_id FROM deployment WHERE deployment.id = issuer_profile.deployment_id)"
    )
    with op.batch_alter_table("issuer_profile") as batch_op:
        batch_op.alter_column("registration_id", nullable=False)
        batch_op.create_foreign_key(
            op.f("fk_issuer_profile_registration_id"), "registration", ["registration_id"], ["id"]
        )
        batch_op.create_unique_constraint(op.f("uq_issuer_profile_registration_id"), ["registration_id"])
        batch_op.drop_constraint(op.f("uq_issuer_profile_deployment_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_issuer_profile_deployment_id"), type_="foreignkey")
        batch_op.drop_column("deployment_id")
    with op.batch_alter_table("deployment") as batch_op:
        batch_op.drop_column("name")

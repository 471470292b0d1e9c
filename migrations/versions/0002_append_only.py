"""Activities, ledger entries and rule-set versions can be added and nothing else."""

from alembic import op

from migrations.append_only import PROTECTED, protect, unprotect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in PROTECTED:
        protect(table)


def downgrade() -> None:
    for table in PROTECTED:
        unprotect(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")

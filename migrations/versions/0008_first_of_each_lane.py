"""The index along which the outbox finds the first message of each lane, and of those without one.

Only what waits is in it: it stays as small as the work that is left. The release before this one works with it and
without it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_message_lane_due_at_waiting",
        "outbox_message",
        ["state", "lane", "due_at", "created_at", "id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_lane_due_at_waiting", "outbox_message")

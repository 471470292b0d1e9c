"""Migrations: the head is the models, every step goes up and down with the data kept, append-only holds at the head."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import lti_tool.tables  # noqa: F401
from config.database import Base, Database
from config.migrate import current_revision, newest_revision


def test_head_when_compared_with_models_has_no_difference(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert current_revision(database) == newest_revision()

"""The SQLite file of the demo platform: one short connection per piece of work, through the standard library.

Times are whole seconds since 1970. Writers take the lock at once (BEGIN IMMEDIATE), so that several threads or
processes can serve one demo.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lti_tool.demo_platform.canvas_tables import SCHEMA as CANVAS_TABLES
from lti_tool.demo_platform.course_tables import SCHEMA as COURSE_TABLES

_SCHEMA = """
CREATE TABLE IF NOT EXISTS signing_key (
  kid TEXT PRIMARY KEY, private_key BLOB NOT NULL, created_at INTEGER NOT NULL, retired_at INTEGER);
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS used_assertion (jti TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS access_token (
  digest TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires_at INTEGER NOT NULL, tool_id INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS grade (
  line_item_id INTEGER NOT NULL REFERENCES line_item (id) ON DELETE CASCADE, user_id TEXT NOT NULL,
  score REAL, comment TEXT, activity_progress TEXT NOT NULL, grading_progress TEXT NOT NULL,
  scored_at INTEGER NOT NULL, override_score REAL, PRIMARY KEY (line_item_id, user_id));
CREATE TABLE IF NOT EXISTS refusal (
  service TEXT PRIMARY KEY, status INTEGER NOT NULL, left_count INTEGER NOT NULL, retry_after TEXT);
"""


class Store:
    """Opens the file; makes it and its tables when they are not there."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        # It holds private keys, demo or not: readable by the owner only.
        self._path.touch(mode=0o600)
        with self.transaction() as db:
            for statement in f"{COURSE_TABLES.strip()};\n{CANVAS_TABLES.strip()};\n{_SCHEMA.strip()}".split(";\n"):
                db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that holds the write lock; keep the work when the block ends well, else undo it."""
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the file throughout the block."""
        with self._connection() as db:
            db.execute("BEGIN")
            yield db

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=5)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            yield db

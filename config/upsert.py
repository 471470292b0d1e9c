"""INSERT … ON CONFLICT (the named key) DO NOTHING: the only way to say "seen before".

Every other integrity error stays an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.database import Base


def insert_unless_present(tx: Session, model: type[Base], values: Mapping[str, Any], *, key: Sequence[str]) -> Any:
    """Insert a row and return the value of its first primary-key column, or None when the key was there already."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    first_key_column = next(iter(model.__table__.primary_key))
    return tx.execute(
        insert(model).values(dict(values)).on_conflict_do_nothing(index_elements=list(key)).returning(first_key_column)
    ).scalar_one_or_none()

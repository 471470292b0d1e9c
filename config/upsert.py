"""INSERT … ON CONFLICT (the named key): the only way to say "seen before", on both databases.

Every other integrity error stays an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.database import Base


def insert_into(tx: Session, model: type[Base], values: Mapping[str, Any]) -> postgresql.Insert | sqlite.Insert:
    """Return the insert of a row in the words of this database, for an ON CONFLICT clause."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model).values(dict(values))


def insert_rows_into(tx: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return the insert without values, for any number of rows in one call and an ON CONFLICT clause."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(cast(Table, model.__table__))


def insert_unless_present(
    tx: Session, model: type[Base], values: Mapping[str, Any], *, key: Sequence[str], where: str | None = None
) -> Any:
    """Insert a row and return the value of its first primary-key column, or None when the key was there already.

    `where` is the condition of a partial unique index, in the words of the index.
    """
    first_key_column = next(iter(model.__table__.primary_key))
    return tx.execute(
        insert_into(tx, model, values)
        .on_conflict_do_nothing(index_elements=list(key), index_where=None if where is None else text(where))
        .returning(first_key_column)
    ).scalar_one_or_none()


def insert_many_unless_present(
    tx: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    returning: Sequence[str] = (),
) -> list[Any]:
    """Insert the rows whose key is not there yet; returns the named columns of those that were inserted.

    Rows are inserted in the order given: two callers that give the same keys in the same order never wait for each
    other in a circle.
    """
    if not rows:
        return []
    statement = insert_rows_into(tx, model).on_conflict_do_nothing(index_elements=list(key))
    if not returning:
        tx.execute(statement, [dict(row) for row in rows])
        return []
    columns = [model.__table__.c[name] for name in returning]
    return list(tx.execute(statement.returning(*columns), [dict(row) for row in rows]))

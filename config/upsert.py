"""INSERT … ON CONFLICT (the named key): the only way to say "seen before", on both databases.

Every other integrity error stays an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import String, Table, bindparam, column, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from config.database import Base


def insert_into(tx: Session, model: type[Base], values: Mapping[str, Any]) -> postgresql.Insert | sqlite.Insert:
    """Return the insert of a row in the words of this database, for an ON CONFLICT clause."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(model).values(dict(values))


def insert_unless_present(
    tx: Session, model: type[Base], values: Mapping[str, Any], *, key: Sequence[str], where: str | None = None
) -> Any:
    """Insert a row and return the value of its first primary-key column, or None when the key was there already.

    `where` is the condition of a partial unique index, in the words of the index.
    """
    first_key_column = next(iter(model.__table__.primary_key)).name
    written = insert_many(tx, model, [values], key=key, where=where or "", returning=(first_key_column,))
    return written[0][0] if written else None


def insert_many_unless_present(
    tx: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    where: str = "",
    returning: Sequence[str] = (),
) -> list[Any]:
    """Insert the rows whose key is not there yet; returns the named columns of those that were inserted.

    Rows are inserted in the order given: two callers that give the same keys in the same order never wait for each
    other in a circle. `where` is the condition of a partial unique index, in the words of the index.
    """
    return insert_many(tx, model, rows, key=key, where=where, returning=returning)


def insert_many(
    tx: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str] = (),
    where: str = "",
    update: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[Any]:
    """Insert rows that all name the same columns, in the order given; returns the named columns of what was written.

    Of a row whose `key` is there already the columns of `update` are written; without `update` it is left alone. On
    PostgreSQL no two rows may have the same key where `update` is given.
    """
    if not rows:
        return []
    is_postgresql = tx.get_bind().dialect.name == "postgresql"
    as_arrays = is_postgresql and len(rows) > 1
    statement = _insert_statement(
        cast(Table, model.__table__),
        tuple(rows[0]),
        tuple(key),
        where,
        tuple(update),
        tuple(returning),
        is_postgresql=is_postgresql,
        as_arrays=as_arrays,
    )
    values: Any
    if as_arrays:
        values = {name: [row[name] for row in rows] for name in rows[0]}
    else:
        values = dict(rows[0]) if len(rows) == 1 else [dict(row) for row in rows]
    result = tx.execute(statement, values)
    return list(result) if returning else []


@lru_cache(maxsize=256)
def _insert_statement(
    table: Table,
    names: tuple[str, ...],
    key: tuple[str, ...],
    where: str,
    update: tuple[str, ...],
    returning: tuple[str, ...],
    *,
    is_postgresql: bool,
    as_arrays: bool,
) -> Any:
    """Build the statement, once: making one costs as much as running it.

    Many rows are for PostgreSQL one array for each column, so that the text is the same however many there are: it is
    parsed and planned once. SQLite runs a statement for each row without leaving the process.
    """
    statement: Any = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
    if as_arrays:
        types = {name: _without_length(table.c[name].type) for name in names}
        arrays = [bindparam(name, type_=postgresql.ARRAY(types[name], dimensions=1)) for name in names]
        columns = [column(name, types[name]) for name in names]
        given = func.unnest(*arrays).table_valued(*columns, name="given").render_derived()
        statement = statement.from_select(names, select(given))
    if key:
        index = {"index_elements": list(key), "index_where": text(where) if where else None}
        if update:
            statement = statement.on_conflict_do_update(
                **index, set_={name: statement.excluded[name] for name in update}
            )
        else:
            statement = statement.on_conflict_do_nothing(**index)
    return statement.returning(*(table.c[name] for name in returning)) if returning else statement


def _without_length(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Leave the length to the table: a cast to `varchar(20)[]` cuts what is too long, and says nothing."""
    return String() if isinstance(type_, String) else type_

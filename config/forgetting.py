"""Deleting old rows a part at a time, so that no request waits long behind it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def delete_some(tx: Session, key: InstrumentedAttribute[Any], *conditions: ColumnElement[bool], limit: int) -> int:
    """Delete up to `limit` rows that meet the conditions, by their primary key; returns how many.

    Rows that another transaction holds are passed over.
    """
    query = select(key).where(*conditions).limit(limit).with_for_update(skip_locked=True)
    keys = tx.execute(query).scalars().all()
    if keys:
        tx.execute(delete(key.class_).where(key.in_(keys)).execution_options(synchronize_session=False))
    return len(keys)

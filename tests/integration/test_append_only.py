"""Activities, ledger entries, published rules and badge texts can be added and nothing else, whatever tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from badges.models import AchievementVersion
from config.database import Base, Database
from config.migrate import downgrade, upgrade
from gamification.models import ActivityRow, LedgerEntry, RuleSetVersion
from migrations.append_only import PROTECTED
from tests.factories.badge_rows import make_achievement_version
from tests.factories.rows import make_activity, make_ledger_entry, make_person, make_rule_set_version

MODELS: dict[str, type[Base]] = {
    "activity": ActivityRow,
    "ledger_entry": LedgerEntry,
    "rule_set_version": RuleSetVersion,
    "achievement_version": AchievementVersion,
}
OTHER_COLUMN = {
    "activity": "external_id",
    "ledger_entry": "effect_key",
    "rule_set_version": "number",
    "achievement_version": "number",
}
OTHER_VALUE: dict[str, Any] = {
    "activity": "other",
    "ledger_entry": "other",
    "rule_set_version": 99,
    "achievement_version": 99,
}
UNIQUE_KEY = {
    "activity": ["source", "external_id"],
    "ledger_entry": ["context_id", "person_id", "effect_key", "step"],
    "rule_set_version": ["context_id", "number"],
    "achievement_version": ["achievement_id", "number"],
}
REFERRED_BY = {
    "activity": "activity_id FROM ledger_entry",
    "ledger_entry": "activity_id FROM ledger_entry",
    "rule_set_version": "rule_set_version_id FROM ledger_entry",
    "achievement_version": "achievement_version_id FROM award",
}
PARENTS = ("context", "person", "registration", "task")

tables = pytest.mark.parametrize("table", sorted(MODELS))


def test_tables_when_listed_as_protected_are_the_ones_tested_here() -> None:
    assert set(PROTECTED) == set(MODELS)


@tables
def test_update_when_tried_is_refused(filled: Database, table: str) -> None:
    _refused(filled, table, f"UPDATE {table} SET {OTHER_COLUMN[table]} = {OTHER_COLUMN[table]}")


@tables
def test_delete_when_tried_is_refused(filled: Database, table: str) -> None:
    with filled.transaction() as tx:
        makers: dict[str, Callable[[Session], object]] = {
            "activity": make_activity,
            "rule_set_version": make_rule_set_version,
        }
        makers.get(table, _fill)(tx)

    # Only rows that no other row refers to: nothing but the trigger stands in the way.
    _refused(filled, table, f"DELETE FROM {table} WHERE id NOT IN (SELECT {REFERRED_BY[table]})")


@tables
def test_upsert_when_the_key_is_there_already_is_refused(filled: Database, table: str) -> None:
    kind = sqlite.insert if filled.is_sqlite else postgresql.insert
    row = _rows(filled, table)[0]

    statement = (
        kind(MODELS[table])
        .values(row)
        .on_conflict_do_update(index_elements=UNIQUE_KEY[table], set_={OTHER_COLUMN[table]: OTHER_VALUE[table]})
    )

    _refused(filled, table, statement)


@tables
@pytest.mark.parametrize("clash", ["primary-key", "unique-key"])
def test_replace_when_tried_on_sqlite_is_refused(filled_sqlite: Database, table: str, clash: str) -> None:
    row = dict(_rows(filled_sqlite, table)[0])
    if clash == "primary-key":
        row[OTHER_COLUMN[table]] = OTHER_VALUE[table]
    else:
        row["id"] = _rows(filled_sqlite, "registration")[0]["id"]

    _refused(filled_sqlite, table, insert(MODELS[table]).values(row).prefix_with("OR REPLACE"))


@tables
def test_truncate_when_tried_on_postgres_is_refused(filled_postgres: Database, table: str) -> None:
    _refused(filled_postgres, table, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("parent", PARENTS)
def test_truncate_when_it_cascades_from_a_parent_on_postgres_is_refused(filled_postgres: Database, parent: str) -> None:
    _refused(filled_postgres, "", f"TRUNCATE {parent} CASCADE")


@tables
def test_insert_when_the_row_is_new_is_accepted(filled: Database, table: str) -> None:
    before = len(_rows(filled, table))

    with filled.transaction() as tx:
        _fill(tx)

    assert len(_rows(filled, table)) == before + 1


def test_actor_when_changed_or_given_afterwards_is_refused(filled: Database) -> None:
    """Who decided belongs to the fact as much as what was decided."""
    with filled.transaction() as tx:
        somebody = make_person(tx).id

    _refused(filled, "activity", update(ActivityRow).values(actor_id=somebody))
    _refused(filled, "activity", update(ActivityRow).where(ActivityRow.actor_id.is_(None)).values(actor_id=None))


def test_upsert_when_only_the_actor_would_change_is_refused(filled: Database) -> None:
    kind = sqlite.insert if filled.is_sqlite else postgresql.insert
    statement = kind(ActivityRow).values(_rows(filled, "activity")[0])

    for key in (["source", "external_id"], ["id"]):
        upsert = statement.on_conflict_do_update(index_elements=key, set_={"actor_id": statement.excluded.actor_id})
        _refused(filled, "activity", upsert)


@tables
def test_rows_when_reviews_were_migrated_down_and_up_again_still_cannot_change(database_url: str, table: str) -> None:
    """The step that adds a column to an append-only table takes its triggers along, in both directions."""
    downgrade(database_url, "0002")
    below = Database(database_url)
    names_below = _triggers(below)
    below.dispose()
    upgrade(database_url)
    again = Database(database_url)
    with again.transaction() as tx:
        _fill(tx)

    assert names_below == _triggers(again)
    _refused(again, table, f"UPDATE {table} SET {OTHER_COLUMN[table]} = {OTHER_COLUMN[table]}")
    _refused(again, table, f"DELETE FROM {table}")
    again.dispose()


def test_triggers_when_at_the_head_exist_for_every_protected_table(database: Database) -> None:
    found = _triggers(database)

    for table in PROTECTED:
        names = {name for of_table, name in found if of_table == table}
        if database.is_sqlite:
            assert names == {f"{table}_no_update", f"{table}_no_delete"}
        else:
            assert {f"{table}_no_change UPDATE", f"{table}_no_change DELETE", f"{table}_no_truncate"} <= names


def _triggers(database: Database) -> set[tuple[str, ...]]:
    query = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT event_object_table, trigger_name || ' ' || event_manipulation FROM information_schema.triggers"
        " UNION SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.reading() as tx:
        return {tuple(row) for row in tx.execute(text(query))}


def _refused(database: Database, table: str, statement: Any) -> None:
    before = {name: _rows(database, name) for name in (*MODELS, *PARENTS)}
    assert all(before.values())

    with pytest.raises(DBAPIError, match=f"{table} is append-only") as caught, database.transaction() as tx:
        tx.execute(text(statement) if isinstance(statement, str) else statement)

    assert isinstance(caught.value, IntegrityError)
    assert {name: _rows(database, name) for name in before} == before


def _rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.reading() as tx:
        found = tx.execute(select(Base.metadata.tables[table])).mappings()
        return sorted((dict(row) for row in found), key=lambda row: str(row["id"]))


def _fill(tx: Session) -> None:
    make_ledger_entry(tx)
    make_achievement_version(tx)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as tx:
        _fill(tx)
    return database


@pytest.fixture
def filled_sqlite(sqlite_url: str) -> Iterator[Database]:
    yield from _filled(sqlite_url)


@pytest.fixture
def filled_postgres(postgres_url: str) -> Iterator[Database]:
    yield from _filled(postgres_url)


def _filled(url: str) -> Iterator[Database]:
    database = Database(url)
    with database.transaction() as tx:
        _fill(tx)
    yield database
    database.dispose()

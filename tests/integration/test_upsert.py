"""Seen before: only the named key says so; every other clash stays an error."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from config.database import Database
from config.ids import new_id
from config.upsert import insert_many, insert_many_unless_present, insert_unless_present
from gamification.models import Balance
from lti_tool.roster.models import LineItem, Person
from tests.factories.rows import NOW, make_balance, make_registration, make_resource_link

KEY = ("registration_id", "subject")


def test_insert_when_the_key_is_new_returns_the_primary_key(database: Database) -> None:
    person_id = new_id()

    with database.transaction() as tx:
        returned = insert_unless_present(tx, Person, _person(make_registration(tx).id, id=person_id), key=KEY)

    assert returned == person_id


def test_insert_when_the_key_is_there_returns_none_and_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        registration_id = make_registration(tx).id
        insert_unless_present(tx, Person, _person(registration_id, name="First"), key=KEY)

    with database.transaction() as tx:
        returned = insert_unless_present(tx, Person, _person(registration_id, name="Second"), key=KEY)

    assert returned is None
    with database.reading() as tx:
        assert tx.execute(select(Person.name)).scalars().all() == ["First"]


def test_insert_when_another_key_clashes_is_an_error(database: Database) -> None:
    with database.transaction() as tx:
        registration_id = make_registration(tx).id
        person = _person(registration_id)
        insert_unless_present(tx, Person, person, key=KEY)

    with pytest.raises(IntegrityError), database.transaction() as tx:
        insert_unless_present(tx, Person, _person(registration_id, id=person["id"], subject="other"), key=KEY)


def test_insert_when_the_parent_is_missing_is_an_error(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as tx:
        insert_unless_present(tx, Person, _person(new_id()), key=KEY)


def test_insert_when_the_primary_key_is_the_key_works_with_more_than_one_column(database: Database) -> None:
    with database.transaction() as tx:
        balance = make_balance(tx, points=7)
        values = {
            "context_id": balance.context_id,
            "person_id": balance.person_id,
            "points": 0,
            "goal_reached": False,
            "updated_at": NOW,
        }

        returned = insert_unless_present(tx, Balance, values, key=("context_id", "person_id"))

    assert returned is None
    with database.reading() as tx:
        assert tx.execute(select(Balance.points)).scalars().all() == [7]


def test_many_when_some_keys_are_there_returns_the_new_ones_and_leaves_the_others(database: Database) -> None:
    with database.transaction() as tx:
        registration_id = make_registration(tx).id
        insert_unless_present(tx, Person, _person(registration_id, subject="b", name="First"), key=KEY)
        told = [_person(registration_id, subject=subject, name=f"Told {subject}") for subject in ("a", "b", "c", "a")]

        written = insert_many_unless_present(tx, Person, told, key=KEY, returning=("id", "subject"))

    assert {(row.id, row.subject) for row in written} == {(told[0]["id"], "a"), (told[2]["id"], "c")}
    with database.reading() as tx:
        assert _names(tx) == {"a": "Told a", "b": "First", "c": "Told c"}


@pytest.mark.parametrize("subjects", [("a",), ("a", "b", "c")])
def test_many_when_told_to_update_writes_the_named_columns_only(database: Database, subjects: tuple[str, ...]) -> None:
    with database.transaction() as tx:
        registration_id = make_registration(tx).id
        before = [_person(registration_id, subject=subject, name="Before", locale="nl") for subject in subjects]
        insert_many(tx, Person, before)
        after = [_person(registration_id, subject=subject, name="After", locale="en") for subject in subjects]

        insert_many(tx, Person, after, key=KEY, update=("name",))

    with database.reading() as tx:
        rows = tx.execute(select(Person.id, Person.name, Person.locale).order_by(Person.subject)).all()
    assert [tuple(row) for row in rows] == [(person["id"], "After", "nl") for person in before]


def test_many_when_values_are_json_moments_or_nothing_keeps_them_as_they_were(database: Database) -> None:
    with database.transaction() as tx:
        first = make_resource_link(tx)
        context_id = first.context_id
        common = {"context_id": context_id, "task_id": None, "is_silent": False, "seen_at": NOW}
        items = [
            {"id": new_id(), "resource_link_id": first.id, "url": 'a "b", {c} \\ NULL', "scopes": ['x "y"', "{z}"]}
            | common,
            {"id": new_id(), "resource_link_id": None, "url": "", "scopes": []} | common,
        ]

        insert_many(tx, LineItem, items)

    with database.reading() as tx:
        for item in items:
            kept = tx.get_one(LineItem, item["id"])
            assert {name: getattr(kept, name) for name in item} == item


def test_many_when_one_clashes_on_another_key_writes_none(database: Database) -> None:
    with database.transaction() as tx:
        registration_id = make_registration(tx).id
        person = _person(registration_id)
        insert_unless_present(tx, Person, person, key=KEY)

    told = [_person(registration_id, subject="new"), _person(registration_id, id=person["id"], subject="other")]
    with pytest.raises(IntegrityError), database.transaction() as tx:
        insert_many_unless_present(tx, Person, told, key=KEY)

    with database.reading() as tx:
        assert set(_names(tx)) == {"subject-1"}


def test_many_when_a_text_is_too_long_is_an_error_on_postgresql(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.transaction() as tx:
        registration_id = make_registration(tx).id
    told = [_person(registration_id, subject="a"), _person(registration_id, subject="b" * 256)]

    with pytest.raises(DataError), database.transaction() as tx:
        insert_many_unless_present(tx, Person, told, key=KEY)

    database.dispose()


def _names(tx: Session) -> dict[str, str]:
    return {row.subject: row.name for row in tx.execute(select(Person.subject, Person.name))}


def _person(registration_id: uuid.UUID, **values: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "registration_id": registration_id,
        "subject": "subject-1",
        "name": "",
        "given_name": "",
        "email": "",
        "locale": "",
        "created_at": NOW,
    } | values

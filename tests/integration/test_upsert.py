"""Seen before: only the named key says so; every other clash stays an error."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from config.database import Database
from config.ids import new_id
from config.upsert import insert_unless_present
from gamification.models import Balance
from lti_tool.roster.models import Person
from tests.factories.rows import NOW, make_balance, make_registration

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

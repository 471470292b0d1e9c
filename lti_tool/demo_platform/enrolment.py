"""Who is in the course now: everybody of the roster but those who left."""

from __future__ import annotations

from lti_tool.demo_platform.roster import PEOPLE, Person
from lti_tool.demo_platform.store import Store


class Enrolment:
    """The departures in the store. Somebody who left keeps their grades, as on a real platform."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_people(self) -> list[Person]:
        """Return who is in the course, in the order of the roster."""
        with self._store.reading() as db:
            left = {row["user_id"] for row in db.execute("SELECT user_id FROM departure")}
        return [person for person in PEOPLE if person.user_id not in left]

    def holds(self, person: Person) -> bool:
        """Tell whether this person is in the course."""
        return person in self.list_people()

    def leave(self, person: Person) -> None:
        """Take a person out of the course; nothing happens when they left before."""
        with self._store.transaction() as db:
            db.execute("INSERT OR IGNORE INTO departure VALUES (?)", (person.user_id,))

    def come_back(self, person: Person) -> None:
        """Put a person back into the course."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM departure WHERE user_id = ?", (person.user_id,))

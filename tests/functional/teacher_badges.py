"""Badges in a course as its teacher finds them: many at once, of another course, and the rows of the page."""

from __future__ import annotations

import re
import uuid

from sqlalchemy import event, select, update

from badges.models import Achievement, AchievementVersion, Award
from badges.reports import reports_about
from config.ids import new_id
from gamification.rules import current_rules
from lti_tool.roster.models import Context
from tests.factories.rows import make_membership, make_person, registration_of
from tests.functional.classroom import Classroom, words_in
from tests.functional.public_badges import Badge


def award_row(badge: Badge) -> Award:
    with badge.site.tool.db.reading() as tx:
        return tx.get_one(Award, badge.id)


def rows(page: str) -> list[str]:
    return [words_in(row) for row in re.findall(r'<tr role="row"><th scope="row".*?</tr>', page, re.S)]


def report_id_of(badge: Badge) -> uuid.UUID:
    with badge.site.tool.db.reading() as tx:
        return reports_about(tx, [badge.id])[badge.id][0].report_id


def badge_elsewhere(badge: Badge) -> Badge:
    """Let this badge be one of another course of the same school."""
    with badge.site.tool.db.transaction() as tx:
        here = tx.get_one(Context, badge.room.context_id)
        other = Context(
            id=new_id(),
            deployment_id=here.deployment_id,
            external_context_id="context:elsewhere",
            title="Elders",
            created_at=badge.room.now,
        )
        tx.add(other)
        tx.flush()
        tx.execute(update(Achievement).values(context_id=other.id))
    return badge


def award_many_rows(room: Classroom, how_many: int) -> None:
    with room.site.tool.db.transaction() as tx:
        context = tx.get_one(Context, room.context_id)
        current = current_rules(tx, room.context_id)
        version = tx.execute(select(AchievementVersion).order_by(AchievementVersion.number.desc())).scalars().first()
        assert current is not None
        assert version is not None
        for number in range(how_many):
            person = make_person(tx, registration_of(tx, context), name=f"Leerling {number:03}")
            make_membership(tx, context, person)
            tx.add(
                Award(
                    id=new_id(),
                    achievement_id=version.achievement_id,
                    achievement_version_id=version.id,
                    person_id=person.id,
                    rule_set_version_id=current.version_id,
                    awarded_at=room.now,
                )
            )


def count_queries(room: Classroom, path: str) -> int:
    statements: list[str] = []
    engine = room.site.tool.db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    room.page(path)
    event.remove(engine, "before_cursor_execute", note)
    assert statements
    return len(statements)

"""What happens to a learner's badge: earned, signed, given and taken back by the teacher, read back from a download."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import select

from badges.achievement import BadgeDetails
from badges.models import Achievement, AchievementVersion, Award
from config.ids import new_id
from gamification.engine.activity import Verb
from lti_tool.awarding import give_badge, take_badge_back
from lti_tool.jobs.worker import drain
from tests.functional.classroom import TEACHER, Classroom
from tests.functional.conftest import Site
from tests.functional.learner_steps import Pupil

REVIEW = "Netjes geschreven."
DETAILS = BadgeDetails(
    description="Je kunt veilig werken.", picture="shield.sky.helmet.2", alt_text="Een blauw schild met een helm"
)


def reach_goal(pupil: Pupil) -> uuid.UUID:
    """Do everything that the goal asks, the last task by a review, and return the badge."""
    room = pupil.room
    room.finish(pupil.id, room.read, room.tidy)
    room.judge(room.hand_in(pupil.id), Verb.APPROVED, REVIEW)
    return award_of(pupil)


def award_of(pupil: Pupil) -> uuid.UUID:
    """Return the newest badge of a learner."""
    mine = select(Award.id).where(Award.person_id == pupil.id).order_by(Award.awarded_at.desc())
    with pupil.room.site.tool.db.reading() as tx:
        return tx.execute(mine.limit(1)).scalar_one()


def row_of(site: Site, award_id: uuid.UUID) -> Award:
    with site.tool.db.reading() as tx:
        return tx.get_one(Award, award_id)


def sign_all(site: Site) -> None:
    while drain(site.tool):
        pass


def give(pupil: Pupil, reason: str = "Ik zag je drie dagen veilig werken.") -> uuid.UUID:
    """Give the badge of the course by hand, a moment after what came before."""
    room = pupil.room
    room.site.clock.advance(seconds=1)
    with room.site.tool.db.transaction() as tx:
        give_badge(
            tx,
            context_id=room.context_id,
            person_id=pupil.id,
            actor_id=room.person_of(TEACHER.value),
            role=TEACHER,
            reason=reason,
            request_id=new_id(),
            now=room.now,
        )
    return award_of(pupil)


def take_back(pupil: Pupil, reason: str = "De quiz was van een ander.") -> None:
    room = pupil.room
    room.site.clock.advance(seconds=1)
    with room.site.tool.db.transaction() as tx:
        take_badge_back(
            tx,
            context_id=room.context_id,
            person_id=pupil.id,
            award_id=award_of(pupil),
            actor_id=room.person_of(TEACHER.value),
            role=TEACHER,
            reason=reason,
            request_id=new_id(),
            now=room.now,
        )


def say_on_badges(room: Classroom, *, name: str = "Veilig werken", details: BadgeDetails = DETAILS) -> None:
    """Let the badge of the course say something else to whoever earns it from now on, or has it already."""
    with room.site.tool.db.transaction() as tx:
        achievement = tx.execute(select(Achievement)).scalar_one()
        details = replace(details, language=details.language or "nl")
        version = AchievementVersion(
            id=new_id(),
            achievement_id=achievement.id,
            number=100,
            name=name,
            criteria="Je deed mee.",
            description=details.description,
            badge_type=details.badge_type,
            proof_kind=details.proof_kind,
            picture=details.picture,
            alt_text=details.alt_text,
            language=details.language,
            created_at=room.now,
        )
        tx.add(version)
        tx.flush()
        for award in tx.execute(select(Award).where(Award.achievement_id == achievement.id)).scalars():
            award.achievement_version_id = version.id

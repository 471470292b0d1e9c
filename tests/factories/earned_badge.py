"""A learner who has earned the badge of a course, and everything that staff, the worker and time can do to it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from badges.award import AwardView, find_award, signed_document
from badges.decisions import Decided
from badges.issuer import known_keys, rotate_key
from badges.models import Award, IssuerProfile
from badges.openbadges.key import PublicKey
from config.clock import SettableClock
from config.ids import new_id
from lti_tool.awarding import give_badge, take_badge_back
from lti_tool.issuing import issue_credential
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.roster.models import Person
from lti_tool.tool import Tool
from tests.factories.promises import take_promises
from tests.factories.school import School, open_school

TEACHER = PrincipalRole.INSTRUCTOR


class EarnedBadge:
    """The badge of `school.learner`, earned and not signed yet."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.tool: Tool = school.tool
        school.finish(1, 2)
        with self.tool.db.reading() as tx:
            self.award_id: uuid.UUID = tx.execute(
                select(Award.id).where(Award.person_id == school.learner.id)
            ).scalar_one()

    def later(self, **by: float) -> None:
        assert isinstance(self.tool.clock, SettableClock)
        self.tool.clock.advance(**(by or {"minutes": 1}))

    def sign(self) -> int:
        """Do what was promised; return how many badges were to be signed."""
        with self.tool.db.transaction() as tx:
            promised = [ids for type, ids in take_promises(tx) if type == MessageType.ISSUE_CREDENTIAL]
        for ids in promised:
            issue_credential(self.tool, uuid.UUID(ids["award_id"]))
        return len(promised)

    def give(
        self,
        who: Person | None = None,
        *,
        reason: str = "Ik zag het op het werk.",
        request_id: uuid.UUID | None = None,
        role: PrincipalRole = TEACHER,
    ) -> Decided:
        with self.tool.db.transaction() as tx:
            return give_badge(
                tx,
                context_id=self.school.context.id,
                person_id=(who or self.school.learner).id,
                actor_id=self.school.teacher.id,
                role=role,
                reason=reason,
                request_id=request_id or new_id(),
                now=self.tool.clock.now(),
            )

    def take_back(
        self,
        *,
        reason: str = "Dit was van iemand anders.",
        request_id: uuid.UUID | None = None,
        role: PrincipalRole = TEACHER,
        award_id: uuid.UUID | None = None,
        person_id: uuid.UUID | None = None,
    ) -> Decided:
        with self.tool.db.transaction() as tx:
            return take_badge_back(
                tx,
                context_id=self.school.context.id,
                person_id=person_id or self.school.learner.id,
                award_id=award_id or self.award_id,
                actor_id=self.school.teacher.id,
                role=role,
                reason=reason,
                request_id=request_id or new_id(),
                now=self.tool.clock.now(),
            )

    def rotate(self, *, compromised: bool) -> list[uuid.UUID]:
        with self.tool.db.transaction() as tx:
            issuer_id = tx.execute(select(IssuerProfile.id)).scalar_one()
            return rotate_key(tx, self.tool.box, issuer_id, compromised=compromised, now=self.tool.clock.now())

    def view(self, award_id: uuid.UUID | None = None) -> AwardView:
        with self.tool.db.reading() as tx:
            found = find_award(tx, award_id or self.award_id)
        assert found is not None
        return found

    def document(self, award_id: uuid.UUID | None = None) -> bytes | None:
        with self.tool.db.reading() as tx:
            return signed_document(tx, award_id or self.award_id)

    def content(self) -> dict[str, Any]:
        document = self.document()
        assert document is not None
        content: dict[str, Any] = json.loads(document)
        return content

    def known_keys(self) -> dict[str, PublicKey]:
        with self.tool.db.reading() as tx:
            return known_keys(tx)


@contextmanager
def earned_badge(database_url: str, *, public_url: str = "http://localhost:8700") -> Iterator[EarnedBadge]:
    """Yield the badge; with an https address its issuer is a did:web, without one a did:key."""
    with open_school(database_url, public_url=public_url) as school:
        yield EarnedBadge(school)

"""Erasing a person: their name and address, their words and work, and the salts that make badges point at them.

Activities, points and awards stay, as numbers under an id behind which nobody can be found: other people's totals,
reports and statistics rest on them, and they are append-only. What was sent to a platform, or downloaded, is there.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from badges.models import Award, AwardDecision, AwardReport, Credential, CredentialSalt, Recipient
from config.errors import Conflict, NotFound
from gamification.models import HandIn, Remark
from lti_tool.roster.gradebook_models import ScoreDelivery
from lti_tool.roster.item_models import GatePass, GradeByHand
from lti_tool.roster.models import Membership, Person
from lti_tool.roster.platform_models import AdminSession
from lti_tool.roster.session_models import LaunchSession

_ERASED_SUBJECT = "erased:"


def erase_person(tx: Session, person_id: uuid.UUID, *, now: datetime) -> None:
    """Erase a person. Launching again, they are somebody new.

    Raises:
        NotFound: there is nobody of that id.
        Conflict: `erased-before`.
    """
    person = tx.execute(select(Person).where(Person.id == person_id).with_for_update()).scalar_one_or_none()
    if person is None:
        raise NotFound("person")
    if person.erased_at is not None:
        raise Conflict("erased-before")
    person.name = person.given_name = person.email = person.locale = person.launch_locale = ""
    # The platform's id of them is personal data as well, and a new launch must not find this row.
    person.subject = f"{_ERASED_SUBJECT}{uuid.uuid4()}"
    person.erased_at = now
    tx.flush()
    tx.execute(delete(LaunchSession).where(LaunchSession.for_person_id == person_id))
    for table in (LaunchSession, AdminSession, Membership, ScoreDelivery, GatePass, GradeByHand, Recipient):
        tx.execute(delete(table).where(table.person_id == person_id))
    tx.execute(update(HandIn).where(HandIn.person_id == person_id).values(text="", link=""))
    tx.execute(update(Remark).where(Remark.person_id == person_id).values(text=""))
    _erase_badges(tx, person_id, now=now)


def _erase_badges(tx: Session, person_id: uuid.UUID, *, now: datetime) -> None:
    # First of all, and so locked: who signs, decides or reports at this moment is through before, or finds it erased.
    tx.execute(
        update(Award).where(Award.person_id == person_id).values(erased_at=now, shared_at=None, shows_name=False)
    )
    awards = select(Award.id).where(Award.person_id == person_id).scalar_subquery()
    credentials = select(Credential.id).where(Credential.award_id.in_(awards)).scalar_subquery()
    tx.execute(delete(CredentialSalt).where(CredentialSalt.credential_id.in_(credentials)))
    tx.execute(update(AwardDecision).where(AwardDecision.award_id.in_(awards)).values(reason=""))
    tx.execute(update(AwardReport).where(AwardReport.award_id.in_(awards)).values(text="", contact=""))

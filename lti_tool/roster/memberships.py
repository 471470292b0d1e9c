"""Keeping what a roster says: who is in a course, in which role, and who is not any more. Any number in few statements.

Nobody is matched by name or address. Somebody who was erased has no subject that a roster could name: listed again they
are somebody new.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_many, insert_many_unless_present
from lti_tool.lti.nrps import Member
from lti_tool.lti.roles import PrincipalRole, may_earn, principal_role
from lti_tool.platforms.families import family_of
from lti_tool.roster.kept_names import KeptNames, kept_names
from lti_tool.roster.listed_roles import is_active, role_now
from lti_tool.roster.models import Membership, Person, Presentation, Registration

BATCH = 500
"""Members in one transaction: a launch waits no longer than that takes."""
_MEMBERSHIP_COLUMNS = ("role", "listed_at", "listed_role", "left_at", "group_ids")


@dataclass(frozen=True)
class MemberOfCourse:
    """Somebody whom we know in a course; `is_here` says that they have not left it."""

    person_id: uuid.UUID
    role: PrincipalRole
    listed_role: PrincipalRole | None
    has_launched: bool
    is_here: bool

    @property
    def earns(self) -> bool:
        """Whether they learn here now."""
        return self.is_here and may_earn(self.role)


@dataclass(frozen=True)
class Kept:
    """What keeping some members led to.

    `present` are those that are in the course now; `has_new` says that somebody was not known here before, and
    `has_returned` that somebody can earn again here: what changed meanwhile passed them over.
    """

    present: frozenset[uuid.UUID]
    has_new: bool
    has_returned: bool


def members_of_course(tx: Session, context_id: uuid.UUID) -> dict[str, MemberOfCourse]:
    """Return everybody whom we know in this course, by what the platform calls them."""
    rows = tx.execute(
        select(
            Person.subject,
            Membership.person_id,
            Membership.role,
            Membership.listed_role,
            Membership.launched_at,
            Membership.left_at,
        )
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id)
    )
    return {
        subject: MemberOfCourse(
            person_id,
            PrincipalRole(role),
            PrincipalRole(listed_role) if listed_role else None,
            launched_at is not None,
            left_at is None,
        )
        for subject, person_id, role, listed_role, launched_at, left_at in rows
    }


def keep_listed(
    tx: Session,
    registration: Registration,
    context_id: uuid.UUID,
    members: Sequence[Member],
    *,
    staff: Collection[str] | None,
    with_groups: bool = False,
    now: datetime,
) -> Kept:
    """Keep these members of a course, a batch of some hundreds at most.

    `staff` is who is staff by the gate for it, None where there is none to be believed. People are written in the order
    of what the platform calls them, memberships in that of people: so nobody waits in a circle.
    """
    listed = {member.user_id: member for member in sorted(members, key=lambda one: (one.user_id, is_active(one)))}
    known = _known_people(tx, registration.id, listed)
    people = known | _keep_people(tx, registration, listed, known, now=now)
    by_person = {people[subject].id: member for subject, member in listed.items() if subject in people}
    there = {row.person_id: row for row in _lock_memberships(tx, context_id, by_person)}
    lies = family_of(registration.product_family).roster_calls_assistants_learners
    new, changed, has_returned = [], [], False
    for person_id in sorted(by_person):
        member, row = by_person[person_id], there.get(person_id)
        if row is None and not is_active(member):
            continue
        values = _membership_values(member, row, staff, lies=lies, with_groups=with_groups, now=now)
        if row is None:
            new.append(_new_membership(context_id, person_id, values))
            continue
        if all(getattr(row, name) == value for name, value in values.items()):
            continue
        was_earning = row.left_at is None and may_earn(PrincipalRole(row.role))
        has_returned = has_returned or (not was_earning and values["left_at"] is None and may_earn(values["role"]))
        changed.append(_new_membership(context_id, person_id, values))
    key = ("context_id", "person_id")
    # A launch that comes at this moment says more than the roster: its membership is left alone.
    insert_many_unless_present(tx, Membership, new, key=key, returning=("person_id",))
    insert_many(tx, Membership, changed, key=key, update=_MEMBERSHIP_COLUMNS)
    return Kept(
        present=frozenset(person_id for person_id, member in by_person.items() if is_active(member)),
        has_new=bool(new),
        has_returned=has_returned,
    )


def mark_leavers(tx: Session, context_id: uuid.UUID, present: Collection[uuid.UUID], *, begun: datetime) -> int:
    """Say of everybody whom the roster named before, and does not name now, that they left; returns how many.

    `present` is what a whole roster named, `begun` when we began to ask for it. Who launched since is in the course. So
    is, as far as we know, who launched and was never listed: platforms let people in whom they do not list.
    """
    rows = tx.execute(
        select(Membership.id, Membership.person_id)
        .where(
            Membership.context_id == context_id,
            Membership.left_at.is_(None),
            Membership.listed_at < begun,
            or_(Membership.launched_at.is_(None), Membership.launched_at < begun),
        )
        .order_by(Membership.person_id)
        .with_for_update()
    )
    gone = [row.id for row in rows if row.person_id not in present]
    for start in range(0, len(gone), BATCH):
        tx.execute(
            update(Membership)
            .where(Membership.id.in_(gone[start : start + BATCH]))
            .values(left_at=begun)
            .execution_options(synchronize_session=False)
        )
    return len(gone)


@dataclass(frozen=True)
class _Known:
    id: uuid.UUID
    names: KeptNames


def _known_people(tx: Session, registration_id: uuid.UUID, subjects: Iterable[str]) -> dict[str, _Known]:
    rows = tx.execute(
        select(Person.id, Person.subject, Person.name, Person.given_name, Person.email)
        .where(Person.registration_id == registration_id, Person.subject.in_(list(subjects)))
        .order_by(Person.id)
        # Who is erased at this moment is waited for, and is nobody's subject after that.
        .with_for_update(read=True, key_share=True)
    )
    return {
        row.subject: _Known(row.id, {"name": row.name, "given_name": row.given_name, "email": row.email})
        for row in rows
    }


def _keep_people(
    tx: Session,
    registration: Registration,
    listed: Mapping[str, Member],
    known: Mapping[str, _Known],
    *,
    now: datetime,
) -> dict[str, _Known]:
    """Make the people whom nobody knew and keep the names that changed; returns those that were written.

    A roster without names says nothing about names: only launches forget them.
    """
    written = {}
    for subject, member in listed.items():
        person = known.get(subject)
        if person is None and not is_active(member):
            continue
        told = kept_names(
            registration,
            name=member.name,
            given_name=member.given_name,
            family_name=member.family_name,
            email=member.email,
        )
        if person is None:
            written[subject] = told
            continue
        names: KeptNames = {
            "name": told["name"] or person.names["name"],
            "given_name": told["given_name"] or person.names["given_name"],
            "email": told["email"] or person.names["email"],
        }
        if names != person.names:
            written[subject] = names
    rows = [
        {
            "id": new_id(),
            "registration_id": registration.id,
            "subject": subject,
            "locale": "",
            "launch_locale": "",
            "created_at": now,
            **written[subject],
        }
        for subject in sorted(written)
    ]
    key, update_names = ("registration_id", "subject"), ("name", "given_name", "email")
    made = insert_many(tx, Person, rows, key=key, update=update_names, returning=("id", "subject"))
    return {row.subject: _Known(row.id, written[row.subject]) for row in made}


def _lock_memberships(tx: Session, context_id: uuid.UUID, person_ids: Iterable[uuid.UUID]) -> Sequence[Any]:
    return tx.execute(
        select(
            Membership.person_id,
            Membership.role,
            Membership.launched_at,
            Membership.listed_at,
            Membership.listed_role,
            Membership.left_at,
            Membership.group_ids,
        )
        .where(Membership.context_id == context_id, Membership.person_id.in_(list(person_ids)))
        .order_by(Membership.person_id)
        .with_for_update()
    ).all()


def _membership_values(
    member: Member, row: Any | None, staff: Collection[str] | None, *, lies: bool, with_groups: bool, now: datetime
) -> dict[str, Any]:
    listed = principal_role(member.roles)
    before = row.listed_role if row is not None else None
    role = role_now(
        PrincipalRole(row.role) if row is not None else None,
        listed,
        PrincipalRole(before) if before else None,
        has_launched=row is not None and row.launched_at is not None,
        is_staff=None if staff is None else member.user_id in staff,
        calls_assistants_learners=lies,
    )
    left_at = row.left_at if row is not None else None
    group_ids = row.group_ids if row is not None else None
    return {
        "role": role,
        "listed_at": (row.listed_at if row is not None else None) or now,
        "listed_role": listed,
        "left_at": None if is_active(member) else left_at or now,
        "group_ids": list(member.group_ids) if with_groups else group_ids,
    }


def _new_membership(context_id: uuid.UUID, person_id: uuid.UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "context_id": context_id,
        "person_id": person_id,
        "presentation": Presentation.EVERYTHING,
        **values,
    }

"""Rows of the roster, the outbox and gamification: each make_x() adds one, and its parents where none are given."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from config.database import Base
from config.ids import digest, new_id, new_secret
from config.outbox import MessageState, OutboxMessage
from gamification.engine.activity import Verb
from gamification.engine.rule_set import RuleSet
from gamification.models import (
    ActivityRow,
    ActivitySource,
    Balance,
    LedgerEntry,
    LedgerKind,
    RuleSetPointer,
    RuleSetVersion,
    Task,
)
from lti_tool.roster.models import (
    Context,
    Deployment,
    DeploymentState,
    LineItem,
    Membership,
    Person,
    Registration,
    ResourceLink,
    SigningKey,
)
from lti_tool.roster.session_models import LaunchSession, SessionProof, UsedLogin

Row = TypeVar("Row", bound=Base)

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
"""The moment at which rows are made unless a test says otherwise."""


def added(tx: Session, row: Row) -> Row:
    tx.add(row)
    tx.flush()
    return row


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def make_registration(tx: Session, *, issuer: str = "https://platform.example", client_id: str = "") -> Registration:
    return added(
        tx,
        Registration(
            id=new_id(),
            issuer=issuer,
            client_id=client_id or unique("client"),
            product_family="moodle",
            auth_login_url=f"{issuer}/auth",
            auth_token_url=f"{issuer}/token",
            jwks_url=f"{issuer}/jwks",
            created_at=NOW,
        ),
    )


def make_deployment(
    tx: Session,
    registration: Registration | None = None,
    *,
    name: str = "Example School",
    state: DeploymentState = DeploymentState.ACTIVE,
) -> Deployment:
    registration = registration or make_registration(tx)
    return added(
        tx,
        Deployment(
            id=new_id(),
            registration_id=registration.id,
            external_deployment_id=unique("deployment"),
            name=name,
            state=state,
            created_at=NOW,
        ),
    )


def make_context(tx: Session, deployment: Deployment | None = None, *, title: str = "Biology 1") -> Context:
    deployment = deployment or make_deployment(tx)
    return added(
        tx,
        Context(
            id=new_id(),
            deployment_id=deployment.id,
            external_context_id=unique("context:"),
            title=title,
            created_at=NOW,
        ),
    )


def registration_of(tx: Session, context: Context) -> Registration:
    return tx.get_one(Registration, tx.get_one(Deployment, context.deployment_id).registration_id)


def make_person(
    tx: Session, registration: Registration | None = None, *, subject: str = "", name: str = "Sanne de Vries"
) -> Person:
    registration = registration or make_registration(tx)
    return added(
        tx,
        Person(
            id=new_id(),
            registration_id=registration.id,
            subject=subject or unique("subject"),
            name=name,
            given_name=name.split(" ")[0],
            created_at=NOW,
        ),
    )


def make_membership(
    tx: Session, context: Context | None = None, person: Person | None = None, *, role: str = "learner"
) -> Membership:
    context = context or make_context(tx)
    person = person or make_person(tx, registration_of(tx, context))
    return added(tx, Membership(id=new_id(), context_id=context.id, person_id=person.id, role=role, launched_at=NOW))


def make_resource_link(tx: Session, context: Context | None = None, *, title: str = "Mijlpaal") -> ResourceLink:
    context = context or make_context(tx)
    return added(
        tx,
        ResourceLink(
            id=new_id(),
            context_id=context.id,
            external_resource_link_id=unique("link"),
            title=title,
            created_at=NOW,
        ),
    )


def make_line_item(tx: Session, resource_link: ResourceLink | None = None, *, url: str = "") -> LineItem:
    resource_link = resource_link or make_resource_link(tx)
    return added(
        tx,
        LineItem(
            id=new_id(),
            context_id=resource_link.context_id,
            resource_link_id=resource_link.id,
            url=url or f"https://platform.example/lineitem/{unique('item')}",
            scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            seen_at=NOW,
        ),
    )


def make_signing_key(tx: Session) -> SigningKey:
    return added(
        tx,
        SigningKey(
            id=new_id(),
            key_id=unique("kid"),
            public_jwk={"kty": "RSA"},
            private_key_encrypted="sealed",
            created_at=NOW,
            signs_from=NOW,
        ),
    )


def make_used_login(tx: Session) -> UsedLogin:
    return added(tx, UsedLogin(state_digest=digest(new_secret()), expires_at=NOW + timedelta(minutes=10)))


def make_launch_session(
    tx: Session, resource_link: ResourceLink | None = None, person: Person | None = None
) -> LaunchSession:
    resource_link = resource_link or make_resource_link(tx)
    person = person or make_person(tx, registration_of(tx, tx.get_one(Context, resource_link.context_id)))
    return added(
        tx,
        LaunchSession(
            id=new_id(),
            address_digest=digest(new_secret()),
            cookie_digest=digest(new_secret()),
            proof=SessionProof.COOKIE,
            person_id=person.id,
            context_id=resource_link.context_id,
            resource_link_id=resource_link.id,
            role="learner",
            created_at=NOW,
            expires_at=NOW + timedelta(hours=2),
        ),
    )


def make_message(tx: Session, *, type: str = "test", state: MessageState = MessageState.WAITING) -> OutboxMessage:
    message_id = new_id()
    return added(
        tx,
        OutboxMessage(
            id=message_id,
            type=type,
            ids={"person": str(new_id())},
            coalesce_key=str(message_id),
            state=state,
            created_at=NOW,
            due_at=NOW,
        ),
    )


def make_task(tx: Session, context: Context | None = None, *, title: str = "Read chapter 1") -> Task:
    context = context or make_context(tx)
    return added(tx, Task(id=new_id(), context_id=context.id, title=title, created_at=NOW))


def make_rule_set_version(
    tx: Session, context: Context | None = None, *, number: int = 1, rules: RuleSet | None = None
) -> RuleSetVersion:
    context = context or make_context(tx)
    return added(
        tx,
        RuleSetVersion(
            id=new_id(),
            context_id=context.id,
            number=number,
            content=(rules or RuleSet((), 1, None)).to_json(),
            published_by=make_person(tx, registration_of(tx, context)).id,
            published_at=NOW,
        ),
    )


def make_rule_set_pointer(tx: Session, version: RuleSetVersion | None = None) -> RuleSetPointer:
    version = version or make_rule_set_version(tx)
    return added(tx, RuleSetPointer(context_id=version.context_id, version_id=version.id))


def make_activity(
    tx: Session, task: Task | None = None, person: Person | None = None, *, occurred_at: datetime = NOW
) -> ActivityRow:
    task = task or make_task(tx)
    person = person or make_person(tx, registration_of(tx, tx.get_one(Context, task.context_id)))
    return added(
        tx,
        ActivityRow(
            id=new_id(),
            context_id=task.context_id,
            person_id=person.id,
            source=ActivitySource.OWN_TASK,
            external_id=unique("activity"),
            verb=Verb.COMPLETED,
            task_id=task.id,
            occurred_at=occurred_at,
            received_at=NOW,
        ),
    )


def make_ledger_entry(
    tx: Session, activity: ActivityRow | None = None, *, points: int = 10, version: RuleSetVersion | None = None
) -> LedgerEntry:
    activity = activity or make_activity(tx)
    version = version or make_rule_set_version(tx, tx.get_one(Context, activity.context_id))
    return added(
        tx,
        LedgerEntry(
            id=new_id(),
            context_id=activity.context_id,
            person_id=activity.person_id,
            effect_key=f"task:{activity.task_id}",
            step=0,
            rule_lineage="task",
            kind=LedgerKind.EARN,
            points=points,
            rule_set_version_id=version.id,
            activity_id=activity.id,
            created_at=NOW,
        ),
    )


def make_balance(
    tx: Session, context: Context | None = None, person: Person | None = None, *, points: int = 0
) -> Balance:
    context = context or make_context(tx)
    person = person or make_person(tx, registration_of(tx, context))
    return added(
        tx, Balance(context_id=context.id, person_id=person.id, points=points, goal_reached=False, updated_at=NOW)
    )

"""Rows of items, gates and administration: each make_x() adds one, and its parents where none are given."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from config.ids import digest, new_id, new_secret
from gamification.models import Task
from lti_tool.roster.item_models import (
    ContentItem,
    CourseGroup,
    DeepLinkingRequest,
    Gate,
    GateCondition,
    GatePass,
    GradeByHand,
    ItemKind,
)
from lti_tool.roster.models import Context, Deployment, LineItem, Person
from lti_tool.roster.platform_models import (
    AdminSession,
    AttemptState,
    DeploymentOrigin,
    Invitation,
    InvitationPurpose,
    NoticeHandler,
    PlatformNotice,
    RefusedLaunch,
    RegistrationAttempt,
)
from lti_tool.roster.session_models import LaunchSession
from tests.factories.rows import (
    NOW,
    added,
    make_context,
    make_deployment,
    make_launch_session,
    make_line_item,
    make_person,
    make_registration,
    make_task,
    registration_of,
    unique,
)


def make_content_item(
    tx: Session, context: Context | None = None, *, kind: ItemKind = ItemKind.COURSE, task: Task | None = None
) -> ContentItem:
    context = context or make_context(tx)
    teacher = make_person(tx, registration_of(tx, context))
    return added(
        tx,
        ContentItem(
            id=new_id(),
            context_id=context.id,
            kind=kind,
            task_id=task.id if task else None,
            title="Placed",
            created_by=teacher.id,
            created_at=NOW,
        ),
    )


def make_gate(
    tx: Session,
    context: Context | None = None,
    task: Task | None = None,
    *,
    condition: GateCondition = GateCondition.COMPLETED,
    external_resource_link_id: str = "",
    is_staff: bool = False,
) -> Gate:
    context = context or make_context(tx)
    if not is_staff:
        task = task or make_task(tx, context)
    item = make_content_item(tx, context, kind=ItemKind.STAFF_GATE if is_staff else ItemKind.GATE, task=task)
    return added(
        tx,
        Gate(content_item_id=item.id, condition=condition, external_resource_link_id=external_resource_link_id),
    )


def make_gate_pass(tx: Session, gate: Gate | None = None, person: Person | None = None) -> GatePass:
    gate = gate or make_gate(tx)
    if person is None:
        item = tx.get_one(ContentItem, gate.content_item_id)
        person = make_person(tx, registration_of(tx, tx.get_one(Context, item.context_id)))
    return added(
        tx,
        GatePass(content_item_id=gate.content_item_id, person_id=person.id, passes=True, number=1, changed_at=NOW),
    )


def make_grade_by_hand(tx: Session, line_item: LineItem | None = None, person: Person | None = None) -> GradeByHand:
    line_item = line_item or make_line_item(tx)
    person = person or make_person(tx, registration_of(tx, tx.get_one(Context, line_item.context_id)))
    return added(tx, GradeByHand(line_item_id=line_item.id, person_id=person.id, passes=True, number=1, changed_at=NOW))


def make_deep_linking_request(tx: Session, session: LaunchSession | None = None) -> DeepLinkingRequest:
    session = session or make_launch_session(tx)
    return added(
        tx,
        DeepLinkingRequest(
            session_id=session.id,
            return_url="https://platform.example/return",
            accept_types=["ltiResourceLink"],
            accept_targets=["iframe"],
            accepts_multiple=True,
        ),
    )


def make_course_group(tx: Session, context: Context | None = None) -> CourseGroup:
    context = context or make_context(tx)
    return added(tx, CourseGroup(id=new_id(), context_id=context.id, external_group_id=unique("group"), name="Group A"))


def make_invitation(
    tx: Session, *, secret: str = "", purpose: InvitationPurpose = InvitationPurpose.REGISTER
) -> Invitation:
    return added(
        tx,
        Invitation(
            id=new_id(),
            purpose=purpose,
            secret_digest=digest(secret or new_secret()),
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
        ),
    )


def make_registration_attempt(tx: Session, invitation: Invitation | None = None) -> RegistrationAttempt:
    invitation = invitation or make_invitation(tx)
    return added(
        tx,
        RegistrationAttempt(
            id=new_id(),
            invitation_id=invitation.id,
            reference=unique("ref"),
            state=AttemptState.BEGUN,
            begun_at=NOW,
        ),
    )


def make_admin_session(tx: Session) -> AdminSession:
    deployment = make_deployment(tx)
    return added(
        tx,
        AdminSession(
            id=new_id(),
            address_digest=digest(new_secret()),
            cookie_digest=digest(new_secret()),
            proof="cookie",
            registration_id=deployment.registration_id,
            deployment_id=deployment.id,
            created_at=NOW,
            expires_at=NOW + timedelta(hours=2),
        ),
    )


def make_refused_launch(tx: Session) -> RefusedLaunch:
    return added(tx, RefusedLaunch(id=new_id(), reference=unique("ref"), reason="state-expired", refused_at=NOW))


def make_platform_notice(tx: Session) -> PlatformNotice:
    return added(
        tx,
        PlatformNotice(
            id=new_id(),
            registration_id=make_registration(tx).id,
            external_notice_id=unique("notice"),
            notice_type="LtiHelloWorldNotice",
            received_at=NOW,
        ),
    )


def make_notice_handler(tx: Session) -> NoticeHandler:
    return added(
        tx,
        NoticeHandler(
            deployment_id=make_deployment(tx).id,
            notice_type="LtiContextCopyNotice",
            service_url="https://platform.example/notices",
            registered_at=NOW,
        ),
    )


def make_deployment_origin(
    tx: Session, deployment: Deployment | None = None, *, origin: str = "https://canvas.school.example"
) -> DeploymentOrigin:
    return added(
        tx,
        DeploymentOrigin(
            deployment_id=(deployment or make_deployment(tx)).id,
            origin=origin,
            first_seen_at=NOW,
            last_seen_at=NOW,
        ),
    )

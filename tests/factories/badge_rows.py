"""Rows of the badges: each make_x() adds one on a transaction, its parents too if not given."""

from __future__ import annotations

from sqlalchemy.orm import Session

from badges.models import (
    Achievement,
    AchievementVersion,
    Award,
    AwardDecision,
    AwardReport,
    AwardState,
    Credential,
    CredentialSalt,
    Decision,
    IssuerKey,
    IssuerProfile,
    Recipient,
)
from badges.openbadges.key import PrivateKey
from config.ids import new_id
from gamification.models import ActivityRow
from lti_tool.roster.models import Context, Deployment, Person, Registration
from tests.factories.rows import (
    NOW,
    added,
    make_activity,
    make_context,
    make_deployment,
    make_person,
    make_rule_set_version,
)


def make_issuer_profile(tx: Session, deployment: Deployment | None = None) -> IssuerProfile:
    deployment = deployment or make_deployment(tx)
    return added(
        tx,
        IssuerProfile(
            id=new_id(),
            deployment_id=deployment.id,
            name=deployment.name,
            did="did:web:tool.example",
            created_at=NOW,
        ),
    )


def make_issuer_key(tx: Session, profile: IssuerProfile | None = None) -> IssuerKey:
    profile = profile or make_issuer_profile(tx)
    return added(
        tx,
        IssuerKey(
            id=new_id(),
            issuer_profile_id=profile.id,
            verification_method=f"{profile.did}#key-1",
            public_key=PrivateKey.generate().public_key.multikey,
            private_key_encrypted="sealed",
            created_at=NOW,
        ),
    )


def make_recipient(tx: Session, profile: IssuerProfile | None = None, person: Person | None = None) -> Recipient:
    profile = profile or make_issuer_profile(tx)
    person = person or make_person(
        tx, tx.get_one(Registration, tx.get_one(Deployment, profile.deployment_id).registration_id)
    )
    return added(tx, Recipient(id=new_id(), issuer_profile_id=profile.id, person_id=person.id))


def make_achievement(tx: Session, context: Context | None = None) -> Achievement:
    context = context or make_context(tx)
    profile = make_issuer_profile(tx, tx.get_one(Deployment, context.deployment_id))
    return added(
        tx,
        Achievement(
            id=new_id(),
            context_id=context.id,
            issuer_profile_id=profile.id,
            created_at=NOW,
        ),
    )


def make_achievement_version(
    tx: Session, achievement: Achievement | None = None, *, number: int = 1, name: str = "Biology starter"
) -> AchievementVersion:
    achievement = achievement or make_achievement(tx)
    return added(
        tx,
        AchievementVersion(
            id=new_id(),
            achievement_id=achievement.id,
            number=number,
            name=name,
            criteria="Finished the tasks of the course.",
            created_at=NOW,
        ),
    )


def make_award(
    tx: Session,
    version: AchievementVersion | None = None,
    activity: ActivityRow | None = None,
    *,
    state: AwardState = AwardState.ACTIVE,
) -> Award:
    activity = activity or make_activity(tx)
    context = tx.get_one(Context, activity.context_id)
    version = version or make_achievement_version(tx, make_achievement(tx, context))
    return added(
        tx,
        Award(
            id=new_id(),
            achievement_id=version.achievement_id,
            achievement_version_id=version.id,
            person_id=activity.person_id,
            activity_id=activity.id,
            rule_set_version_id=make_rule_set_version(tx, context).id,
            state=state,
            awarded_at=NOW,
        ),
    )


def make_credential(tx: Session, award: Award | None = None) -> Credential:
    award = award or make_award(tx)
    profile = tx.get_one(IssuerProfile, tx.get_one(Achievement, award.achievement_id).issuer_profile_id)
    return added(
        tx,
        Credential(
            id=new_id(),
            award_id=award.id,
            issuer_key_id=make_issuer_key(tx, profile).id,
            document=b"{}",
            issued_at=NOW,
        ),
    )


def make_credential_salt(tx: Session, credential: Credential | None = None) -> CredentialSalt:
    credential = credential or make_credential(tx)
    return added(tx, CredentialSalt(credential_id=credential.id, salt="ab" * 16, position=1))


def make_award_decision(
    tx: Session, award: Award | None = None, *, decision: Decision = Decision.GIVEN, reason: str = "Seen at work."
) -> AwardDecision:
    award = award or make_award(tx)
    registration = tx.get_one(Registration, tx.get_one(Person, award.person_id).registration_id)
    return added(
        tx,
        AwardDecision(
            id=new_id(),
            award_id=award.id,
            decision=decision,
            by_person_id=make_person(tx, registration).id,
            reason=reason,
            decided_at=NOW,
        ),
    )


def make_award_report(tx: Session, award: Award | None = None) -> AwardReport:
    award = award or make_award(tx)
    return added(
        tx,
        AwardReport(id=new_id(), award_id=award.id, text="Is this so?", contact="", reported_at=NOW),
    )

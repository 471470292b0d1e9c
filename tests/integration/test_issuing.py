"""From award to signed document: what it says, its salt apart, keys that change or are locked, workers that compete."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from badges.award import signed_document
from badges.errors import CredentialInvalid
from badges.issue import Issued, prepare, sign_award, store
from badges.issuer import issuer_document
from badges.models import Award, AwardState, Credential, CredentialSalt, IssuerKey, IssuerProfile
from badges.openbadges.did_web import methods_of
from badges.openbadges.identity import IdentityObject
from badges.openbadges.verify import verify
from config.errors import ToolError
from config.outbox import MessageState, OutboxMessage
from config.secrets import SecretBox
from gamification.as_of import as_of
from gamification.publish import TaskDraft
from lti_tool.badge_words import long_date
from lti_tool.issuing import issue_credential, shown_by
from lti_tool.jobs.worker import drain
from lti_tool.messages import MessageType
from tests.factories.earned_badge import EarnedBadge, earned_badge
from tests.factories.rows import NOW
from tests.factories.school import open_school
from tests.factories.tool import advance, publish_as_teacher

_DAY = long_date("nl", NOW)


@pytest.fixture(params=["http://localhost:8700", "https://badges.example"], ids=["did-key", "did-web"])
def badge(database_url: str, request: pytest.FixtureRequest) -> Iterator[EarnedBadge]:
    with earned_badge(database_url, public_url=request.param) as made:
        yield made


def test_document_says_points_percentage_status_and_each_criterion_as_at_the_award(badge: EarnedBadge) -> None:
    badge.later()
    badge.school.finish(3)
    badge.sign()

    content = badge.content()
    subject = content["credentialSubject"]
    scales = {scale["id"]: scale for scale in subject["achievement"]["resultDescription"]}
    results = [
        (scales[one["resultDescription"]]["resultType"], one.get("value", one.get("status")))
        for one in subject["result"]
    ]
    assert results == [("RawScore", "30"), ("Percent", "100"), ("Status", "Completed")]
    assert [(one["name"], one["narrative"]) for one in content["evidence"]] == [
        ("Task 1", f"De deelnemer gaf zelf aan dat dit gedaan is, op {_DAY}."),
        ("Task 2", f"De deelnemer gaf zelf aan dat dit gedaan is, op {_DAY}."),
    ]
    assert subject["narrative"] == (
        "De deelnemer had 30 punten. Voor deze badge zijn 30 punten nodig. In totaal zijn er 60 punten te halen."
    )


def test_document_names_nobody(badge: EarnedBadge) -> None:
    badge.sign()

    text = (badge.document() or b"").decode()
    for person in (badge.school.learner, badge.school.teacher):
        assert person.name not in text
        assert str(person.id) not in text
        assert not person.email or person.email not in text


def test_stored_document_does_not_hold_its_salt_and_points_at_nobody_once_that_is_gone(badge: EarnedBadge) -> None:
    badge.sign()
    identifier = badge.content()["credentialSubject"]["identifier"][0]
    identity = IdentityObject(identifier["identityHash"], identifier["identityType"], identifier["salt"])
    learner = badge.school.learner
    assert identity.is_of(learner.email or learner.subject)

    with badge.tool.db.reading() as tx:
        stored = tx.execute(select(Credential.document)).scalar_one()
        salt = tx.execute(select(CredentialSalt.salt)).scalar_one()
    assert salt == identity.salt
    assert salt.encode() not in stored
    verify(badge.document() or b"", badge.known_keys())
    with pytest.raises(CredentialInvalid):
        verify(stored, badge.known_keys())

    with badge.tool.db.transaction() as tx:
        tx.delete(tx.execute(select(CredentialSalt)).scalar_one())
    assert badge.document() is None


def test_document_when_two_workers_sign_is_the_first_that_was_stored(badge: EarnedBadge) -> None:
    signed = [_sign_without_storing(badge) for _ in range(2)]

    for issued, is_first in zip(signed, (True, False), strict=True):
        with badge.tool.db.transaction() as tx:
            assert store(tx, issued, now=badge.tool.clock.now()) is is_first

    document = badge.document()
    assert document is not None
    assert json.loads(document)["credentialSubject"]["identifier"][0]["salt"] == signed[0].salted.salt
    assert badge.sign() == 1
    assert badge.document() == document


def test_signing_when_no_secret_opens_the_key_waits_for_ever_and_goes_on_when_one_does(badge: EarnedBadge) -> None:
    box = badge.tool.box
    object.__setattr__(badge.tool, "box", SecretBox([b"another secret of exactly 32 byte"[:32]]))
    with pytest.raises(ToolError, match="key-locked"):
        issue_credential(badge.tool, badge.award_id)
    for _ in range(40):
        badge.later(hours=8)
        drain(badge.tool)
    with badge.tool.db.reading() as tx:
        message = tx.execute(
            select(OutboxMessage).where(OutboxMessage.type == MessageType.ISSUE_CREDENTIAL)
        ).scalar_one()
    assert (message.state, message.last_error) == (MessageState.WAITING, "key-locked")
    assert message.attempts > 30

    object.__setattr__(badge.tool, "box", box)
    badge.later(hours=8)
    drain(badge.tool)

    verify(badge.document() or b"", badge.known_keys())


def test_key_when_rotated_lets_what_it_signed_hold(badge: EarnedBadge) -> None:
    badge.sign()
    before = badge.document()
    assert before is not None
    badge.later()

    assert badge.rotate(compromised=False) == []
    badge.take_back()
    badge.give()
    badge.sign()

    after = badge.document()
    assert after is not None
    methods = [json.loads(document)["proof"][0]["verificationMethod"] for document in (before, after)]
    assert methods[0] != methods[1]
    for document in (before, after):
        verify(document, badge.known_keys())


def test_key_when_compromised_makes_nothing_it_signed_hold_and_signs_each_badge_again(badge: EarnedBadge) -> None:
    badge.sign()
    before = badge.content()
    document = badge.document()
    badge.later()

    assert badge.rotate(compromised=True) == [badge.award_id]
    assert before["proof"][0]["verificationMethod"] not in badge.known_keys()
    if before["issuer"]["id"].startswith("did:web:"):  # a did:key answers for itself: who checks must know the keys
        with pytest.raises(CredentialInvalid):
            verify(document or b"", badge.known_keys())
    issue_credential(badge.tool, badge.award_id)

    after = badge.content()
    assert (after["id"], after["awardedDate"]) == (before["id"], before["awardedDate"])
    assert after["validFrom"] > before["validFrom"]
    verify(badge.document() or b"", badge.known_keys())


def test_document_when_its_key_is_compromised_while_it_is_signed_is_not_stored(badge: EarnedBadge) -> None:
    issued = _sign_without_storing(badge)
    badge.rotate(compromised=True)

    with pytest.raises(ToolError, match="key-changed"), badge.tool.db.transaction() as tx:
        store(tx, issued, now=badge.tool.clock.now())

    assert badge.document() is None
    drain(badge.tool)
    verify(badge.document() or b"", badge.known_keys())


def test_issuer_with_an_https_address_shows_every_key_and_lets_only_good_ones_assert(badge: EarnedBadge) -> None:
    badge.later()
    badge.rotate(compromised=True)
    badge.later()
    badge.rotate(compromised=False)

    with badge.tool.db.reading() as tx:
        profile = tx.execute(select(IssuerProfile)).scalar_one()
        document = issuer_document(tx, profile.id)
        keys = tx.execute(select(IssuerKey).order_by(IssuerKey.created_at)).scalars().all()
    if profile.did.startswith("did:key:"):
        assert document is None
        return
    assert profile.did == f"did:web:badges.example:issuers:{profile.id}"
    methods = methods_of(json.dumps(document).encode(), profile.did)
    assert [(method.id, method.may_assert) for method in methods] == [
        (f"{profile.did}#key-1", False),
        (f"{profile.did}#key-2", True),
        (f"{profile.did}#key-3", True),
    ]
    assert [method.public_key.multikey for method in methods] == [key.public_key for key in keys]


def test_award_when_taken_back_before_it_was_signed_is_not_signed(badge: EarnedBadge) -> None:
    badge.take_back()
    badge.sign()

    with badge.tool.db.reading() as tx:
        assert tx.execute(select(Credential.id)).all() == []
    assert badge.view().state is AwardState.REVOKED


def test_document_when_taken_back_and_given_again_while_it_is_signed_is_that_of_the_newer_promise(
    badge: EarnedBadge,
) -> None:
    first = _sign_without_storing(badge)
    badge.take_back()
    badge.give()
    second = _sign_without_storing(badge)

    kept = []
    for issued in (first, second):
        with badge.tool.db.transaction() as tx:
            kept.append(store(tx, issued, now=badge.tool.clock.now()))

    assert kept == [False, True]
    with badge.tool.db.reading() as tx:
        assert tx.execute(select(Credential.id, Credential.issue_number)).all() == [(second.to_issue.credential_id, 2)]
    verify(badge.document() or b"", badge.known_keys())


@pytest.mark.parametrize("later", [1, -1])
def test_document_when_two_reviewers_reach_the_goal_at_one_moment_counts_the_work_of_both(
    database_url: str, later: int
) -> None:
    """Whoever waits for the other has looked at the clock first."""
    with open_school(database_url) as school:
        advance(school.tool, 10)
        school.finish(1)
        advance(school.tool, later)
        school.finish(2)
        with school.tool.db.reading() as tx:
            award = tx.execute(select(Award)).scalar_one()
        issue_credential(school.tool, award.id)
        with school.tool.db.reading() as tx:
            content = json.loads(signed_document(tx, award.id) or b"")

    assert [one["name"] for one in content["evidence"]] == ["Task 1", "Task 2"]
    assert [one.get("value", one.get("status")) for one in content["credentialSubject"]["result"]] == [
        "30",
        "100",
        "Completed",
    ]


def test_document_when_signed_again_after_tasks_were_renamed_still_says_what_was_done(badge: EarnedBadge) -> None:
    badge.sign()
    before, school = badge.content(), badge.school
    renamed = [
        TaskDraft(task_id, f"Something else {worth}", worth)
        for task_id, worth in zip(school.task_ids, (10, 20, 30), strict=True)
    ]
    publish_as_teacher(badge.tool, school.context, school.teacher.id, renamed, goal_points=30, seen_number=1)
    badge.later()
    badge.take_back()
    badge.give()

    badge.sign()

    assert badge.content()["validFrom"] > before["validFrom"]
    assert badge.content()["evidence"] == before["evidence"]


def _sign_without_storing(badge: EarnedBadge) -> Issued:
    with badge.tool.db.transaction() as tx:
        to_issue = prepare(tx, badge.award_id)
        assert to_issue is not None
        counted = as_of(tx, to_issue.context_id, to_issue.person_id, to_issue.rule_set_version_id, to_issue.awarded_at)
    now = badge.tool.clock.now()
    return sign_award(to_issue, shown_by(to_issue, counted), badge.tool.box, email="", subject="s", now=now)

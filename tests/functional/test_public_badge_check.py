"""Whether a shared badge holds, checked as a stranger looks; of one that does not, nothing is claimed."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from badges.checking.checker import Checker
from badges.issuer import ensure_issuer_profile, rotate_key
from badges.models import Credential, CredentialSalt, IssuerKey
from lti_tool.issuing import issue_credential
from lti_tool.roster.models import Deployment
from lti_tool.showing import CHECK_AGAIN_AFTER
from lti_tool.web.current import EXTENSION
from tests.factories.launch import TOOL_URL
from tests.functional.conftest import Site
from tests.functional.public_badges import (
    BADGE,
    CRITERIA,
    HOLDER,
    ISSUER,
    Badge,
    earn,
    everything_of,
    open_room,
    profile_id,
    sign,
)


@pytest.fixture
def badge(site: Site) -> Badge:
    return earn(open_room(site))


def claims_nothing(badge: Badge) -> bool:
    shown = everything_of(badge.get())
    return not any(words in shown for words in ("Deze badge is echt", BADGE, ISSUER, HOLDER, CRITERIA, "og:title"))


def test_stored_document_when_changed_is_not_believed(badge: Badge) -> None:
    badge.share(shows_name=True)
    assert "Deze badge is echt" in badge.text()
    stored = badge.document()
    badge.write_document(stored.replace(BADGE.encode(), b"Veilig wonen!"[: len(BADGE)]))

    assert badge.document() != stored
    assert "Op deze badge kun je niet vertrouwen" in badge.text()
    assert claims_nothing(badge)
    badge.write_document(b"no document at all" + stored[18:])
    assert "Op deze badge kun je niet vertrouwen" in badge.text()
    assert claims_nothing(badge)


def test_badge_when_signed_again_at_once_or_by_a_clock_that_is_ahead_is_believed(badge: Badge) -> None:
    badge.share()
    badge.take_back()
    badge.give_again()
    sign(badge.site)

    assert "Deze badge is echt" in badge.text()

    badge.site.clock.advance(seconds=-30)
    assert "Deze badge is echt" in badge.text()


def test_stored_document_when_it_is_that_of_another_badge_is_not_believed(badge: Badge) -> None:
    other = earn(badge.room, "Ahmed")
    other.share()
    badge.share()
    with badge.site.tool.db.transaction() as tx:
        ids = {
            one.id: tx.execute(select(Credential.id).where(Credential.award_id == one.id)).scalar_one()
            for one in (badge, other)
        }
        salt = tx.get_one(CredentialSalt, ids[other.id])
        values = {"salt": salt.salt, "position": salt.position}
        tx.execute(update(CredentialSalt).where(CredentialSalt.credential_id == ids[badge.id]).values(**values))
    badge.write_document(other.document())

    assert "Deze badge is echt" in other.text()
    assert "Op deze badge kun je niet vertrouwen" in badge.text()


def test_document_when_its_key_was_compromised_is_not_believed_until_it_is_signed_again(badge: Badge) -> None:
    badge.share()
    assert "Deze badge is echt" in badge.text()
    with badge.site.tool.db.transaction() as tx:
        again = rotate_key(tx, badge.site.tool.box, profile_id(badge), compromised=True, now=badge.room.now)

    assert again == [badge.id]
    assert "Deze badge is nog niet klaar" in badge.text()
    assert claims_nothing(badge)
    issue_credential(badge.site.tool, badge.id)
    badge.site.clock.advance(seconds=10)
    assert "Deze badge is echt" in badge.text()


@pytest.mark.parametrize("did", ["did:web", "did:key"])
def test_document_when_only_its_key_was_compromised_is_not_believed(site: Site, did: str) -> None:
    """A did:key is its own proof to everybody else; here its key is known not to count."""
    if did == "did:key":
        with site.tool.db.transaction() as tx:
            deployment_id = tx.execute(select(Deployment.id)).scalar_one()
            ensure_issuer_profile(
                tx, site.tool.box, deployment_id, name=ISSUER, public_url="http://127.0.0.1", now=site.clock.now()
            )
    badge = earn(open_room(site))
    badge.share()
    assert f"{did}:" in badge.text()
    assert "Deze badge is echt" in badge.text()
    with site.tool.db.transaction() as tx:
        tx.execute(update(IssuerKey).values(compromised_at=badge.room.now))

    badge.site.clock.advance(seconds=10)
    assert "Deze badge is echt" not in badge.text()
    assert claims_nothing(badge)


def with_checker(badge: Badge, *command: str) -> None:
    """Let the checks be made by this command, which gives no answers."""
    checker = Checker(command=command, starting_seconds=5)
    badge.site.app.extensions[EXTENSION] = replace(badge.site.tool, checker=checker)


def test_badge_when_it_cannot_be_checked_now_claims_nothing(badge: Badge) -> None:
    badge.share(shows_name=True)
    with_checker(badge, "false")

    assert "Deze badge kan nu niet worden gecontroleerd" in badge.text()
    assert claims_nothing(badge)


def test_crowd_when_it_looks_at_one_badge_makes_one_check(badge: Badge, tmp_path: Path) -> None:
    badge.share()
    started = tmp_path / "started"
    with_checker(badge, sys.executable, "-c", f"open({str(started)!r}, 'a').write('x')")
    path = f"/badges/{badge.id}"

    with ThreadPoolExecutor(8) as crowd:
        looked = list(crowd.map(lambda _one: badge.site.client().get(path, base_url=TOOL_URL).status_code, range(24)))

    assert looked == [200] * 24
    assert started.read_text() == "x"


def test_badge_when_not_signed_yet_claims_nothing(badge: Badge) -> None:
    badge.share()
    with badge.site.tool.db.transaction() as tx:
        tx.execute(delete(CredentialSalt))
        tx.execute(delete(Credential))

    assert "Deze badge is nog niet klaar" in badge.text()
    assert claims_nothing(badge)
    assert badge.get("/badge.png").status_code == 404


def test_check_when_the_moment_has_passed_is_made_again(badge: Badge) -> None:
    badge.share()
    badge.site.clock.at = badge.site.clock.at.replace(hour=14, minute=5, second=58)

    assert "om 14:05 (UTC)" in badge.text()
    badge.site.clock.advance(seconds=3)
    assert "om 14:05 (UTC)" in badge.text()
    badge.site.clock.at += CHECK_AGAIN_AFTER - timedelta(seconds=3)
    assert "om 14:06 (UTC)" in badge.text()

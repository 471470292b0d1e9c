"""`mijlpaal person` and `mijlpaal issuer`, as processes on a database with a learner who holds a badge."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from badges.openbadges.verify import verify
from config.clock import SystemClock
from lti_tool.jobs.worker import drain
from lti_tool.roster.models import Person
from tests.factories.earned_badge import EarnedBadge, earned_badge
from tests.factories.tool import SECRET, make_tool
from tests.functional.test_commands import mijlpaal


@pytest.fixture
def badge(sqlite_url: str) -> Iterator[EarnedBadge]:
    with earned_badge(sqlite_url) as made:
        made.sign()
        yield made


def _settings(badge: EarnedBadge) -> dict[str, str]:
    return {"SECRET_KEY": SECRET, "DATABASE_URL": badge.tool.settings.database_address}


def test_person_when_found_is_exported_to_a_file_of_the_caller_and_erased_once(
    badge: EarnedBadge, tmp_path: Path
) -> None:
    settings, out = _settings(badge), tmp_path / "anna.json"
    person_id = mijlpaal("person", "find", "anna", **settings).stdout.split()[0]

    exported = mijlpaal("person", "export", person_id, "--out", str(out), **settings)
    again = mijlpaal("person", "export", person_id, "--out", str(out), **settings)
    refused = mijlpaal("person", "erase", person_id, **settings)
    erased = [mijlpaal("person", "erase", person_id, "--yes", **settings) for _ in range(2)]

    assert (exported.returncode, again.returncode, refused.returncode) == (0, 2, 1)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert json.loads(out.read_text(encoding="utf-8"))["person"]["name"] == "Anna"
    assert [done.returncode for done in erased] == [0, 2]
    assert "erased-before" in erased[1].stderr
    assert mijlpaal("person", "find", "anna", **settings).stdout == "Nobody found.\n"
    assert "person" in mijlpaal("person", "export", "00000000-0000-0000-0000-000000000000", **settings).stderr


def test_person_when_found_has_no_power_over_the_terminal(badge: EarnedBadge) -> None:
    with badge.tool.db.transaction() as tx:
        tx.get_one(Person, badge.school.learner.id).name = "Anna\x1b[2J\x1b]0;x\x07"

    found = mijlpaal("person", "find", "anna", **_settings(badge)).stdout

    assert "Anna\\u{1b}[2J" in found
    assert "\x1b" not in found


def test_issuer_when_its_key_is_compromised_gets_another_and_every_badge_is_signed_again(badge: EarnedBadge) -> None:
    settings = _settings(badge)
    before = badge.content()
    issuer_id, *_name, did = mijlpaal("issuer", "list", **settings).stdout.split("  ")[:3]

    rotated = mijlpaal("issuer", "rotate-key", issuer_id, "--compromised", **settings)
    unknown = mijlpaal("issuer", "rotate-key", "00000000-0000-0000-0000-000000000000", **settings)
    badge.tool.clock.at = SystemClock().now()  # the command promised by the clock on the wall
    while drain(badge.tool):
        pass

    assert rotated.returncode == 0
    assert "1 badge(s) will be signed again" in rotated.stdout
    assert did == before["issuer"]["id"]
    assert did not in rotated.stdout
    assert (unknown.returncode, "issuer" in unknown.stderr, "Traceback" in unknown.stderr) == (2, True, False)
    after = badge.content()
    assert (after["id"], after["issuer"]["id"] != did) == (before["id"], True)
    verify(badge.document() or b"", badge.known_keys())


def test_outbox_status_when_a_key_is_locked_says_what_helps(badge: EarnedBadge) -> None:
    settings = _settings(badge)
    badge.take_back()
    badge.give()
    badge.later(hours=1)
    # What is left of an installation whose secret was replaced without keeping the old one.
    stranger = make_tool(settings["DATABASE_URL"], badge.tool.clock, secret="z" * 40)
    drain(stranger)
    stranger.db.dispose()

    said = mijlpaal("outbox", "status", **settings).stdout

    assert "waiting issue_credential: 1 met key-locked" in said
    assert "MIJLPAAL_KEY_SECRETS" in said

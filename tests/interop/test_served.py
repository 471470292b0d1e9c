"""What a learner downloads and what the service shows of its issuer, through the pages: accepted by everybody too."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from badges.award import list_awards
from badges.openbadges.did_web import document_url
from gamification.engine.activity import Verb
from lti_tool.jobs.worker import drain
from tests.factories.launch import TOOL_URL, platform_keys
from tests.factories.local_server import Answer, LocalServer
from tests.functional.classroom import open_classroom
from tests.functional.conftest import make_site
from tests.functional.learner_steps import enter
from tests.interop.school import MOMENT
from tests.interop.verifiers import DCC, OPENBADGESLIB, SCHEMAS, Issued, ask_all, picture_of


def test_a_downloaded_badge_is_accepted_when_anyone_asks_our_address(sqlite_url: str, tmp_path: Path) -> None:
    with LocalServer(lambda _received: Answer(body=platform_keys().jwks_body())) as keys:
        site = make_site(sqlite_url, keys)
        site.clock.at = MOMENT
        room = open_classroom(site)
        pupil = enter(room)
        room.finish(pupil.id, room.read, room.tidy)
        room.judge(room.hand_in(pupil.id), Verb.APPROVED)
        while drain(site.tool):
            pass
        with site.tool.db.reading() as tx:
            [award] = list_awards(tx, room.context_id, pupil.id)

        content = pupil.browser.get(f"badges/{award.award_id}/credential.json")
        picture = pupil.browser.get(f"badges/{award.award_id}/badge.png")
        address = document_url(Issued(content.data).issuer)
        shown = site.client().get(urlsplit(address).path, base_url=TOOL_URL)
        site.tool.db.dispose()

    assert [answer.status_code for answer in (content, picture, shown)] == [200, 200, 200]
    assert address.startswith(f"{TOOL_URL}/")
    badge = Issued(content.data, {address: shown.get_data(as_text=True)}, picture.data)
    verdicts = ask_all({"badge": badge}, tmp_path)
    expected = {("badge", who) for who in (DCC, OPENBADGESLIB, *SCHEMAS)} | {(picture_of("badge"), OPENBADGESLIB)}
    assert verdicts.keys() == expected
    assert {who: verdict.said for who, verdict in verdicts.items() if not verdict.accepted} == {}

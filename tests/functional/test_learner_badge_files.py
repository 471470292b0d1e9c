"""A badge taken along as a file, and shared or not: what its holder decides about it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import update

from badges.models import IssuerKey
from badges.openbadges.baking import extract
from badges.openbadges.verify import verify
from tests.factories.launch import TOOL_URL
from tests.functional.badge_acts import (
    reach_goal,
    row_of,
    say_on_badges,
    sign_all,
    take_back,
)
from tests.functional.classroom import open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.learner_steps import Pupil, enter

FILES = ("credential.json", "badge.png", "badge.pdf")


def followed(pupil: Pupil, location: str) -> str:
    response = pupil.browser.client.get(location, base_url=TOOL_URL)
    assert response.status_code == 200
    return words_in(response.get_data(as_text=True))


class TestFiles:
    def test_files_are_the_signed_badge_in_three_forms(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        sign_all(site)

        document, picture, paper = (zoe.browser.get(f"badges/{award_id}/{name}") for name in FILES)

        assert verify(document.data, site.known_keys()).achievement_name == "Veilig werken"
        assert extract(picture.data) == document.data
        assert paper.data.startswith(b"%PDF-")
        assert [answer.content_type for answer in (document, picture, paper)] == [
            "application/vc+ld+json",
            "image/png",
            "application/pdf",
        ]
        assert document.headers["Content-Disposition"] == 'attachment; filename="badge Veilig werken.json"'
        page = zoe.page(f"badges/{award_id}")
        assert all(f'/badges/{award_id}/{name}"' in page for name in FILES)
        assert " download" not in page

    def test_file_names_when_the_badge_has_a_strange_name_are_safe(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)
        sign_all(sqlite_site)
        say_on_badges(zoe.room, name='../Zoë\u202efdp"; x="\r\nSet-Cookie: a العمل')

        for name in FILES:
            answer = zoe.browser.get(f"badges/{award_id}/{name}")
            given = answer.headers["Content-Disposition"]
            ending = name.rpartition(".")[2]
            plain, _, encoded = given.partition("; filename*=UTF-8''")
            assert plain == f'attachment; filename="badge .. Zoefdp ; x= Set-Cookie a.{ending}"'
            assert unquote(encoded) == f"badge .. Zoë fdp ; x= Set-Cookie a العمل.{ending}"
            assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("name", FILES)
    def test_file_when_it_is_not_signed_yet_is_said_to_be_made(self, site: Site, name: str) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)

        answer = zoe.browser.get(f"badges/{award_id}/{name}")

        assert answer.status_code == 409
        assert "Je badge wordt gemaakt De badge is al van jou: Veilig werken" in words_in(answer.get_data(as_text=True))
        page = zoe.page(f"badges/{award_id}")
        assert "Je badge wordt gemaakt." in words_in(page)
        assert name not in page

    def test_pages_when_the_key_cannot_be_opened_work_and_wait(self, site: Site) -> None:
        room = open_classroom(site)
        with site.tool.db.transaction() as tx:
            tx.execute(update(IssuerKey).values(private_key_encrypted="locked"))
        zoe = enter(room)
        award_id = reach_goal(zoe)
        sign_all(site)

        assert "Je badge wordt gemaakt." in zoe.text(f"badges/{award_id}/celebrate")
        assert zoe.browser.get(f"badges/{award_id}/badge.png").status_code == 409


class TestSharing:
    def test_badge_is_private_until_shared_and_private_again_after(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        address = f"{TOOL_URL}/badges/{award_id}"
        page = zoe.page(f"badges/{award_id}")
        assert "Je badge is nu privé." in words_in(page)
        assert address not in page
        assert "linkedin.com" not in page
        assert 'name="shows_name" value="1">' in page

        shared = zoe.browser.post(f"badges/{award_id}/share")
        page = zoe.page(f"badges/{award_id}")

        assert shared.location.endswith(f"/badges/{award_id}?said=1#status")
        assert "Iedereen met de link kan je badge zien. Anderen zien je naam niet." in followed(zoe, shared.location)
        assert f'<a href="{address}" target="_blank" rel="noopener noreferrer"' in page
        assert (row_of(site, award_id).shared_at, row_of(site, award_id).shows_name) == (zoe.room.now, False)
        named = zoe.browser.post(f"badges/{award_id}/share", {"shows_name": "1"})
        assert "Anderen zien ook je naam." in followed(zoe, named.location)
        assert 'name="shows_name" value="1" checked>' in zoe.page(f"badges/{award_id}")
        stopped = zoe.browser.post(f"badges/{award_id}/stop-sharing")
        assert "Je badge is privé. De link laat nu niets zien." in followed(zoe, stopped.location)
        assert (row_of(site, award_id).shared_at, row_of(site, award_id).shows_name) == (None, False)

    def test_linkedin_is_an_address_that_the_holder_follows(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        say_on_badges(zoe.room, name="Veilig & gezond werken")
        zoe.browser.post(f"badges/{award_id}/share")

        found = re.search(r'href="(https://www\.linkedin\.com/[^"]*)"', zoe.page(f"badges/{award_id}"))
        assert found
        asked = {name: values[0] for name, values in parse_qs(urlsplit(found[1].replace("&amp;", "&")).query).items()}

        awarded = row_of(site, award_id).awarded_at
        assert asked | {"organizationName": ""} == {
            "startTask": "CERTIFICATION_NAME",
            "name": "Veilig & gezond werken",
            "organizationName": "",
            "issueYear": str(awarded.year),
            "issueMonth": str(awarded.month),
            "certUrl": f"{TOOL_URL}/badges/{award_id}",
            "certId": str(award_id),
        }

    def test_shared_badge_when_taken_back_can_only_be_made_private(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        zoe.browser.post(f"badges/{award_id}/share")
        take_back(zoe)

        text = zoe.text(f"badges/{award_id}")
        again = zoe.browser.post(f"badges/{award_id}/share", {"shows_name": "1"})

        assert "Met de link zien anderen dat deze badge niet meer geldt." in text
        assert again.status_code == 303
        assert not row_of(site, award_id).shows_name
        assert zoe.browser.post(f"badges/{award_id}/stop-sharing").status_code == 303
        assert row_of(site, award_id).shared_at is None

    def test_notice_when_only_the_address_asks_for_it_says_what_holds(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)

        assert "Je badge is privé." in zoe.text(f"badges/{award_id}?said=1")
        assert "Je badge is privé." not in zoe.text(f"badges/{award_id}?said=shared")

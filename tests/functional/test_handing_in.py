"""Canvas `homework_submission`: a learner hands in a badge they hold, of any course, as the answer to an assignment."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from badges.models import Award
from lti_tool.lti.deep_linking import CONTENT_ITEMS, DATA
from tests.factories.launch import INSTRUCTOR, LEARNER, TOOL_URL, make_launch_payload, platform_keys
from tests.functional.badge_acts import sign_all
from tests.functional.classroom import Classroom, open_classroom, words_in
from tests.functional.conftest import ROLES, Launched, Site
from tests.functional.test_choosing import answer_in, choosing

CANVAS: dict[str, Any] = {"guid": "school-1", "name": "School", "product_family_code": "canvas"}
ELSEWHERE = {"id": "other-course", "title": "Een andere cursus", "type": ["CourseOffering"]}
BOTH = ["file", "ltiResourceLink"]


@pytest.fixture
def room(site: Site) -> Classroom:
    return open_classroom(site)


def earn(room: Classroom, name: str = "Zoë") -> uuid.UUID:
    """Let a learner earn the badge of the course, and have it signed."""
    person_id = room.learner(name)
    room.award(person_id, room.report)
    room.finish(person_id, room.read, room.tidy)
    with room.site.tool.db.reading() as tx:
        return tx.execute(select(Award.id).where(Award.person_id == person_id)).scalar_one()


def hand_in(site: Site, sub: str = "Zoë", types: list[str] = BOTH, roles: list[str] | None = None) -> Launched:
    """Open the tool from an assignment of another course, as Canvas does."""
    return choosing(
        site,
        settings={"accept_types": types, "accept_multiple": False, "data": "assignment 7"},
        sub=sub,
        roles=roles if roles is not None else [LEARNER],
        tool_platform=CANVAS,
        context=ELSEWHERE,
        placement="homework_submission",
    )


def row_of(site: Site, award_id: uuid.UUID) -> Award:
    with site.tool.db.reading() as tx:
        return tx.get_one(Award, award_id)


def test_badge_when_handed_in_goes_back_signed_and_is_shared_from_then_on(site: Site, room: Classroom) -> None:
    award_id = earn(room)
    learner = hand_in(site)
    assert learner.response.location.endswith("/hand-in")
    page = learner.get("hand-in").get_data(as_text=True)
    assert "Deze badge is nu privé. Lever je hem in? Dan deel je hem." in page
    assert row_of(site, award_id).shared_at is None

    sent = learner.post("hand-in", {"badge": award_id, "hand_in": "1"}).get_data(as_text=True)

    claims = answer_in(site, sent)
    assert claims[DATA] == "assignment 7"
    [item] = claims[CONTENT_ITEMS]
    assert item == {"type": "ltiResourceLink", "title": "Veilig werken", "url": f"{TOOL_URL}/badges/{award_id}"}
    assert row_of(site, award_id).shared_at is not None
    assert not row_of(site, award_id).shows_name


@pytest.mark.parametrize(
    ("types", "pressed", "kind"),
    [
        (["link"], {"hand_in": "1"}, "link"),
        (["html"], {"hand_in": "1"}, "html"),
        (["file"], {"as": "picture"}, "file"),
        (["file"], {"hand_in": "1"}, "file"),
        (["image"], {"as": "picture"}, "image"),
        (BOTH, {"as": "picture"}, "file"),
        (["ltiResourceLink"], {"as": "picture"}, "ltiResourceLink"),
    ],
)
def test_form_of_what_is_handed_in_follows_what_the_assignment_takes(
    sqlite_site: Site, types: list[str], pressed: dict[str, str], kind: str
) -> None:
    site = sqlite_site
    award_id = earn(open_classroom(site))
    sign_all(site)

    sent = hand_in(site, types=types).post("hand-in", {"badge": award_id, **pressed})

    [item] = answer_in(site, sent.get_data(as_text=True))[CONTENT_ITEMS]
    assert item["type"] == kind
    if kind in {"file", "image"}:
        # Fetched at once, by a machine that has no cookie.
        fetched = site.client().get(urlsplit(item["url"]).path, base_url=TOOL_URL)
        assert (fetched.status_code, fetched.data[:4]) == (200, b"\x89PNG")


def test_picture_when_it_is_still_being_made_is_not_handed_in_and_nothing_is_shared(
    sqlite_site: Site,
) -> None:
    award_id = earn(open_classroom(sqlite_site))
    learner = hand_in(sqlite_site, types=["file"])

    answer = learner.post("hand-in", {"badge": award_id, "as": "picture"})

    assert answer.status_code == 409
    assert "Je badge wordt nog gemaakt. Probeer het over een minuut opnieuw." in words_in(answer.get_data(as_text=True))
    assert row_of(sqlite_site, award_id).shared_at is None
    sign_all(sqlite_site)
    assert learner.post("hand-in", {"badge": award_id, "as": "picture"}).status_code == 200


def test_answer_when_sent_twice_counts_once(site: Site, room: Classroom) -> None:
    award_id = earn(room)
    learner = hand_in(site)
    assert learner.post("hand-in", {"badge": award_id}).status_code == 200

    again = learner.post("hand-in", {"badge": award_id})

    assert again.status_code == 303
    assert "Dit heb je al ingeleverd" in learner.get("choose/answered").get_data(as_text=True)


def test_badge_of_somebody_else_is_not_there_to_hand_in(site: Site, room: Classroom) -> None:
    award_id = earn(room)
    other = hand_in(site, sub="other")

    assert str(award_id) not in other.get("hand-in").get_data(as_text=True)
    assert other.post("hand-in", {"badge": award_id}).status_code == 404
    assert other.post("hand-in", {"badge": "not-an-id"}).status_code == 404
    assert row_of(site, award_id).shared_at is None


def test_learner_when_they_choose_nothing_hears_so_or_goes_back(sqlite_site: Site) -> None:
    room = open_classroom(sqlite_site)
    earn(room)
    learner = hand_in(sqlite_site)

    missing = learner.post("hand-in", {"hand_in": "1"})
    back = learner.post("hand-in", {"nothing": "1"})

    assert missing.status_code == 400
    assert "Kies eerst een badge." in missing.get_data(as_text=True)
    assert answer_in(sqlite_site, back.get_data(as_text=True))[CONTENT_ITEMS] == []


def test_learner_without_a_badge_reads_what_to_do_and_can_go_back(sqlite_site: Site) -> None:
    learner = hand_in(sqlite_site, sub="new")

    page = learner.get("hand-in").get_data(as_text=True)

    assert "Je hebt nog geen badge." in page
    assert 'name="hand_in"' not in page.replace('tabindex="-1"', "")
    assert learner.post("hand-in", {"nothing": "1"}).status_code == 200


def test_language_when_changed_keeps_the_choice(sqlite_site: Site) -> None:
    award_id = earn(open_classroom(sqlite_site))
    page = hand_in(sqlite_site).post("hand-in", {"badge": award_id, "locale": "en"}).get_data(as_text=True)

    assert "I hand in this badge" in page
    assert f'value="{award_id}" checked' in page


@pytest.mark.parametrize("role", [role for role in ROLES if role.value != "learner"], ids=str)
def test_whoever_does_not_learn_sees_the_page_explained_and_hands_in_nothing(sqlite_site: Site, role: Any) -> None:
    site = sqlite_site
    award_id = earn(open_classroom(site))
    looking = hand_in(site, roles=ROLES[role])  # the holder of a badge, in another role here

    page = looking.get("hand-in").get_data(as_text=True)

    assert "Deelnemers zien hier hun eigen badges, en kiezen er één." in page
    assert "Ik lever deze badge in" not in page
    assert looking.post("hand-in", {"badge": award_id}).status_code == 403
    assert row_of(site, award_id).shared_at is None


def test_handing_in_and_placing_when_mixed_up_are_not_found(sqlite_site: Site) -> None:
    placing = choosing(sqlite_site, tool_platform=CANVAS)
    teacher = hand_in(sqlite_site, sub="teacher", roles=[INSTRUCTOR])

    assert placing.get("hand-in").status_code == 404
    assert teacher.get("choose").status_code == 404
    assert (
        teacher.client.post(
            teacher.url("choose"), data={"csrf_token": csrf_of(teacher), "pick": "course"}, base_url=TOOL_URL
        ).status_code
        == 404
    )


def csrf_of(launched: Launched) -> str:
    page = launched.get("hand-in").get_data(as_text=True)
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_badge_that_was_handed_in_opens_for_who_judges_as_long_as_it_is_shared(site: Site, room: Classroom) -> None:
    award_id = earn(room)
    learner = hand_in(site)
    learner.post("hand-in", {"badge": award_id})
    opened: dict[str, Any] = {
        "target_link_uri": f"{TOOL_URL}/badges/{award_id}",
        "context": ELSEWHERE,
        "tool_platform": CANVAS,
    }

    teacher = launch_at(site, sub="judge", roles=[INSTRUCTOR], **opened)
    page = teacher.client.get(teacher.response.location, base_url=TOOL_URL).get_data(as_text=True)
    assert "Veilig werken" in page
    assert f'href="{TOOL_URL}/badges/{award_id}"' in page
    picture = teacher.get(f"handed-in/{award_id}/picture.svg")
    assert picture.content_type.startswith("image/svg+xml")

    holder = launch_at(site, sub="Zoë", roles=[LEARNER], **opened)
    own = holder.client.get(holder.response.location, base_url=TOOL_URL)
    assert own.location.endswith(f"/badges/{award_id}")
    holder.post(f"badges/{award_id}/stop-sharing")

    closed = teacher.client.get(teacher.response.location, base_url=TOOL_URL).get_data(as_text=True)
    assert "Dit bewijs is privé" in closed
    assert "Veilig werken" not in closed
    assert teacher.get(f"handed-in/{award_id}/picture.svg").status_code == 404


def launch_at(site: Site, *, target_link_uri: str, **claims: Any) -> Launched:
    """Launch at another address of the tool than its first one, as platforms open what was handed in."""
    client = site.client()
    asked = site.begin(client, target_link_uri=target_link_uri)
    payload = make_launch_payload(now=site.clock.now(), nonce=asked["nonce"], target_link_uri=target_link_uri, **claims)
    response = site.send(client, platform_keys().sign(payload), asked["state"])
    found = re.match(r"/s/([A-Za-z0-9_-]+)/", response.location or "")
    assert found, response.get_data(as_text=True)
    return Launched(client, found.group(1), response)

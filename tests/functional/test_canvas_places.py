"""The places of Canvas beside activities: those in no course make none, those of settings lead to the set-up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.lti.deep_linking import CONTENT_ITEMS
from lti_tool.roster.item_models import ContentItem, ItemKind
from lti_tool.roster.models import Context, Membership
from lti_tool.roster.places import OUTSIDE_COURSES
from tests.factories.launch import ABSENT, INSTRUCTOR, LEARNER, TOOL_URL
from tests.functional.classroom import TEACHER, open_classroom, words_in
from tests.functional.conftest import Launched, Site
from tests.functional.test_choosing import answer_in, choosing
from tests.functional.test_handing_in import CANVAS, earn

ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
ACCOUNT = {"id": "4dde05e8", "label": "", "title": "Demo-school", "type": ["Account"]}
OPENS = {"account_navigation": ACCOUNT, "user_navigation": ABSENT}


def open_place(site: Site, place: str, *, roles: list[str], sub: str = "Zoë", **changes: Any) -> Launched:
    told = {"context": OPENS[place], "resource_link": {"id": "4dde05e8", "title": "Mijlpaal"}} if place in OPENS else {}
    return site.launch(placement=place, tool_platform=CANVAS, roles=roles, sub=sub, **{**told, **changes})


def courses(site: Site) -> list[str]:
    with site.tool.db.reading() as tx:
        return sorted(tx.execute(select(Context.external_context_id)).scalars())


def first_page_of(launched: Launched) -> str:
    response = launched.client.get(launched.response.location, base_url=TOOL_URL)
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("place", OPENS)
def test_place_in_no_course_makes_none_however_often_it_is_opened(site: Site, place: str) -> None:
    for sub in ("one", "other", "one"):
        open_place(site, place, roles=[ADMINISTRATOR, INSTRUCTOR], sub=sub)

    assert courses(site) == [OUTSIDE_COURSES]
    with site.tool.db.reading() as tx:
        assert set(tx.execute(select(Membership.role)).scalars()) == {"nobody"}


def test_person_who_opens_their_own_place_sees_their_badges_of_all_courses(site: Site) -> None:
    room = open_classroom(site)
    award_id = earn(room)

    zoe = open_place(site, "user_navigation", roles=[LEARNER])
    page = first_page_of(zoe)

    assert zoe.response.location.endswith("/badges")
    assert "Veilig werken" in page
    assert "Je kijkt mee" not in page
    assert "/route" not in page
    assert "/welcome" not in page
    assert zoe.get(f"badges/{award_id}").status_code == 200
    assert zoe.post(f"badges/{award_id}/share").status_code == 303
    assert zoe.get().location.endswith("/badges")
    other = open_place(site, "user_navigation", roles=[LEARNER], sub="other")
    assert "Je hebt nog geen badge." in first_page_of(other)
    assert "/route" not in first_page_of(other)
    assert other.get(f"badges/{award_id}").status_code == 404


@pytest.mark.parametrize("place", OPENS)
@pytest.mark.parametrize("path", ["today", "route", "welcome", "settings", "why", "setup", "participants", "choose"])
def test_pages_of_a_course_when_asked_for_outside_of_all_are_not_there(
    sqlite_site: Site, place: str, path: str
) -> None:
    outside = open_place(sqlite_site, place, roles=[ADMINISTRATOR, INSTRUCTOR])

    assert outside.get(path).status_code in {403, 404}


def test_administrator_who_opens_the_place_of_the_school_finds_the_console(site: Site) -> None:
    admin = open_place(site, "account_navigation", roles=[ADMINISTRATOR])
    page = first_page_of(admin)
    assert admin.response.location.endswith("/account")
    assert 'action="' + admin.url("console") + '"' in page

    opened = admin.post("console")

    assert opened.status_code == 303
    assert "/admin/" in opened.location
    assert admin.get().location.endswith("/account")


def test_anybody_else_who_opens_the_place_of_the_school_reads_where_to_go(sqlite_site: Site) -> None:
    someone = open_place(sqlite_site, "account_navigation", roles=[INSTRUCTOR])

    page = first_page_of(someone)

    assert "Deze pagina is voor wie de leeromgeving beheert." in words_in(page)
    assert "/console" not in page
    assert someone.client.post(
        someone.url("console"), data={"csrf_token": csrf_in(page)}, base_url=TOOL_URL
    ).status_code in {403, 404}


def csrf_in(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_platform_that_is_not_canvas_keeps_a_course_per_link_where_it_names_none(sqlite_site: Site) -> None:
    sqlite_site.launch(context=ABSENT, placement="user_navigation", resource_link={"id": "one"})

    assert courses(sqlite_site) == ["resource-link:one"]


@pytest.mark.parametrize("place", ["assignment_edit", "course_settings_sub_navigation"])
def test_place_of_settings_leads_who_edits_to_the_set_up(sqlite_site: Site, place: str) -> None:
    open_classroom(sqlite_site)

    teacher = open_place(sqlite_site, place, roles=[INSTRUCTOR], sub=TEACHER.value)
    learner = open_place(sqlite_site, place, roles=[LEARNER])
    in_the_menu = open_place(sqlite_site, "course_navigation", roles=[INSTRUCTOR], sub=TEACHER.value)

    assert teacher.response.location.endswith("/setup")
    assert learner.response.location.endswith("/welcome")
    assert in_the_menu.response.location.endswith("/participants")


EVERYTHING = ["link", "file", "html", "ltiResourceLink", "image"]


def write_in_text(site: Site, types: list[str]) -> Launched:
    settings = {
        "accept_types": types,
        "accept_presentation_document_targets": ["embed", "iframe", "window"],
        "accept_multiple": True,
    }
    return choosing(site, settings=settings, sub=TEACHER.value, tool_platform=CANVAS, placement="editor_button")


def test_text_in_which_something_is_placed_gets_links_without_columns_and_without_frames(site: Site) -> None:
    open_classroom(site)
    teacher = write_in_text(site, EVERYTHING)
    page = teacher.get("choose").get_data(as_text=True)
    assert "Aan je tekst toevoegen" in page
    assert 'name="columns"' not in page
    assert 'value="native"' not in page

    sent = teacher.post("choose", {"pick": ["course", "badge"], "columns": "yes"}).get_data(as_text=True)

    items = answer_in(site, sent)[CONTENT_ITEMS]
    assert [item["type"] for item in items] == ["ltiResourceLink"] * 2
    assert [item["title"] for item in items] == ["Mijlpaal", "Veilig werken"]
    assert all("lineItem" not in item and "iframe" not in item for item in items)
    with site.tool.db.reading() as tx:
        kinds = {str(item.id): item.kind for item in tx.execute(select(ContentItem)).scalars()}
    assert [kinds[item["url"].partition("item=")[2]] for item in items] == [ItemKind.COURSE, ItemKind.BADGE]


def test_text_that_takes_no_links_that_open_us_says_so_and_lets_one_go_back(sqlite_site: Site) -> None:
    open_classroom(sqlite_site)
    teacher = write_in_text(sqlite_site, ["image"])

    page = teacher.get("choose").get_data(as_text=True)

    assert "geen links aan die Mijlpaal openen" in words_in(page)
    assert 'name="pick"' not in page
    assert teacher.post("choose", {"nothing": "1"}).status_code == 200

"""Deep linking: what a teacher picks becomes links in the course, once, with an answer that the platform can check."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import jwt
from sqlalchemy import select

from lti_tool.lti.ags import SCOPE_LINE_ITEM
from lti_tool.lti.claims import DEPLOYMENT_ID as DEPLOYMENT_CLAIM
from lti_tool.lti.claims import MESSAGE_TYPE
from lti_tool.lti.deep_linking import CONTENT_ITEMS, DATA
from lti_tool.roster.item_models import ContentItem, Gate, ItemKind
from lti_tool.roster.models import Context
from tests.factories.launch import (
    ABSENT,
    CLIENT_ID,
    DEPLOYMENT_ID,
    ISSUER,
    LEARNER,
    make_deep_linking_payload,
)
from tests.functional.conftest import Launched, Site


def choosing(site: Site, settings: dict[str, Any] | None = None, **changes: Any) -> Launched:
    payload = make_deep_linking_payload(settings=settings, **changes)
    asked = {name: value for name, value in payload.items() if name.startswith("https://") or name == "sub"}
    return site.launch(resource_link=ABSENT, **asked)


def answer_in(site: Site, page: str) -> dict[str, Any]:
    """Return what the platform reads from the form that the browser posts, after checking its signature."""
    token = unescape(re.search(r'name="JWT" value="([^"]+)"', page)[1])  # type: ignore[index]
    keys = site.client().get("/lti/jwks", base_url="https://mijlpaal.example").json["keys"]  # type: ignore[index]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(key) for key in keys if key["kid"] == kid)
    now = site.clock.now()
    claims: dict[str, Any] = jwt.decode(
        token, key.key, algorithms=["RS256"], audience=ISSUER, options={"verify_exp": False, "verify_iat": False}
    )
    assert claims["iat"] <= now.timestamp() < claims["exp"]
    return claims


GRADE_SERVICE = {"scope": [SCOPE_LINE_ITEM], "lineitems": "https://lms.example/lineitems"}
TWO_TASKS = {
    "tasks-0-title": "Veilig tillen",
    "tasks-0-points": "20",
    "tasks-0-kind": "required",
    "tasks-0-confirmation": "reviewer",
    "tasks-1-title": "Reflectie",
    "tasks-1-points": "30",
    "tasks-1-kind": "required",
    "tasks-1-confirmation": "platform",
    "columns": "yes",
}


def test_answer_when_new_tasks_are_placed_has_a_link_for_each_and_one_for_staff(site: Site) -> None:
    teacher = choosing(site, settings={"data": "keep me"})
    assert teacher.response.location.endswith("/choose")

    page = teacher.post("choose", TWO_TASKS | {"pick": "course"}).get_data(as_text=True)

    claims = answer_in(site, page)
    assert claims["iss"] == CLIENT_ID
    assert claims[MESSAGE_TYPE] == "LtiDeepLinkingResponse"
    assert claims[DEPLOYMENT_CLAIM] == DEPLOYMENT_ID
    assert claims[DATA] == "keep me"
    items = claims[CONTENT_ITEMS]
    assert [item["title"] for item in items][:3] == ["Mijlpaal", "Veilig tillen", "Reflectie"]
    assert len(items) == 4
    with site.tool.db.reading() as tx:
        kept = {str(item.id): item for item in tx.execute(select(ContentItem)).scalars()}
        assert {item["custom"]["mijlpaal_item"] for item in items} == set(kept)
        kinds = [ItemKind(kept[item["custom"]["mijlpaal_item"]].kind) for item in items]
        gates = {str(gate.content_item_id) for gate in tx.execute(select(Gate)).scalars()}
    assert kinds == [ItemKind.COURSE, ItemKind.TASK, ItemKind.GATE, ItemKind.STAFF_GATE]
    assert gates == {item["custom"]["mijlpaal_item"] for item in items[2:]}
    assert all("url" not in item for item in items)
    assert [item["lineItem"]["scoreMaximum"] for item in items] == [100, 20, 30, 1]
    assert all(item["lineItem"]["resourceId"] == item["custom"]["mijlpaal_item"] for item in items)
    assert 'action="https://lms.example/moodle/mod/lti/contentitem_return.php' in page


def test_answer_when_sent_twice_counts_once(site: Site) -> None:
    teacher = choosing(site)

    assert teacher.post("choose", TWO_TASKS).status_code == 200
    again = teacher.post("choose", TWO_TASKS)

    assert again.status_code == 303
    assert teacher.get("choose/answered").status_code == 409
    with site.tool.db.reading() as tx:
        assert len(tx.execute(select(ContentItem)).all()) == 3


def test_link_when_opened_leads_to_its_task(site: Site) -> None:
    teacher = choosing(site)
    items = answer_in(site, teacher.post("choose", TWO_TASKS).get_data(as_text=True))[CONTENT_ITEMS]
    custom = items[0]["custom"]

    learner = site.launch(custom=custom, roles=[LEARNER])
    assert learner.response.location.endswith("/welcome")
    begun = learner.post("welcome")

    assert "/tasks/" in begun.location
    assert "Veilig tillen" in learner.client.get(begun.location, base_url="https://mijlpaal.example").get_data(
        as_text=True
    )


def test_page_when_a_learner_asks_is_refused(site: Site) -> None:
    learner = choosing(site, roles=[LEARNER])

    assert learner.get("choose").status_code == 403


def test_form_when_nothing_is_chosen_says_so_and_keeps_what_was_typed(site: Site) -> None:
    teacher = choosing(site)

    nothing = teacher.post("choose", {"tasks-0-title": "", "tasks-0-points": ""})
    half = teacher.post("choose", {"tasks-0-title": "<b>Half</b>", "tasks-0-points": "veel"})

    assert nothing.status_code == half.status_code == 400
    assert "Kies minstens één ding" in nothing.get_data(as_text=True)
    assert 'value="&lt;b&gt;Half&lt;/b&gt;"' in half.get_data(as_text=True)


def test_return_address_when_it_is_not_the_platforms_is_refused(site: Site) -> None:
    refused = site.try_launch(
        **{
            name: value
            for name, value in make_deep_linking_payload(
                settings={"deep_link_return_url": "https://evil.example/collect"}
            ).items()
            if name.startswith("https://")
        },
        resource_link=ABSENT,
    )

    assert refused.status_code >= 400


def test_icon_that_travels_with_a_link_is_a_picture_of_ours(site: Site) -> None:
    page = choosing(site).post("choose", {"pick": "course"}).get_data(as_text=True)

    address = urlsplit(answer_in(site, page)[CONTENT_ITEMS][0]["icon"]["url"])

    with site.client().get(address.path, base_url=f"{address.scheme}://{address.netloc}") as picture:
        assert picture.status_code == 200
        assert picture.mimetype.startswith("image/")


def test_columns_that_come_with_links_are_looked_for_by_what_the_choice_itself_told(site: Site) -> None:
    """A class is graded before anybody opens a link."""
    choosing(site, ags=GRADE_SERVICE).post("choose", TWO_TASKS)

    with site.tool.db.reading() as tx:
        context = tx.execute(select(Context)).scalar_one()
        assert context.line_items_url == GRADE_SERVICE["lineitems"]
        assert context.columns_due_at is not None


def test_columns_of_links_when_a_launch_first_tells_where_they_are_are_looked_for_at_once(site: Site) -> None:
    choosing(site).post("choose", TWO_TASKS)

    site.launch(ags=GRADE_SERVICE)

    with site.tool.db.reading() as tx:
        context = tx.execute(select(Context)).scalar_one()
        assert context.columns_due_at is not None
        assert context.columns_due_at <= site.clock.now()


def test_new_task_when_it_has_an_explanation_travels_with_it(site: Site) -> None:
    teacher = choosing(site)
    line = {"title": "Verslag", "points": "20", "confirmation": "reviewer", "instructions": "Schrijf **vijf** zinnen."}

    page = teacher.post("choose", {f"tasks-0-{name}": value for name, value in line.items()}).get_data(as_text=True)

    [item] = answer_in(site, page)[CONTENT_ITEMS]
    assert item["text"] == "Schrijf **vijf** zinnen."


def test_platform_that_takes_one_thing_gets_one_whichever_was_meant(sqlite_site: Site) -> None:
    one = {"accept_multiple": False}
    line = {"tasks-0-title": "Lezen", "tasks-0-points": "20"}
    teacher = choosing(sqlite_site, settings=one)
    page = teacher.get("choose").get_data(as_text=True)
    assert re.search(r'type="radio"[^>]*value="new" checked', page)

    both = teacher.post("choose", {**line, "pick": "course"})
    assert both.status_code == 400
    assert "neemt één ding tegelijk" in both.get_data(as_text=True)
    new = teacher.post("choose", {**line, "pick": "new"}).get_data(as_text=True)

    assert [item["title"] for item in answer_in(sqlite_site, new)[CONTENT_ITEMS]] == ["Lezen"]


def test_gate_when_the_platform_takes_one_thing_comes_without_the_link_for_staff_which_comes_later(
    sqlite_site: Site,
) -> None:
    line = {"tasks-0-title": "Toets", "tasks-0-points": "20", "tasks-0-confirmation": "platform"}
    alone = choosing(sqlite_site, settings={"accept_multiple": False}).post("choose", {**line, "pick": "new"})
    assert len(answer_in(sqlite_site, alone.get_data(as_text=True))[CONTENT_ITEMS]) == 1

    line["tasks-0-title"] = "Eindtoets"
    more = choosing(sqlite_site).post("choose", line).get_data(as_text=True)

    assert len(answer_in(sqlite_site, more)[CONTENT_ITEMS]) == 2


def test_language_when_changed_keeps_what_was_typed(sqlite_site: Site) -> None:
    teacher = choosing(sqlite_site)

    page = teacher.post("choose", TWO_TASKS | {"pick": "course", "locale": "en"}).get_data(as_text=True)

    assert "Add to your course" in page
    assert 'value="Veilig tillen"' in page
    assert re.search(r'value="course" checked', page)
    assert re.search(r'name="tasks-1-confirmation" value="platform" checked', page)


def test_lines_for_assignments_of_the_course_come_three_at_once_and_empty_ones_do_not_count(sqlite_site: Site) -> None:
    teacher = choosing(sqlite_site)

    page = teacher.post("choose", {"add": "native", **TWO_TASKS}).get_data(as_text=True)
    assert page.count('name="tasks-4-confirmation" value="platform" checked') == 1
    assert 'name="tasks-5-title"' not in page
    assert 'src="/static/gate-add.svg' in page
    empty = {f"tasks-{number}-confirmation": "platform" for number in (2, 3, 4)}
    sent = teacher.post("choose", TWO_TASKS | empty).get_data(as_text=True)

    assert len(answer_in(sqlite_site, sent)[CONTENT_ITEMS]) == 3

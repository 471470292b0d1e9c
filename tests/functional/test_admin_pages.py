"""The pages of the admin console: what they say first, in which language, and what when something is not possible."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from config import outbox, outbox_claiming, outbox_finishing
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.invitations import make_invitation
from lti_tool.roster.models import Context, DeploymentState, Person, Registration
from lti_tool.roster.platform_models import AdminSession, AttemptState, InvitationPurpose
from tests.factories.launch import INSTRUCTOR, TOOL_URL
from tests.factories.lti_rows import make_registration_attempt
from tests.factories.rows import make_deployment, make_registration
from tests.functional.classroom import words_in
from tests.functional.conftest import Site
from tests.functional.test_admin import ADMINISTRATOR, Admin, invited, launched


def button_of_language(page: str) -> tuple[str, str]:
    """Return the language that the switch offers, and its name."""
    found = re.search(r'<button class="top-link" name="locale" value="(\w+)" lang="\w+">(\w+)</button>', page)
    assert found, page
    return found[1], found[2]


# The language


def test_console_when_entered_by_launch_speaks_the_language_of_the_launch(site: Site) -> None:
    admin = launched(site)

    page = admin.client.get(admin.home, base_url=TOOL_URL, headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert "Platformen" in page
    assert button_of_language(page) == ("en", "English")


def test_language_when_chosen_in_the_console_holds_there_and_in_later_launches(site: Site) -> None:
    admin = launched(site)

    answer = admin.post("language", locale="en")

    assert (answer.status_code, answer.location) == (303, admin.home)
    assert "Platforms" in admin.page()
    assert button_of_language(admin.page()) == ("nl", "Nederlands")
    again = site.launch(roles=[INSTRUCTOR, ADMINISTRATOR])
    assert '<html lang="en"' in again.get(follow_redirects=True).get_data(as_text=True)


def test_language_when_chosen_by_who_runs_the_service_is_nobody_elses(site: Site) -> None:
    admin, other = invited(site), invited(site)

    assert admin.post("language", locale="en").status_code == 303

    assert "Platforms" in admin.page()
    assert "Platformen" in other.page()
    with site.tool.db.reading() as tx:
        assert "en" not in tx.execute(select(Person.locale)).scalars().all()


def test_language_when_chosen_at_the_self_check_shows_the_self_check(sqlite_site: Site) -> None:
    admin = invited(sqlite_site)
    with sqlite_site.tool.db.reading() as tx:
        registration_id = tx.execute(select(Registration.id)).scalar_one()
    page = admin.page(f"check/{registration_id}")
    asked = re.search(r'name="check" value="([^"]+)"', page)
    assert asked

    answer = admin.post("language", locale="en", check=asked[1])

    assert answer.location == f"{admin.home}check/{registration_id}"
    assert "Self-check" in admin.page(f"check/{registration_id}")


@pytest.mark.parametrize("check", ["", "https://elsewhere.example/", "x" * 5_000])
def test_language_when_the_page_to_go_back_to_is_made_up_shows_the_first_page(sqlite_site: Site, check: str) -> None:
    admin = invited(sqlite_site)

    assert admin.post("language", locale="en", check=check).location == admin.home


@pytest.mark.parametrize("locale", ["", "xx", "../en", "e" * 5_000])
def test_language_when_it_is_none_of_ours_changes_nothing(sqlite_site: Site, locale: str) -> None:
    admin = invited(sqlite_site)

    assert admin.post("language", locale=locale).status_code == 400
    with sqlite_site.tool.db.reading() as tx:
        assert tx.execute(select(AdminSession.locale)).scalar_one() == "nl"


def test_page_with_what_is_shown_only_once_or_was_typed_has_no_switch_that_would_lose_it(sqlite_site: Site) -> None:
    admin = invited(sqlite_site)

    made = admin.post("invitations", note="x", days="7").get_data(as_text=True)
    refused = admin.post("invitations", note="x", days="900").get_data(as_text=True)

    assert 'name="locale"' in admin.page()
    assert 'name="locale"' not in made + refused


def test_door_when_read_in_another_language_opens_the_console_in_it(sqlite_site: Site) -> None:
    with sqlite_site.tool.db.transaction() as tx:
        secret = make_invitation(tx, InvitationPurpose.CONSOLE, days=1, now=sqlite_site.clock.now()).secret
    client = sqlite_site.client()
    door = client.get(f"/admin/enter/{secret}", base_url=TOOL_URL).get_data(as_text=True)
    switch = re.search(r'<a class="top-link" href="([^"]+)" lang="en"', door)
    assert switch

    other = client.get(switch[1], base_url=TOOL_URL).get_data(as_text=True)
    form = re.search(r'<form method="post" action="([^"]+)"', other)

    assert form
    assert "Open the administration" in other
    answer = client.post(form[1], base_url=TOOL_URL)
    assert "Platforms" in Admin(client, answer.location).page()


# What needs attention


def test_console_when_all_is_well_says_so(site: Site) -> None:
    site.launch(roles=[INSTRUCTOR])

    assert "Niets vraagt je aandacht." in words_in(invited(site).page())


def test_console_when_something_needs_attention_says_so_first_with_a_way_to_it(site: Site) -> None:
    site.launch(roles=[INSTRUCTOR])
    now = site.clock.now()
    with site.tool.db.transaction() as tx:
        registration = tx.execute(select(Registration)).scalar_one()
        make_deployment(tx, registration, state=DeploymentState.WAITING)
        context = tx.execute(select(Context)).scalar_one()
        context.roster_problem = "members-failed 403"
        ids, lane = {"context_id": context.id}, platform_lane(registration.id)
        outbox.put(tx, MessageType.READ_ROSTER, ids, now=now, coalesce_key="1", lane=lane)
    for message in outbox_claiming.claim(site.tool.db, now=now, limit=10):
        outbox_finishing.finish_dead(site.tool.db, message, now=now, error="members-failed 403")
    site.login(site.client(), iss="https://nobody.example")

    page = invited(site).page()

    assert "Niets vraagt" not in page
    box = page[page.index('id="attention-title"') : page.index('id="platforms-title"')]
    told = [(place, words_in(words)) for place, words in re.findall(r'<a href="#([^"]+)">(.*?)</a>', box)]
    assert [words.rpartition(": ")[2] for _place, words in told] == [
        "1 plek wacht op je goedkeuring.",
        "een koppeling werkt niet goed.",
        "1 start is geweigerd in de laatste zeven dagen.",
        "1 ding is gestopt en wordt niet vanzelf opnieuw geprobeerd.",
    ]
    assert all(f'id="{place}"' in page for place, _words in told)
    assert words_in(page).count("laat Mijlpaal niet zien wie er in de cursus zit") == 2


def test_console_of_a_platform_that_nobody_opened_counts_nothing(sqlite_site: Site) -> None:
    with sqlite_site.tool.db.transaction() as tx:
        make_registration(tx)

    page = words_in(invited(sqlite_site).page())

    assert "Nog niemand heeft het geopend." in page
    assert "0 kolommen" not in page
    assert "in 0 cursussen" not in page


def test_attempt_when_it_stopped_is_told_in_words(sqlite_site: Site) -> None:
    with sqlite_site.tool.db.transaction() as tx:
        attempt = make_registration_attempt(tx)
        attempt.state, attempt.problem = AttemptState.FAILED, "bearer-refused"

    page = words_in(invited(sqlite_site).page())

    assert "Gestopt. Het platform nam zijn eigen pas niet aan." in page
    assert "bearer-refused" not in page


def test_invitation_when_its_days_are_wrong_says_so_at_the_field_and_keeps_what_was_typed(sqlite_site: Site) -> None:
    page = invited(sqlite_site).post("invitations", note="ROC Noord", days="900").get_data(as_text=True)

    assert re.search(r'id="days"[^>]* value="900" aria-invalid="true" aria-describedby="days-error"', page)
    assert "Kies 1 tot 60 dagen" in words_in(page[page.index('id="days-error"') : page.index('id="days"')])
    assert 'value="ROC Noord"' in page


# What is not possible


def test_thing_that_is_not_there_when_asked_for_in_the_console_leads_back_to_the_console(sqlite_site: Site) -> None:
    admin = launched(sqlite_site)

    answer = admin.client.get(f"{admin.home}check/{uuid.uuid4()}", base_url=TOOL_URL)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert f'href="{admin.home}"' in page
    assert "het hoort niet bij wat jij beheert" in words_in(page)
    assert "begeleider" not in page
    assert "csrf_token" not in page


def test_console_when_its_time_is_over_says_how_to_open_it_again(sqlite_site: Site) -> None:
    admin = invited(sqlite_site)
    sqlite_site.clock.advance(hours=2, seconds=1)

    answer = admin.client.get(admin.home, base_url=TOOL_URL)

    page = words_in(answer.get_data(as_text=True))
    assert answer.status_code == 403
    assert "Het beheer sluit vanzelf na twee uur" in page
    assert "Je punten" not in page
    assert re.search(r"\b[A-Z0-9]{6}\b", page)

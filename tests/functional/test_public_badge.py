"""A badge at its public address: what a stranger sees of it, and that nothing is given away before it is shared."""

from __future__ import annotations

import json
import re
import uuid
from html import unescape

import pytest

from badges.achievement import BadgeDetails
from badges.kinds import BadgeType
from badges.models import AwardState
from badges.openbadges.baking import extract
from badges.openbadges.check import Outcome, check
from config.ids import new_id
from tests.factories.launch import TOOL_URL
from tests.functional.classroom import words_in
from tests.functional.conftest import Site
from tests.functional.public_badges import (
    ALT_TEXT,
    BADGE,
    CRITERIA,
    HOLDER,
    ISSUER,
    REASON,
    REPORTED,
    SECRETS,
    SHOWS,
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


def public_paths(badge: Badge) -> list[tuple[str, str]]:
    """Return every address that names a badge, as the routes say: what is added later is tried too."""
    paths = []
    for rule in badge.site.app.url_map.iter_rules():
        if rule.endpoint.startswith("badges.") and "award_id" in rule.arguments:
            values = {"award_id": badge.id, **({"size": 256} if "size" in rule.arguments else {})}
            path = badge.site.app.url_map.bind("x").build(rule.endpoint, values)
            paths += [(method, path) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    assert len(paths) > 8
    return paths


@pytest.mark.parametrize("state", ["held", "taken back", "erased", "with a name chosen before"])
def test_private_badge_when_anything_of_it_is_asked_gives_nothing_away(badge: Badge, state: str) -> None:
    if state == "taken back":
        badge.take_back()
    if state == "erased":
        badge.write_award(erased_at=badge.room.now)
    if state == "with a name chosen before":
        badge.share(shows_name=True)
        badge.stop_sharing()

    for method, path in public_paths(badge):
        data = {"text": REPORTED, "report_id": str(new_id())} if method == "POST" else None
        answer = badge.stranger.open(path, method=method, data=data, base_url=TOOL_URL)
        shown = everything_of(answer)
        assert [secret for secret in SECRETS if secret in shown] == [], path
        is_page = path == f"/badges/{badge.id}" and state != "erased"
        gone = state == "erased" and not path.endswith((".json", ".png"))
        assert answer.status_code == (200 if is_page else 410 if gone else 404), (method, path)
        assert "Set-Cookie" not in answer.headers
    assert badge.reports() == []


def test_private_badge_when_opened_says_so_alike_whether_it_holds_or_not(badge: Badge) -> None:
    held = badge.get()
    badge.take_back()
    taken_back = badge.get()

    assert "Dit bewijs is privé. Open het vanuit je cursus." in words_in(held.get_data(as_text=True))
    assert taken_back.data == held.data
    assert taken_back.headers.to_wsgi_list() == held.headers.to_wsgi_list()


def test_shared_badge_when_opened_says_everything_and_that_it_holds(badge: Badge) -> None:
    badge.share()

    text = badge.text()

    for words in (BADGE, CRITERIA, SHOWS, ISSUER, "Vaardigheid", "praktijkverklaring", "22 november 2026"):
        assert words in text
    assert f"did:web:mijlpaal.example:issuers:{profile_id(badge)}" in text
    assert "Deze badge is echt" in text
    checked = "Gecontroleerd op 22 november 2026 om 12:00 (UTC): de handtekening klopt, de uitgever is"
    assert checked in text
    assert "De deelnemer gaf zelf aan dat dit gedaan is, op 22 november 2026." in text
    assert "Een begeleider keek naar het werk. Het was goed, op 22 november 2026." in text
    for task in ("Lees de regels", "Maak een verslag", "Ruim op"):
        assert task in text
    assert "Help een collega" not in text
    assert "De deelnemer had 60 punten. Voor deze badge zijn 60 punten nodig." in text
    assert f'alt="{ALT_TEXT}"' in badge.page()
    assert text.lower().count("praktijkverklaring") == 2  # in the facts and one sentence, no more


def test_shared_badge_when_opened_in_english_keeps_its_own_words(badge: Badge) -> None:
    badge.share()

    page = badge.get(language="en-GB,en;q=0.9").get_data(as_text=True)

    assert "This badge is real" in page
    assert f'lang="nl" dir="auto">{CRITERIA}<' in page
    assert "Deze badge is echt" in words_in(badge.get("?lang=nl", language="en").get_data(as_text=True))
    assert f'href="/badges/{badge.id}?lang=nl" lang="nl"' in page
    assert "Deze badge is echt" in words_in(badge.get("?lang=xx").get_data(as_text=True))


@pytest.mark.parametrize("shows_name", [False, True])
def test_name_of_the_holder_when_not_chosen_is_nowhere(badge: Badge, shows_name: bool) -> None:
    badge.share(shows_name=shows_name)

    assert (HOLDER in everything_of(badge.get())) is shows_name
    for path in ("/credential.json", "/report"):
        assert HOLDER not in everything_of(badge.get(path))


def test_badge_when_it_is_not_shared_any_more_is_private_at_once(badge: Badge) -> None:
    badge.share(shows_name=True)
    assert badge.get("/credential.json").status_code == 200
    badge.stop_sharing()

    assert "Dit bewijs is privé" in badge.text()
    assert badge.get("/credential.json").status_code == 404
    assert BADGE not in everything_of(badge.get())


def test_files_when_shared_are_the_signed_document_byte_for_byte(badge: Badge) -> None:
    badge.share()

    file, baked, picture = (badge.get(path) for path in ("/credential.json", "/badge.png", "/picture-512.png"))

    assert file.headers["Content-Type"] == "application/vc+ld+json"
    assert file.headers["Access-Control-Allow-Origin"] == "*"
    assert extract(baked.data) == file.data
    checked = check(file.data, now=badge.room.now, known_keys=badge.site.known_keys())
    assert checked.outcome is Outcome.HOLDS
    assert checked.says is not None
    page = badge.text()
    for piece in checked.says.evidence:
        assert f"{piece.name}{piece.narrative}" in page
    assert [answer.headers["Content-Type"] for answer in (baked, picture)] == ["image/png"] * 2
    assert picture.data[16:24] == (512).to_bytes(4) * 2
    assert badge.get("/picture-511.png").status_code == 404


def test_badge_when_taken_back_while_shared_says_so_without_the_reason(badge: Badge) -> None:
    badge.share(shows_name=True)
    badge.take_back()

    text = badge.text()

    assert "Deze badge geldt niet meer" in text
    assert BADGE in text
    assert ISSUER in text
    for hidden in (HOLDER, REASON, CRITERIA, "Deze badge is echt", "Gecontroleerd"):
        assert hidden not in everything_of(badge.get())
    for path in ("/credential.json", "/badge.png", "/picture-256.png"):
        assert badge.get(path).status_code == 404
    assert badge.report().status_code == 303
    badge.give_again()
    sign(badge.site)
    badge.site.clock.advance(seconds=30)
    assert "Deze badge is echt" in badge.text()


def test_badge_when_erased_is_gone(badge: Badge) -> None:
    badge.share(shows_name=True)
    badge.write_award(erased_at=badge.room.now)

    answer = badge.get()

    assert answer.status_code == 410
    assert "Dit bewijs is verwijderd." in words_in(answer.get_data(as_text=True))
    assert [secret for secret in SECRETS if secret in everything_of(answer)] == []
    assert badge.get("/report").status_code == 410
    assert badge.report().status_code == 410
    assert badge.get("/credential.json").status_code == 404


def test_badge_when_there_never_was_one_is_not_found(badge: Badge) -> None:
    badge.share()

    for _method, path in public_paths(badge):
        unknown = path.replace(str(badge.id), str(uuid.uuid4()))
        assert badge.stranger.get(unknown, base_url=TOOL_URL).status_code == 404
    for path in ("/badges/x", f"/badges/{badge.id}/picture-x.png", f"/issuers/{badge.id}/did.json"):
        assert badge.stranger.get(path, base_url=TOOL_URL).status_code == 404


def test_page_when_somebody_is_logged_in_is_that_of_a_stranger(badge: Badge) -> None:
    path = f"/badges/{badge.id}"
    holder = badge.site.launch(roles=[], sub=HOLDER, name=HOLDER, given_name="Zoë", family_name="")
    pages = {who.client.get(path, base_url=TOOL_URL).data for who in (holder, badge.room.teacher)}

    assert pages == {badge.get().data}
    badge.share()
    assert holder.client.get(path, base_url=TOOL_URL).data == badge.get().data


def test_answers_when_given_stay_out_of_frames_and_search_engines(badge: Badge) -> None:
    private = badge.get()
    badge.share()

    for answer in (private, badge.get(), badge.get("/report"), badge.get("/credential.json"), badge.get("/badge.png")):
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert "og:" not in private.get_data(as_text=True)
    page = badge.page()
    assert f'<meta property="og:title" content="{BADGE}">' in page
    assert f'<meta property="og:image" content="{TOOL_URL}/badges/{badge.id}/picture-512.png">' in page


def test_texts_when_they_are_html_or_run_from_right_to_left_are_shown_as_typed(site: Site) -> None:
    nasty = '<img src=x onerror="alert(1)"> مرحبا'
    details = BadgeDetails(
        description=f"Laat zien: {nasty}",
        badge_type=BadgeType.FUN,
        picture="",
        alt_text=f"Plaatje {nasty}",
        language="nl",
    )
    badge = earn(
        open_room(site, name=f"Badge {nasty}", criteria=f"Je kunt {nasty}", issuer=f"School {nasty}", details=details),
        f"Zoë {nasty}",
    )
    badge.share(shows_name=True)

    page = badge.page()
    assert "Deze badge is echt" in page
    for words in ("Badge", "Laat zien:", "Je kunt", "School", "Plaatje", "Zoë"):
        assert f"{words} {nasty}" in unescape(page).replace("\u2068", "").replace("\u2069", "")
    form = badge.report(text="", contact=nasty).get_data(as_text=True)
    badge.take_back()
    for shown in (page, form, badge.page()):
        assert "<img src=x" not in shown
        assert "مرحبا" in shown


def test_issuer_document_when_fetched_has_the_key_that_signed(badge: Badge) -> None:
    badge.share()
    document = badge.stranger.get(f"/issuers/{profile_id(badge)}/did.json", base_url=TOOL_URL)
    credential = json.loads(badge.get("/credential.json").data)
    linked = re.search(r'href="([^"]*did\.json)"', badge.page())

    assert document.status_code == 200
    assert document.headers["Content-Type"] == "application/did+ld+json"
    assert document.headers["Access-Control-Allow-Origin"] == "*"
    said = json.loads(document.data)
    assert said["id"] == credential["issuer"]["id"]
    assert credential["proof"][0]["verificationMethod"] in said["assertionMethod"]
    assert linked is not None
    assert linked.group(1) == f"{TOOL_URL}/issuers/{profile_id(badge)}/did.json"


def test_suspended_badge_when_opened_does_not_hold(badge: Badge) -> None:
    badge.share()
    badge.write_award(state=AwardState.SUSPENDED)

    assert "Deze badge geldt niet meer" in badge.text()

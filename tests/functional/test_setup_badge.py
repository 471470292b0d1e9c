"""The teacher gives the course a badge: what it says, what kind it is, how it looks, and when it is refused."""

from __future__ import annotations

import re
import struct
from html import unescape

import pytest
from sqlalchemy import func, select

from badges.achievement import BadgeDetails, texts_of
from badges.kinds import BadgeType, ProofKind
from badges.models import AchievementVersion
from badges.picture.design import Colour, Level, Shape, Symbol
from badges.picture.palette import PALETTE, Paint
from gamification.models import RuleSetVersion
from gamification.publish import TaskDraft
from lti_tool.course.set_up import publish_course
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.session_models import LaunchSession
from tests.functional.conftest import Launched, Site, setup_form
from tests.functional.setup_pages import fields_of, press

TEACHER = PrincipalRole("instructor")
PUBLISH = {"publish": "1"}
REVIEWED = {"tasks-1-confirmation": "reviewer"}
TASKS = [("Lees de regels", 40), ("Ruim op", 20)]
BADGE = {
    "badge_description": "Laat zien dat je veilig werkt.",
    "badge_type": "skill",
    "badge_proof_kind": "sector-certificate",
    "badge_entitled": "1",
    "badge_shape": "shield",
    "badge_colour": "sky",
    "badge_symbol": "helmet",
    "badge_level": "2",
    "badge_alt": "Blauw schild met een helm",
}


@pytest.fixture
def teacher(strict: Site) -> Launched:
    """A teacher whose course has a task to tick of 40 points, one that is looked at of 20, and a plain badge."""
    launched = strict.launch_as(TEACHER)
    assert launched.post("setup", setup_form(TASKS, 60) | REVIEWED).status_code == 303
    return launched


def page_of(teacher: Launched) -> str:
    return teacher.get("setup").get_data(as_text=True)


def words_in(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)))


def refused(teacher: Launched, **changes: str) -> str:
    """Publish with these changes and return the page that says what is wrong."""
    response = teacher.post("setup", fields_of(page_of(teacher)) | PUBLISH | changes)
    assert response.status_code == 400
    return response.get_data(as_text=True)


def versions(site: Site) -> list[BadgeDetails]:
    with site.tool.db.reading() as tx:
        rows = tx.execute(select(AchievementVersion).order_by(AchievementVersion.number)).scalars()
        return [texts_of(row).details for row in rows]


def rule_sets(site: Site) -> int:
    with site.tool.db.reading() as tx:
        return tx.execute(select(func.count()).select_from(RuleSetVersion)).scalar_one()


class TestPublishing:
    def test_badge_when_published_is_kept_whole_and_comes_back(self, strict: Site, teacher: Launched) -> None:
        page = press(teacher, page_of(teacher), PUBLISH, **BADGE)

        assert "Gepubliceerd." in page
        assert versions(strict)[-1] == BadgeDetails(
            "Laat zien dat je veilig werkt.",
            BadgeType.SKILL,
            ProofKind.SECTOR_CERTIFICATE,
            "shield.sky.helmet.2",
            "Blauw schild met een helm",
            "nl",
        )
        fields = fields_of(page)
        assert {name: fields[name] for name in BADGE} == BADGE

    def test_badge_when_the_form_says_nothing_more_is_plain_with_words_for_its_picture(
        self, strict: Site, teacher: Launched
    ) -> None:
        assert versions(strict) == [
            BadgeDetails(picture="circle.moss.check.0", alt_text="Groene cirkel met een vinkje", language="nl")
        ]

    def test_badge_when_fields_are_absent_keeps_what_is_published(self, strict: Site, teacher: Launched) -> None:
        press(teacher, page_of(teacher), PUBLISH, **BADGE)
        before = versions(strict)
        short = {name: value for name, value in fields_of(page_of(teacher)).items() if name not in BADGE}
        del short["badge_alt_proposal"]

        assert teacher.post("setup", short | {"tasks-0-title": "Lees alle regels"}).status_code == 303

        assert versions(strict) == before
        assert rule_sets(strict) == 3

    @pytest.mark.parametrize(
        "change",
        [
            {"badge_description": "Anders"},
            {"badge_language": "en"},
            {"badge_type": "membership"},
            {"badge_proof_kind": "praktijkverklaring", "badge_entitled": "1"},
            {"badge_symbol": "star"},
            {"badge_alt": "Een vinkje in een rondje"},
        ],
    )
    def test_change_when_only_of_a_detail_is_a_version_and_a_conflict_when_late(
        self, strict: Site, teacher: Launched, change: dict[str, str]
    ) -> None:
        late = fields_of(page_of(teacher))

        assert teacher.post("setup", late | change).status_code == 303
        assert len(versions(strict)) == 2
        assert teacher.post("setup", late | change).status_code == 303  # the same idea is no conflict
        response = teacher.post("setup", late)

        assert response.status_code == 409
        assert len(versions(strict)) == 2

    def test_badge_when_nothing_of_it_changed_has_no_new_version_in_whatever_language(
        self, strict: Site, teacher: Launched
    ) -> None:
        page = press(teacher, page_of(teacher), {"locale": "en"})
        assert "not published yet" not in page
        assert fields_of(page)["badge_alt"] == "Groene cirkel met een vinkje"

        press(teacher, page, PUBLISH)
        assert (len(versions(strict)), rule_sets(strict)) == (1, 1)
        press(teacher, page_of(teacher), PUBLISH, badge_name="Veilig aan het werk")
        press(teacher, page_of(teacher), PUBLISH, badge_name="Working safely", badge_language="en")

        assert [version.language for version in versions(strict)] == ["nl", "nl", "en"]

    def test_badge_when_first_described_is_in_the_language_of_who_describes_it(self, strict: Site) -> None:
        teacher = strict.launch_as(TEACHER)
        assert teacher.post("language", {"locale": "en"}).status_code == 303

        assert teacher.post("setup", setup_form(TASKS, 60)).status_code == 303

        assert [version.language for version in versions(strict)] == ["en"]

    def test_badge_when_published_before_there_were_pictures_gets_words_and_no_alarm(self, strict: Site) -> None:
        teacher = strict.launch_as(TEACHER)
        with strict.tool.db.transaction() as tx:
            session = tx.execute(select(LaunchSession)).scalar_one()
            publish_course(
                tx,
                strict.tool,
                context_id=session.context_id,
                person_id=session.person_id,
                role=TEACHER,
                tasks=[TaskDraft(None, "Lezen", 10)],
                goal_points=10,
                badge_name="Lezen",
                badge_criteria="Je leest.",
                seen_number=0,
                now=strict.clock.now(),
            )
        assert versions(strict) == [BadgeDetails()]

        page = page_of(teacher)
        assert fields_of(page)["badge_alt"] == "Groene cirkel met een vinkje"
        assert "nog niet gepubliceerd" not in press(teacher, page, {"locale": "nl"})
        press(teacher, page, PUBLISH)

        assert versions(strict)[-1].alt_text == "Groene cirkel met een vinkje"

    def test_conflict_when_shown_has_their_badge_in_full(self, teacher: Launched) -> None:
        late = fields_of(page_of(teacher))
        press(teacher, page_of(teacher), PUBLISH, **BADGE)

        page = teacher.post("setup", late | {"badge_name": "Van mij"}).get_data(as_text=True)

        theirs = page[page.index('id="theirs-title"') : page.index("<form")]
        for words in ("Vaardigheid", "Certificaat van de branche", BADGE["badge_alt"], BADGE["badge_description"]):
            assert words in words_in(theirs)
        assert "/setup/badge/shield.sky.helmet.2-64.png" in theirs
        assert fields_of(page)["badge_symbol"] == "check"

    def test_badge_when_only_what_it_shows_is_written_asks_for_a_name(self, strict: Site) -> None:
        form = setup_form(TASKS, 60, name="", criteria="") | {"badge_description": "Iets"}

        response = strict.launch_as(TEACHER).post("setup", form)
        assert (response.status_code, "Geef de badge een naam." in response.get_data(as_text=True)) == (400, True)


class TestSkill:
    def test_skill_when_ticks_are_enough_says_which_goal_helps(self, strict: Site, teacher: Launched) -> None:
        page = refused(teacher, badge_type="skill", goal_points="40")

        sentence = (
            "Met opdrachten die deelnemers zelf afvinken, haalt iemand 40 punten. Zet het doel op minstens 41, "
            "laat meer opdrachten bekijken, of kies ‘Meedoen’."
        )
        assert f'<a href="#badge_type">{sentence}</a>' in page
        assert re.search(r'id="badge_type"[^>]*aria-describedby="badge_type-error', page)
        assert (len(versions(strict)), rule_sets(strict)) == (1, 1)
        assert "Gepubliceerd." in press(teacher, page, PUBLISH, goal_points="41")
        assert versions(strict)[-1].badge_type is BadgeType.SKILL

    @pytest.mark.parametrize("change", [{"tasks-1-confirmation": "learner"}, {"tasks-1-kind": "bonus"}])
    def test_skill_when_nobody_looks_at_a_required_task_says_so(
        self, teacher: Launched, change: dict[str, str]
    ) -> None:
        page = refused(teacher, badge_type="skill", goal_points="40", **change)

        assert "heeft minstens één verplichte opdracht nodig die iemand bekijkt." in page

    def test_skill_when_closed_tasks_count_names_them(self, strict: Site, teacher: Launched) -> None:
        learner = strict.launch_as(PrincipalRole("learner"))
        task_id = fields_of(page_of(teacher))["tasks-0-task_id"]
        assert learner.post(f"tasks/{task_id}/done").status_code == 303
        page = press(teacher, page_of(teacher), {"remove": "0"})

        page = press(teacher, page, PUBLISH, goal_points="20", badge_type="skill")
        said = "ook de gesloten opdrachten, haalt iemand 40 punten. Dat is genoeg voor elk doel dat hier kan."
        assert said in page
        page = press(teacher, page, PUBLISH, badge_type="fun")
        assert "Gepubliceerd." in page
        assert said in press(teacher, page, PUBLISH, badge_type="skill")

    def test_participation_when_offered_changes_the_form_and_publishes_nothing(
        self, strict: Site, teacher: Launched
    ) -> None:
        page = refused(teacher, badge_type="skill", goal_points="40", badge_name="Van mij")
        assert re.search(r'name="choose_type" value="participation" formaction="[^"]+#badge_type"', page)

        page = press(teacher, page, {"choose_type": "participation"})

        assert (fields_of(page)["badge_type"], fields_of(page)["badge_name"]) == ("participation", "Van mij")
        assert "Wat je ziet, is nog niet gepubliceerd." in words_in(page)
        assert rule_sets(strict) == 1
        assert "choose_type" not in page_of(teacher)

    @pytest.mark.parametrize("forged", ["", "x" * 10_000, "<b>"])
    def test_type_when_a_button_is_forged_stays(self, teacher: Launched, forged: str) -> None:
        page = press(teacher, page_of(teacher), {"choose_type": forged}, badge_type="fun")

        assert fields_of(page)["badge_type"] == "fun"


class TestPicture:
    def test_preview_when_asked_for_shows_what_was_typed_and_publishes_nothing(
        self, strict: Site, teacher: Launched
    ) -> None:
        typed = {"badge_name": "<b>مرحبا</b>", "badge_shape": "seal", "badge_level": "3", "badge_type": "fun"}

        page = press(teacher, page_of(teacher), {"show_badge": "1"}, **typed)

        assert 'src="/s/' in page
        assert "/setup/badge/seal.moss.check.3-256.png" in page
        assert "/setup/badge/seal.moss.check.3-32.png" in page
        assert 'alt="Groen zegel met een vinkje, niveau 3"' in page
        assert "&lt;b&gt;مرحبا&lt;/b&gt;</p>" in page
        assert ">Voor de lol</p>" in page
        assert {name: fields_of(page)[name] for name in typed} == typed
        assert rule_sets(strict) == 1

    def test_proposed_words_when_untouched_follow_the_picture_and_others_stay(
        self, strict: Site, teacher: Launched
    ) -> None:
        page = press(teacher, page_of(teacher), {"show_badge": "1"}, badge_symbol="star", badge_colour="sky")
        assert fields_of(page)["badge_alt"] == "Blauwe cirkel met een ster"
        page = press(teacher, page, {"show_badge": "1"}, badge_alt="Mijn ster", badge_colour="plum")
        assert fields_of(page)["badge_alt"] == "Mijn ster"

        press(teacher, page_of(teacher), PUBLISH, badge_symbol="heart")

        assert versions(strict)[-1].alt_text == "Groene cirkel met een hart"

    @pytest.mark.parametrize("empty", ["", "  ", "\u200b"])
    def test_words_when_emptied_are_asked_for_at_their_field(self, teacher: Launched, empty: str) -> None:
        page = refused(teacher, badge_alt=empty)

        assert '<a href="#badge_alt">Beschrijf het plaatje in een paar woorden.</a>' in page
        assert re.search(r'id="badge_alt"[^>]*aria-describedby="badge_alt-error[^>]*aria-invalid="true"', page)

    def test_options_when_drawn_have_names_and_need_no_requests(self, teacher: Launched) -> None:
        page = page_of(teacher)

        options = re.findall(r'<label class="swatch".*?</label>', page, re.S)
        assert len(options) == sum(map(len, (Shape, Colour, Symbol, Level)))
        for option in options:
            assert '<span class="swatch-picture" aria-hidden="true"><svg' in option
            assert words_in(option).strip()
        assert page.count("<img") == 2
        assert "style=" not in page

    def test_contrast_when_too_low_is_said_in_words(self, teacher: Launched, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "slecht te zien" not in page_of(teacher)
        faint = Paint("#FFFFFF", "#F8F8F8", "#F0F0F0", "#FFFFFF", "#FFFFFF")
        monkeypatch.setitem(PALETTE, Colour.MOSS, faint)

        for page in (page_of(teacher), teacher.get("setup/badge").get_data(as_text=True)):
            for part in ("Het plaatje in het midden", "Het niveau", "De rand"):
                assert f"{part} is op" in page

    @pytest.mark.parametrize("size", [32, 64, 256, 512])
    def test_file_when_asked_for_is_that_picture_for_this_person_to_keep(self, teacher: Launched, size: int) -> None:
        response = teacher.get(f"setup/badge/leaf.sun.cup.1-{size}.png")

        assert (response.status_code, response.content_type) == (200, "image/png")
        assert struct.unpack(">II", response.data[16:24]) == (size, size)
        assert response.headers["Cache-Control"] == "private, max-age=86400"

    @pytest.mark.parametrize(
        "name",
        ["", "x", "circle.moss.check.0", "circle.moss.check.0-31", "circle.moss.check.4-32", "circle.red.check.0-32"]
        + ["circle.moss.check.0-²", f"circle.moss.check.0-{'9' * 5_000}", "..%2f-32", "circle.moss.check.0--32"],
    )
    def test_file_when_unknown_is_not_found_and_not_kept(self, teacher: Launched, name: str) -> None:
        response = teacher.get(f"setup/badge/{name}.png")
        assert (response.status_code, response.headers["Cache-Control"]) == (404, "no-store")

    def test_part_of_the_page_when_the_script_asks_has_the_picture_and_its_words(self, teacher: Launched) -> None:
        query = "badge_shape=hexagon&badge_colour=plum&badge_symbol=book&badge_level=1"

        part = teacher.get(f"setup/badge?{query}").get_data(as_text=True)

        assert 'data-alt="Paarse zeshoek met een boek, niveau 1"' in part
        assert "hexagon.plum.book.1-256.png" in part
        plain = teacher.get("setup/badge?badge_shape=x&badge_colour=<b>").get_data(as_text=True)
        assert "circle.moss.check.0-256.png" in plain


class TestBadInput:
    @pytest.mark.parametrize(
        "name",
        ["badge_type", "badge_proof_kind", "badge_shape", "badge_colour", "badge_symbol", "badge_level"],
    )
    @pytest.mark.parametrize("value", ["", "x", "<b>", "x" * 10_000, "Skill", "\u0661", " 1"])
    def test_choice_when_forged_is_refused_at_its_field(
        self, strict: Site, teacher: Launched, name: str, value: str
    ) -> None:
        fields = fields_of(page_of(teacher))

        response = teacher.post("setup", fields | {name: value, "badge_name": "Van mij"})
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert f'<a href="#{name}">Deze keuze bestaat niet. Kies er een van hieronder.</a>' in page
        assert re.search(rf'id="{name}"[^>]*aria-describedby="{name}-error', page)
        assert fields_of(page)[name] == fields[name]
        assert fields_of(page)["badge_name"] == "Van mij"
        assert len(versions(strict)) == 1
        shown = teacher.post("setup", fields | {name: value, "show_badge": "1"}).get_data(as_text=True)
        assert "Deze keuze bestaat niet." in shown

    def test_proof_when_not_ticked_is_refused_and_when_ticked_is_remembered(self, teacher: Launched) -> None:
        page = refused(teacher, badge_proof_kind="diploma-part")

        assert '<a href="#badge_entitled">Vink aan dat je organisatie dit bewijs mag geven.' in page
        assert fields_of(page)["badge_proof_kind"] == "diploma-part"
        assert re.search(r'<details class="line-more badge-parts" open>\s*<summary>Soort bewijs', page)
        page = press(teacher, page, PUBLISH, badge_entitled="1")
        assert "Gepubliceerd." in page
        assert fields_of(page)["badge_entitled"] == "1"
        page = press(teacher, page, PUBLISH, badge_proof_kind="own-certificate")
        assert "badge_entitled" not in fields_of(page)

    @pytest.mark.parametrize(
        ("name", "longest", "sentence"),
        [
            ("badge_description", 2_000, "Maak de tekst over wat de badge laat zien korter: hoogstens 2000 tekens."),
            ("badge_alt", 300, "Beschrijf het plaatje in minder woorden: hoogstens 300 tekens."),
        ],
    )
    def test_text_when_too_long_is_refused_and_stays(
        self, teacher: Launched, name: str, longest: int, sentence: str
    ) -> None:
        page = refused(teacher, **{name: "ب" * 10_000})

        assert sentence in page
        assert fields_of(page)[name] == "ب" * 10_000
        assert "Gepubliceerd." in press(teacher, page, PUBLISH, **{name: "ب" * longest})

    @pytest.mark.parametrize("name", ["badge_description", "badge_alt"])
    @pytest.mark.parametrize(
        "text", ["مرحبا بكم", '"><script>alert(1)</script>', "</textarea><b>", "שלום \u2067x\u2069"]
    )
    def test_text_when_html_or_from_right_to_left_survives(self, teacher: Launched, name: str, text: str) -> None:
        page = press(teacher, page_of(teacher), PUBLISH, **{name: text})

        assert "Gepubliceerd." in page
        assert fields_of(page)[name] == text
        assert "<script>alert" not in page
        assert "</textarea><b>" not in page
        assert re.search(rf'name="{name}"[^>]* dir="auto"', page)

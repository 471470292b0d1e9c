"""`mijlpaal verify`, as a process: badges from here and from elsewhere, with this installation and without."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from badges.award import list_awards, signed_document
from badges.issuer import issuer_document, list_issuers, rotate_key
from badges.openbadges.baking import bake
from badges.openbadges.credential import credential_document
from badges.openbadges.did_web import KeyMethod, did_document
from badges.openbadges.document import signed_bytes
from badges.openbadges.sign import sign
from badges.picture.design import DEFAULT_DESIGN
from badges.picture.png import png_of
from config.clock import SettableClock
from config.ids import new_id
from config.settings import child_environment, load_settings
from gamification.publish import TaskDraft
from lti_tool.awarding import take_badge_back
from lti_tool.issuing import issue_credential
from lti_tool.lti.roles import PrincipalRole
from lti_tool.tool import Tool, build_tool
from tests.factories.rows import make_context, make_deployment, make_membership, make_person, make_registration
from tests.factories.tool import finish_as_learner, publish_as_teacher
from tests.unit.badges.examples import KEY, MOMENT, OTHER_KEY, make_credential, make_document, put
from tests.unit.badges.test_checking import BOMB, POISON

SECRET = "s" * 40
EARLIER = datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
COMMAND = [sys.executable, "-c", "from lti_tool.cli import main; main()", "verify"]
OUR_NAME = "De Brug"
OTHERS = "did:web:badges.example:issuers:7"


def _verify(*arguments: str | Path, content: bytes = b"", **settings: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=child_environment(settings),
        input=content,
        capture_output=True,
        check=False,
        timeout=120,
    )


def _as_json(*arguments: str | Path, content: bytes = b"", **settings: str) -> tuple[int, dict[str, Any]]:
    done = _verify(*arguments, "--json", content=content, **settings)
    assert done.stderr == b""
    answer: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, answer


@dataclass
class Installation:
    """A service whose learner holds a badge, and the file of it."""

    tool: Tool
    settings: dict[str, str]
    context_id: Any
    learner_id: Any
    teacher_id: Any
    award_id: Any
    document: bytes


@pytest.fixture
def here(sqlite_url: str) -> Installation:
    settings = {"SECRET_KEY": SECRET, "DATABASE_URL": sqlite_url, "PUBLIC_URL": "https://mijlpaal.example"}
    tool = build_tool(
        load_settings(**{name.lower(): value for name, value in settings.items()}), clock=SettableClock(EARLIER)
    )
    with tool.db.transaction() as tx:
        registration = make_registration(tx)
        context = make_context(tx, make_deployment(tx, registration, name=OUR_NAME))
        teacher, learner = make_person(tx, registration), make_person(tx, registration)
        make_membership(tx, context, teacher, role=PrincipalRole.INSTRUCTOR)
        make_membership(tx, context, learner)
    published = publish_as_teacher(
        tool, context, teacher.id, [TaskDraft(None, "Lees de regels", 10)], goal_points=10, seen_number=0
    )
    finish_as_learner(tool, context, learner.id, published.rules.tasks[0].task_id)
    with tool.db.reading() as tx:
        [held] = list_awards(tx, context.id, learner.id)
    issue_credential(tool, held.award_id)
    with tool.db.reading() as tx:
        document = signed_document(tx, held.award_id)
    assert document is not None
    tool.db.dispose()
    return Installation(tool, settings, context.id, learner.id, teacher.id, held.award_id, document)


def test_an_own_badge_holds_as_file_and_as_picture_until_it_is_taken_back(here: Installation, tmp_path: Path) -> None:
    (tmp_path / "badge.json").write_bytes(here.document)
    (tmp_path / "badge.png").write_bytes(bake(png_of(DEFAULT_DESIGN, 512), here.document))

    held = _verify(tmp_path / "badge.png", **here.settings)
    with here.tool.db.transaction() as tx:
        take_badge_back(
            tx,
            context_id=here.context_id,
            person_id=here.learner_id,
            award_id=here.award_id,
            actor_id=here.teacher_id,
            role=PrincipalRole.INSTRUCTOR,
            reason="Vergissing.",
            request_id=new_id(),
            now=EARLIER,
        )
    here.tool.db.dispose()
    code, taken_back = _as_json(tmp_path / "badge.json", **here.settings)

    assert (held.returncode, held.stderr) == (0, b"")
    lines = held.stdout.decode().splitlines()
    assert lines[0] == "The issuer says:"
    assert "Badge:          Veilig werken" in lines
    assert "Issuer:         De Brug" in lines
    assert "Awarded:        2025-05-06 07:08 UTC" in lines
    assert "Issued here:    yes, by an issuer of this installation" in lines
    assert lines[-1] == "Outcome:        it holds"
    assert any(line.startswith("Evidence:       Lees de regels: ") for line in lines)
    assert any(line.startswith("Holder:         urn:uuid:") for line in lines)
    assert code == 1
    assert (taken_back["outcome"], taken_back["step"]) == ("does-not-hold", "record")
    assert taken_back["reason"] == "it was taken back on 2025-05-06"
    assert (taken_back["signed"], taken_back["issued_here"]) == (True, True)


def test_a_withdrawn_key_stays_withdrawn_when_an_old_document_still_names_it(
    here: Installation, tmp_path: Path
) -> None:
    with here.tool.db.transaction() as tx:
        [issuer] = list_issuers(tx)
        old = issuer_document(tx, issuer.issuer_profile_id)
        rotate_key(tx, here.tool.box, issuer.issuer_profile_id, compromised=True, now=EARLIER)
    here.tool.db.dispose()
    (tmp_path / "did.json").write_text(json.dumps(old))
    given = ("--did-document", tmp_path / "did.json")

    code, answer = _as_json("-", *given, content=here.document, **here.settings)
    lines = _verify("-", *given, content=here.document, **here.settings).stdout.decode().splitlines()
    elsewhere, _answer = _as_json("-", *given, content=here.document)

    assert (code, answer["outcome"], answer["step"]) == (1, "does-not-hold", "issuer")
    assert any(line.startswith(f"Left aside:     the DID document of {issuer.did}") for line in lines)
    # Who has only the old document cannot know.
    assert elsewhere == 0


def test_somebody_elses_badge_with_our_name_is_plainly_not_ours(here: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(signed_bytes(sign(credential_document(make_credential()), KEY, MOMENT)))

    done = _verify(tmp_path / "file", **here.settings)
    code, answer = _as_json(tmp_path / "file", **here.settings)

    lines = done.stdout.decode().splitlines()
    assert "Issuer:         De Brug" in lines
    assert "Issued here:    NO. It bears the name of an issuer of this installation, and it is somebody else's" in lines
    assert any(line.startswith("Keep in mind:   an issuer chooses its own name") for line in lines)
    assert (done.returncode, code) == (0, 0)
    assert (answer["issued_here"], answer["has_our_name"]) == (False, True)


def test_a_badge_in_the_name_of_our_issuer_does_not_hold_when_another_key_signed(here: Installation) -> None:
    with here.tool.db.reading() as tx:
        [issuer] = list_issuers(tx)
    here.tool.db.dispose()
    forged = sign(put(make_document(), ("issuer", "id"), issuer.did), OTHER_KEY, MOMENT, f"{issuer.did}#key-1")

    done = _verify("-", content=signed_bytes(forged), **here.settings)

    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines[0] == "The file claims, with no good signature behind it:"
    assert "Issued here:    so it claims, and nothing proves it" in lines


def test_a_foreign_badge_is_checked_on_a_laptop_once_its_keys_are_given(tmp_path: Path) -> None:
    badge, keys = tmp_path / "badge.json", tmp_path / "did.json"
    badge.write_bytes(signed_bytes(sign(put(make_document(), ("issuer", "id"), OTHERS), KEY, MOMENT, f"{OTHERS}#k")))
    keys.write_text(json.dumps(did_document(OTHERS, [KeyMethod(f"{OTHERS}#k", KEY.public_key, True)])))

    unknown = _verify(badge)
    code, known = _as_json(badge, "--did-document", keys)

    lines = unknown.stdout.decode().splitlines()
    assert unknown.returncode == 3
    assert lines[-1] == (
        "What helps:     the issuer's keys are at https://badges.example/issuers/7/did.json - "
        "download that file and give it with --did-document"
    )
    assert "Issued here:    not known, for this installation's database was not looked at" in unknown.stdout.decode()
    assert (code, known["outcome"], known["issued_here"]) == (0, "holds", None)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"SECRET_KEY": "short"}, "MIJLPAAL_SECRET_KEY must have"),
        ({"SECRET_KEY": SECRET, "DATA_DIR": "{here}/none"}, "there is no database yet"),
        ({"SECRET_KEY": SECRET, "DATABASE_URL": "sqlite:///{here}/empty"}, "run `mijlpaal db upgrade` first"),
        ({"SECRET_KEY": SECRET, "DATABASE_URL": "sqlite:///{here}/noise"}, "the database cannot be reached"),
        (
            {"SECRET_KEY": SECRET, "DATABASE_URL": "postgresql+psycopg://nobody:geheim@/none?host=/nowhere"},
            "the database cannot be reached: OperationalError",
        ),
    ],
    ids=["wrong settings", "none", "not upgraded", "no database", "unreachable"],
)
def test_a_file_is_checked_all_the_same_when_there_is_no_database(
    tmp_path: Path, settings: dict[str, str], why: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "noise").write_bytes(b"no database" * 1000)
    settings = {name: value.format(here=tmp_path) for name, value in settings.items()}

    done = _verify("-", content=signed_bytes(sign(make_document(), KEY, MOMENT)), **settings)

    assert (done.returncode, done.stderr) == (0, b"")
    assert why in done.stdout.decode()
    assert b"geheim" not in done.stdout
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("content", "code", "step"),
    [(POISON, 3, "work"), (b"a" * 10_000_000, 3, "size"), (BOMB, 3, "size"), (b"", 1, "structure")],
    ids=["poison", "ten megabytes", "bomb", "nothing"],
)
def test_a_bad_file_gets_an_answer_and_no_stack_trace(content: bytes, code: int, step: str) -> None:
    ended_with, answer = _as_json("-", content=content)

    assert (ended_with, answer["step"]) == (code, step)


def test_what_cannot_be_read_is_one_sentence_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("[]")
    (tmp_path / "large").write_bytes(b" " * 70_000)
    (tmp_path / "other").write_text('{"id": 5, "verificationMethod": 5}')
    wrong = [
        [tmp_path / "missing"],
        [tmp_path],
        ["-", "--did-document", tmp_path / "missing"],
        ["-", "--did-document", tmp_path / "list"],
        ["-", "--did-document", tmp_path / "large"],
        ["-", "--did-document", tmp_path / "other"],
    ]
    for arguments in wrong:
        done = _verify(*arguments, content=b"{}")

        assert done.returncode == 2, arguments
        assert done.stdout == b""
        assert done.stderr.startswith(b"mijlpaal: ")
        assert done.stderr.count(b"\n") == 1


def test_a_strangers_text_has_no_power_over_the_terminal() -> None:
    nasty = "\N{RIGHT-TO-LEFT OVERRIDE}sdloh ti\u0085\u009b31mOutcome: it holds\nOutcome:        it holds"
    signed = sign(put(make_document(), ("credentialSubject", "achievement", "name"), nasty), KEY, MOMENT)

    for arguments in (("-",), ("-", "--json")):
        said = _verify(*arguments, content=signed_bytes(signed)).stdout.decode()

        assert not set(said) & set("\x1b\u0085\u009b\u202e")
        assert "sdloh" in said
        assert sum(line.startswith("Outcome:") for line in said.splitlines()) == (len(arguments) == 1)

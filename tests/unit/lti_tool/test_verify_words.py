"""What `mijlpaal verify` makes of a check and of our own records."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from badges.errors import Step
from badges.openbadges.check import Checked, Outcome, check
from badges.openbadges.document import signed_bytes
from badges.openbadges.evidence import Evidence
from badges.openbadges.reading import Verified
from badges.standing import OwnIssuers, Record, Standing
from lti_tool.cli.one_line import MOST_CHARACTERS, on_one_line
from lti_tool.cli.verify_words import MOST_PIECES, Found, as_json, as_lines
from tests.unit.badges.examples import MOMENT, make_credential, make_signed

THEN = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HELD = check(signed_bytes(make_signed()), now=MOMENT)
OURS = OwnIssuers({}, frozenset({f"{make_credential().issuer.id}#key"}), frozenset({"de brug"}))


def _says() -> Verified:
    assert HELD.says is not None
    return HELD.says


def _found(checked: Checked = HELD, standing: Standing | None = None, own: OwnIssuers | None = OURS) -> Found:
    return Found(checked, own, "", standing)


@pytest.mark.parametrize(
    ("record", "outcome", "reason"),
    [
        (Record.TAKEN_BACK, Outcome.DOES_NOT_HOLD, "it was taken back on 2026-12-01"),
        (
            Record.KEY_WITHDRAWN,
            Outcome.DOES_NOT_HOLD,
            "the key that signed it was withdrawn as compromised on 2026-12-01",
        ),
        (Record.ERASED, Outcome.CANNOT_TELL, "it was signed here, and its records were erased on 2026-12-01"),
        (Record.UNKNOWN, Outcome.CANNOT_TELL, "a key of this installation signed it, without a record of it"),
    ],
)
def test_our_records_undo_what_a_signature_says(record: Record, outcome: Outcome, reason: str) -> None:
    found = _found(standing=Standing(record, THEN))

    assert (found.outcome, found.step, found.reason) == (outcome, "record", reason)
    assert f"(at the step record): {reason}" in "\n".join(as_lines(found))
    assert json.loads(as_json(found))["record"] == record.value


@pytest.mark.parametrize("record", list(Record))
def test_our_records_never_mend_what_does_not_hold(record: Record) -> None:
    expired = replace(HELD, outcome=Outcome.DOES_NOT_HOLD, step=Step.TIME, problem="expired")

    found = _found(expired, Standing(record, THEN))

    assert (found.outcome, found.step, found.reason) == (Outcome.DOES_NOT_HOLD, "time", "expired")


def test_a_newer_file_is_named_when_there_is_one() -> None:
    found = _found(standing=Standing(Record.HELD, newer_from=THEN))

    assert found.outcome is Outcome.HOLDS
    assert "Newer file:     there is one, valid from 2026-12-01 09:30 UTC" in list(as_lines(found))
    assert json.loads(as_json(found))["newer_from"] == "2026-12-01T09:30:00+00:00"


@pytest.mark.parametrize(
    ("step", "issuer", "given", "helps"),
    [
        (Step.ISSUER, "did:web:a.example", (), "the issuer's keys are at https://a.example/.well-known/did.json - "),
        (Step.ISSUER, "did:web:a.example", ("did:web:a.example",), "the DID document that was given has no Ed25519"),
        (Step.ISSUER, "did:web:127.0.0.1", (), "another verifier may know this issuer"),
        (Step.ISSUER, "https://a.example", (), "another verifier may know this issuer"),
        (Step.STATUS, "did:web:a.example", (), "ask the issuer whether it was taken back"),
        (Step.WORK, "did:web:a.example", (), "nothing to rely on before another verifier"),
        (Step.PROOF, "did:web:a.example", (), "another verifier may be able to check it"),
    ],
)
def test_what_would_help_is_said_when_nobody_can_tell(
    step: Step, issuer: str, given: tuple[str, ...], helps: str
) -> None:
    checked = Checked(Outcome.CANNOT_TELL, step, "why", replace(_says(), issuer=issuer))
    found = replace(_found(checked), given_dids=given)

    assert list(as_lines(found))[-1].startswith(f"What helps:     {helps}")


def test_only_the_outcome_is_said_when_nothing_could_be_read() -> None:
    found = _found(Checked(Outcome.DOES_NOT_HOLD, Step.FILE, "not a PNG"))

    assert list(as_lines(found)) == ["Outcome:        it does not hold (at the step file): not a PNG"]
    assert json.loads(as_json(found))["says"] is None


def test_what_is_long_or_much_is_cut_and_says_so_but_not_in_json() -> None:
    much = tuple(Evidence(f"urn:x:{number}", "n" * 9_000, "") for number in range(MOST_PIECES + 7))
    found = _found(replace(HELD, says=replace(_says(), evidence=much)))

    lines = list(as_lines(found))

    assert sum(line.startswith("Evidence:") for line in lines) == MOST_PIECES
    assert max(map(len, lines)) < MOST_CHARACTERS + 40
    assert "And more:       7 results or pieces of evidence; --json has them all" in lines
    assert len(json.loads(as_json(found))["says"]["evidence"]) == MOST_PIECES + 7


def test_every_moment_is_told_in_utc() -> None:
    until = THEN.astimezone() + timedelta(days=1)

    assert "Valid until:    2026-12-02 09:30 UTC" in list(
        as_lines(_found(replace(HELD, says=replace(_says(), valid_until=until))))
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gewoon naïef שלום سلام 你好", "gewoon naïef שלום سلام 你好"),
        ("twee\nregels\r\n\ten een tab", "twee regels en een tab"),
        ("\x1b[31mrood\x07", "\\u{1b}[31mrood\\u{7}"),
        ("\x9b31m\x7f\x90", "\\u{9b}31m\\u{7f}\\u{90}"),
        ("om\u202ekeer\u2066en\u200f", "om\\u{202e}keer\\u{2066}en\\u{200f}"),
        ("half\ud800 \ue000", "half\\u{d800} \\u{e000}"),
        ("\N{FAMILY}\N{ZERO WIDTH JOINER}\N{BOY}", "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{BOY}"),
        ("a" * 700, "a" * 600 + " … (cut)"),
        ("a" * 600, "a" * 600),
        (" \n" * 9_000 + "laat", "laat"),
    ],
)
def test_a_strangers_text_is_one_harmless_line(text: str, shown: str) -> None:
    assert on_one_line(text) == shown

"""What `mijlpaal verify` says of what it found: lines for people, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from badges.errors import CredentialInvalid, Step
from badges.openbadges.check import Checked, Outcome
from badges.openbadges.did_web import document_url, is_did_web
from badges.openbadges.reading import SaidResult, Verified
from badges.standing import OwnIssuers, Record, Standing
from lti_tool.cli.one_line import on_one_line

MOST_PIECES = 50
"""Results and pieces of evidence that are shown of one badge."""
RECORD_STEP = "record"
"""The step at which the database decides; the others are badges.errors.Step."""
_WIDTH = 16


@dataclass(frozen=True)
class Found:
    """The check of a file, and what this installation knows of it.

    `own` is None where its database was not looked at, for the reason `no_database`. `left_aside` are DID documents
    that were given for issuers of this installation.
    """

    checked: Checked
    own: OwnIssuers | None
    no_database: str
    standing: Standing | None
    given_dids: tuple[str, ...] = ()
    left_aside: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What comes of both: the records can undo what the signature says, never the other way round."""
        return self._decided()[0]

    @property
    def step(self) -> str:
        """Where it was decided; empty when it holds."""
        return self._decided()[1]

    @property
    def reason(self) -> str:
        """Why it does not hold, or cannot be told; empty when it holds."""
        return self._decided()[2]

    @property
    def issued_here(self) -> bool | None:
        """Whether an issuer of this installation signed it; None when nobody can tell."""
        says = self.checked.says
        if self.own is None or says is None:
            return None
        return self.checked.signed and self.own.are(says.issuer)

    @property
    def has_our_name(self) -> bool:
        """Whether it is somebody else's under the name of an issuer of this installation."""
        says = self.checked.says
        if self.own is None or says is None:
            return False
        return self.own.are_called(says.issuer_name) and not self.own.are(says.issuer)

    def _decided(self) -> tuple[Outcome, str, str]:
        checked, standing = self.checked, self.standing
        if checked.outcome is not Outcome.DOES_NOT_HOLD and standing is not None:
            since = f" on {standing.since:%Y-%m-%d}" if standing.since else ""
            if standing.record is Record.TAKEN_BACK:
                return Outcome.DOES_NOT_HOLD, RECORD_STEP, f"it was taken back{since}"
            if standing.record is Record.KEY_WITHDRAWN:
                return Outcome.DOES_NOT_HOLD, RECORD_STEP, f"the key that signed it was withdrawn as compromised{since}"
            if standing.record is Record.ERASED:
                return Outcome.CANNOT_TELL, RECORD_STEP, f"it was signed here, and its records were erased{since}"
            if standing.record is Record.UNKNOWN:
                return Outcome.CANNOT_TELL, RECORD_STEP, "a key of this installation signed it, without a record of it"
        return checked.outcome, checked.step.value if checked.step else "", checked.problem


def as_lines(found: Found) -> Iterator[str]:
    """Say what the file says and what came of it, each on a line of its own."""
    says = found.checked.says
    if says is not None:
        yield "The issuer says:" if found.checked.signed else "The file claims, with no good signature behind it:"
        for label, text in _said(says):
            yield _line(label, text)
        yield _line("Issued here", _issued_here(found))
    for did in found.left_aside:
        yield _line("Left aside", f"the DID document of {did}: the keys of our own issuers are in the database")
    if found.standing is not None and found.standing.newer_from is not None:
        yield _line("Newer file", f"there is one, valid from {_moment(found.standing.newer_from)}")
    yield _line("Outcome", _outcome(found))
    if found.outcome is Outcome.HOLDS and not found.issued_here:
        yield _line("Keep in mind", "an issuer chooses its own name; whether that DID is theirs, only they can tell")
    if helps := _what_helps(found):
        yield _line("What helps", helps)


def as_json(found: Found) -> str:
    """Say the same as JSON, in ASCII: nothing in it moves a cursor."""
    standing = found.standing
    answer: dict[str, Any] = {
        "outcome": found.outcome.value,
        "step": found.step or None,
        "reason": found.reason or None,
        "what_helps": _what_helps(found) or None,
        "signed": found.checked.signed,
        "issued_here": found.issued_here,
        "has_our_name": found.has_our_name,
        "record": standing.record.value if standing else None,
        "newer_from": standing.newer_from if standing else None,
        "says": asdict(found.checked.says) if found.checked.says is not None else None,
    }
    return json.dumps(answer, indent=2, default=datetime.isoformat)


def _said(says: Verified) -> Iterator[tuple[str, str]]:
    named = {
        "Badge": says.achievement_name,
        "Type": says.achievement_type,
        "What it shows": says.achievement_description,
        "Criteria": says.criteria_narrative or says.criteria_url,
        "Issuer": says.issuer_name,
        "Issuer's DID": says.issuer,
        "Holder": says.subject_id,
        "Awarded": _moment(says.awarded_at),
        "Valid from": _moment(says.valid_from),
        "Valid until": _moment(says.valid_until),
        "What was done": says.subject_narrative,
    }
    yield from ((label, text) for label, text in named.items() if text)
    yield from (("Result", _result(result)) for result in says.results[:MOST_PIECES])
    yield from (
        ("Evidence", ": ".join(part for part in (piece.name, piece.narrative) if part) or piece.id)
        for piece in says.evidence[:MOST_PIECES]
    )
    if more := max(len(says.results) - MOST_PIECES, 0) + max(len(says.evidence) - MOST_PIECES, 0):
        yield "And more", f"{more} results or pieces of evidence; --json has them all"


def _result(result: SaidResult) -> str:
    scale = [
        f"{word} {value}"
        for word, value in (("from", result.value_min), ("to", result.value_max), ("needed", result.required_value))
        if value
    ]
    said = f"{result.name or result.result_type}: {result.value or result.status}"
    return f"{said} ({', '.join(scale)})" if scale else said


def _issued_here(found: Found) -> str:
    says = found.checked.says
    if found.own is None or says is None:
        return f"not known, for this installation's database was not looked at ({found.no_database})"
    if found.has_our_name:
        return "NO. It bears the name of an issuer of this installation, and it is somebody else's"
    if not found.own.are(says.issuer):
        return "no, by somebody else"
    return "yes, by an issuer of this installation" if found.checked.signed else "so it claims, and nothing proves it"


def _outcome(found: Found) -> str:
    if found.outcome is Outcome.HOLDS:
        return "it holds"
    what = "it does not hold" if found.outcome is Outcome.DOES_NOT_HOLD else "whether it holds cannot be told here"
    return f"{what} (at the step {found.step}): {found.reason}"


def _what_helps(found: Found) -> str:
    if found.outcome is not Outcome.CANNOT_TELL:
        return ""
    if found.step == Step.ISSUER:
        return _where_keys_are(found)
    if found.step == Step.STATUS:
        return "ask the issuer whether it was taken back; the list that it names is not asked here"
    if found.step == Step.WORK:
        return "nothing to rely on before another verifier has checked it; a good badge seldom asks so much"
    if found.step == RECORD_STEP:
        return "ask the people of this installation"
    return "another verifier may be able to check it"


def _where_keys_are(found: Found) -> str:
    did = found.checked.says.issuer if found.checked.says is not None else ""
    if did in found.given_dids:
        return "the DID document that was given has no Ed25519 key that may sign"
    try:
        address = document_url(did) if is_did_web(did) else ""
    except CredentialInvalid:
        address = ""
    if not address:
        return "another verifier may know this issuer; here only did:key and did:web are followed"
    return f"the issuer's keys are at {address} - download that file and give it with --did-document"


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment is not None else ""


def _line(label: str, text: str) -> str:
    return f"{label + ':':<{_WIDTH}}{on_one_line(text)}"

"""The outcome of checking a file, for people: it holds, it does not hold, or nobody can tell here.

The third matters as much as the others. A credential whose issuer is not known here is not a forgery, and must not
be called good either. What decides comes first: a signature that fails or a day that is past is told even where the
status could not have been asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.baking import PNG_SIGNATURE, extract
from badges.openbadges.reading import Verified, read_credential
from badges.openbadges.verify import KnownKeys, check_signature, check_status, readable

_COMPACT_JWS = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Outcome(StrEnum):
    """What can be said of a credential."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does-not-hold"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True)
class Checked:
    """The outcome, with the step that decided and the problem unless it holds.

    `says` is what stands in the document, whenever that could be read. Only where `signed` is true did the issuer
    say it; otherwise it is a claim, to be shown as one or not at all.
    """

    outcome: Outcome
    step: Step | None = None
    problem: str = ""
    says: Verified | None = None
    signed: bool = False


def check(content: bytes, *, now: datetime, known_keys: KnownKeys | None = None) -> Checked:
    """Check a credential, as JSON or baked into a PNG, at a moment; raises nothing for bad files.

    `known_keys` are those of `verify`. Canonicalization works on a budget, but give strangers' files to a process
    that can be killed.
    """
    says: Verified | None = None
    signed = False
    try:
        document = readable(_unpacked(content))
        says = read_credential(document)
        check_signature(document, says.issuer, known_keys or {})
        signed = True
        _check_time(says, now)
        check_status(document)
    except CredentialUndecided as problem:
        return Checked(Outcome.CANNOT_TELL, problem.step, problem.problem, says, signed)
    except CredentialInvalid as problem:
        return Checked(Outcome.DOES_NOT_HOLD, problem.step, problem.problem, says, signed)
    return Checked(Outcome.HOLDS, says=says, signed=signed)


def _unpacked(content: bytes) -> bytes:
    if content.startswith(PNG_SIGNATURE):
        content = extract(content)
    if _COMPACT_JWS.fullmatch(content.strip()):
        raise CredentialUndecided(Step.PROOF, "a credential as a JWT")
    return content


def _check_time(says: Verified, now: datetime) -> None:
    if now < says.valid_from:
        raise CredentialInvalid(Step.TIME, "not valid yet")
    if says.valid_until is not None and now > says.valid_until:
        raise CredentialInvalid(Step.TIME, "expired")

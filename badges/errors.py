"""What can go wrong with a credential: the step at which it was refused, and the problem in one line."""

from __future__ import annotations

from enum import StrEnum

from config.errors import ToolError


class Step(StrEnum):
    """The checks a credential passes, in the order in which they are made."""

    FILE = "file"
    SIZE = "size"
    STRUCTURE = "structure"
    TEXT = "text"
    CONTEXT = "context"
    CREDENTIAL = "credential"
    ISSUER = "issuer"
    PROOF = "proof"
    TERMS = "terms"
    WORK = "work"
    SIGNATURE = "signature"
    TIME = "time"
    STATUS = "status"


class CredentialInvalid(ToolError):
    """A credential, or the data to make one from, is refused.

    `problem` names the place and the rule and never repeats a value from the document: it goes to the log.
    """

    def __init__(self, step: Step, problem: str) -> None:
        super().__init__(step.value, problem)
        self.step = step
        self.problem = problem


class CredentialUndecided(CredentialInvalid):
    """Refused because it cannot be checked here, which says nothing against it.

    A key that is not known, a term of the standard that this reader does not follow, more work than is allowed:
    another verifier may well find it good. Whoever only wants good credentials catches `CredentialInvalid`.
    """

"""The holder, recognisable only to those who already know the address or the id: a salted hash.

`sha256$` and the hash, in hex, of the identifier with the salt behind it, in UTF-8. The standard says nothing about
capitals; e-mail addresses are written small first, or nobody's address would match.
A hash with its salt is still personal data: the salt is kept apart, and destroying it takes the link away.
https://www.imsglobal.org/spec/ob/v3p0/#identityobject
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import Document


class IdentityType(StrEnum):
    """What was hashed: the two kinds a launch gives."""

    EMAIL_ADDRESS = "emailAddress"
    LTI_USER_ID = "ltiUserId"


@dataclass(frozen=True)
class IdentityObject:
    """A hashed identifier with its salt."""

    identity_hash: str
    identity_type: IdentityType
    salt: str

    @classmethod
    def of_email(cls, email: str, salt: str) -> Self:
        """Hash an e-mail address."""
        return cls(_identity_hash(_one_spelling(email), salt), IdentityType.EMAIL_ADDRESS, salt)

    @classmethod
    def of_lti_user(cls, user_id: str, salt: str) -> Self:
        """Hash the `sub` of a launch, which is case-sensitive."""
        return cls(_identity_hash(user_id, salt), IdentityType.LTI_USER_ID, salt)

    def is_of(self, identifier: str) -> bool:
        """Whether this is the hash of that e-mail address or id."""
        is_email = self.identity_type is IdentityType.EMAIL_ADDRESS
        expected = _identity_hash(_one_spelling(identifier) if is_email else identifier, self.salt)
        return hmac.compare_digest(expected, self.identity_hash.lower())

    def to_document(self) -> Document:
        """Write it in the standard's words."""
        return {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": self.identity_hash,
            "identityType": self.identity_type.value,
            "salt": self.salt,
        }


def _one_spelling(email: str) -> str:
    return email.strip().lower()


def _identity_hash(identifier: str, salt: str) -> str:
    if not identifier or not salt:
        raise CredentialInvalid(Step.CREDENTIAL, "an identity needs an identifier and a salt")
    return "sha256$" + hashlib.sha256((identifier + salt).encode()).hexdigest()

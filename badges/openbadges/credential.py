"""The credential before it is signed: an OpenBadgeCredential as a JSON document.

There are two JSON Schemas under confusable names, a strict one and a relaxed one. Everything that may be a list is
one, the issuer is an object, an image is an Image object: that passes both. What is empty is left out, never null.
Top-level `endorsementJwt` and `jti` are never written: contexts in use differ on them, and verifiers refuse them.
https://www.imsglobal.org/spec/ob/v3p0/#achievementcredential
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from badges.errors import CredentialInvalid, Step
from badges.openbadges.achievement import Achievement
from badges.openbadges.contexts import CREDENTIAL_CONTEXTS
from badges.openbadges.document import Document
from badges.openbadges.evidence import Evidence
from badges.openbadges.identity import IdentityObject
from badges.openbadges.moment import date_time_z
from badges.openbadges.profile import Profile
from badges.openbadges.result import Result, ResultType
from badges.openbadges.text import plain_text

CREDENTIAL_TYPES = ("VerifiableCredential", "OpenBadgeCredential")


@dataclass(frozen=True)
class AchievementSubject:
    """The holder's side. `id` is a pairwise `urn:uuid:`; `identifiers` are hashed.

    The standard asks for one of the two and its schemas do not enforce it; here both are always given.
    """

    id: str
    identifiers: tuple[IdentityObject, ...]
    achievement: Achievement
    results: tuple[Result, ...] = ()
    narrative: str = ""

    def to_document(self) -> Document:
        """Write it in the standard's words.

        Raises:
            CredentialInvalid: no holder, or a result that is not on a scale of this achievement.
        """
        if not self.id or not self.identifiers:
            raise CredentialInvalid(Step.CREDENTIAL, "a subject needs an id and an identifier")
        self._check_results()
        document: Document = {
            "id": self.id,
            "type": ["AchievementSubject"],
            "identifier": [identifier.to_document() for identifier in self.identifiers],
            "achievement": self.achievement.to_document(),
        }
        if narrative := plain_text(self.narrative):
            document["narrative"] = narrative
        if self.results:
            document["result"] = [result.to_document() for result in self.results]
        return document

    def _check_results(self) -> None:
        scales = {scale.id: scale for scale in self.achievement.result_descriptions}
        for result in self.results:
            scale = scales.get(result.result_description)
            if scale is None:
                raise CredentialInvalid(Step.CREDENTIAL, "a result without its description in the achievement")
            if (scale.result_type is ResultType.STATUS) != (result.status is not None):
                raise CredentialInvalid(Step.CREDENTIAL, "a status belongs to a Status result and to no other")


@dataclass(frozen=True)
class Credential:
    """An OpenBadgeCredential to be. `id` is a `urn:uuid:`.

    A newer `valid_from` under the same issuer and id replaces the earlier credential; `awarded_at` keeps the day on
    which it was earned.
    """

    id: str
    issuer: Profile
    subject: AchievementSubject
    valid_from: datetime
    awarded_at: datetime
    evidence: tuple[Evidence, ...] = ()


def credential_document(credential: Credential) -> Document:
    """Build the unsigned document.

    Raises:
        CredentialInvalid: something that must be there is missing, or two pieces of evidence have one id.
    """
    subject = credential.subject.to_document()
    document: Document = {
        "@context": list(CREDENTIAL_CONTEXTS),
        "id": credential.id,
        "type": list(CREDENTIAL_TYPES),
        "name": subject["achievement"]["name"],
        "issuer": credential.issuer.to_document(),
        "validFrom": date_time_z(credential.valid_from),
        "awardedDate": date_time_z(credential.awarded_at),
        "credentialSubject": subject,
    }
    if credential.evidence:
        if len({piece.id for piece in credential.evidence}) != len(credential.evidence):
            raise CredentialInvalid(Step.CREDENTIAL, "two pieces of evidence with one id")
        document["evidence"] = [piece.to_document() for piece in credential.evidence]
    return document

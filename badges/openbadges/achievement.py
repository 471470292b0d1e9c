"""An achievement: what can be earned, and what one has to do for it.

There is no `tag` here, on purpose. A list of free texts is a set to the signature, put in order by its characters,
and implementations differ on that order once pictographs meet some other scripts: a badge valid here fails there.
https://www.imsglobal.org/spec/ob/v3p0/#achievement
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import Document
from badges.openbadges.image import Image
from badges.openbadges.result import ResultDescription
from badges.openbadges.text import plain_text

# As the standard's schemas have it: language, script, region.
_LANGUAGE_CODE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


class AchievementType(StrEnum):
    """What the achievement says about the person, so that nobody takes one kind for another.

    A badge that was earned by ticks alone says that somebody took part; nobody looked at the work. The standard's
    vocabulary has no word for that: `CertificateOfCompletion`, `Assignment` and `Badge` all claim a result. So it is
    `ext:Participation`, in the form the standard reserves for additions: both JSON Schemas accept it. The same goes
    for finding one's way in a course and for a badge that is only fun.
    """

    ACHIEVEMENT = "Achievement"
    COMPETENCY = "Competency"
    MEMBERSHIP = "Membership"
    PARTICIPATION = "ext:Participation"
    ONBOARDING = "ext:Onboarding"
    FUN = "ext:Fun"


PARTICIPATION = AchievementType.PARTICIPATION


@dataclass(frozen=True)
class Achievement:
    """What can be earned. `criteria_narrative` may hold Markdown; `in_language` is a BCP 47 tag such as `nl`."""

    id: str
    name: str
    description: str
    criteria_narrative: str
    achievement_type: AchievementType
    image: Image | None = None
    result_descriptions: tuple[ResultDescription, ...] = ()
    in_language: str = ""

    def to_document(self) -> Document:
        """Write it in the standard's words.

        Raises:
            CredentialInvalid: nothing is left of a text that must be there, or the language is no tag.
        """
        name, description = plain_text(self.name), plain_text(self.description)
        narrative = plain_text(self.criteria_narrative)
        if not (name and description and narrative):
            raise CredentialInvalid(Step.CREDENTIAL, "an achievement needs a name, a description and criteria")
        if self.in_language and _LANGUAGE_CODE.fullmatch(self.in_language) is None:
            raise CredentialInvalid(Step.CREDENTIAL, "the language of an achievement is no language code")
        document: Document = {
            "id": self.id,
            "type": ["Achievement"],
            "name": name,
            "description": description,
            "criteria": {"narrative": narrative},
            "achievementType": self.achievement_type.value,
        }
        if self.image is not None:
            document["image"] = self.image.to_document()
        if self.result_descriptions:
            document["resultDescription"] = [scale.to_document() for scale in self.result_descriptions]
        if self.in_language:
            document["inLanguage"] = self.in_language
        return document

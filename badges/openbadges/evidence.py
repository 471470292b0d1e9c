"""Evidence: what a judgement rests on, in words. The work itself, and who judged it, stay out of the credential.

Each piece has an `id`. Without one it would be a blank node, and two pieces with the same words would look alike to
the canonicalization, which then has to try their orders. https://www.imsglobal.org/spec/ob/v3p0/#evidence
"""

from __future__ import annotations

from dataclasses import dataclass

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import Document
from badges.openbadges.text import plain_text


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence. `id` is a `urn:uuid:`, the same each time this credential is written."""

    id: str
    name: str
    narrative: str
    description: str = ""
    genre: str = ""

    def to_document(self) -> Document:
        """Write it in the standard's words.

        Raises:
            CredentialInvalid: it has no id, or nothing is left of its name or narrative.
        """
        texts = {
            "name": plain_text(self.name),
            "narrative": plain_text(self.narrative),
            "description": plain_text(self.description),
            "genre": plain_text(self.genre),
        }
        if not (self.id and texts["name"] and texts["narrative"]):
            raise CredentialInvalid(Step.CREDENTIAL, "evidence needs an id, a name and a narrative")
        return {"id": self.id, "type": ["Evidence"], **{name: text for name, text in texts.items() if text}}

"""The issuer's profile: who says that somebody earned this.

https://www.imsglobal.org/spec/ob/v3p0/#profile
"""

from __future__ import annotations

from dataclasses import dataclass

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import Document
from badges.openbadges.image import Image
from badges.openbadges.text import plain_text


@dataclass(frozen=True)
class Profile:
    """An issuer. `id` is its DID, stored when the profile was made."""

    id: str
    name: str
    url: str = ""
    description: str = ""
    image: Image | None = None

    def to_document(self) -> Document:
        """Write it in the standard's words.

        Raises:
            CredentialInvalid: it has no name.
        """
        if not (name := plain_text(self.name)):
            raise CredentialInvalid(Step.CREDENTIAL, "an issuer needs a name")
        document: Document = {"id": self.id, "type": ["Profile"], "name": name}
        if self.url:
            document["url"] = self.url
        if description := plain_text(self.description):
            document["description"] = description
        if self.image is not None:
            document["image"] = self.image.to_document()
        return document

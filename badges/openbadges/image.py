"""A picture that travels inside the credential as a `data:` URI, so showing a badge asks nobody's server.

https://www.imsglobal.org/spec/ob/v3p0/#image
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Self

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import Document
from badges.openbadges.text import plain_text

# Two of these, the badge and its issuer, fit into a document.
MAX_IMAGE_BYTES = 160 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Image:
    """A picture with the words for those who do not see it."""

    data_uri: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.data_uri.startswith("data:image/png;base64,"):
            raise CredentialInvalid(Step.STRUCTURE, "an image is a data: URI of a PNG")

    @classmethod
    def of_png(cls, content: bytes, caption: str = "") -> Self:
        """Make an image of a PNG file.

        Raises:
            CredentialInvalid: not a PNG, or too large to carry.
        """
        if not content.startswith(_PNG):
            raise CredentialInvalid(Step.STRUCTURE, "an image that is not a PNG")
        if len(content) > MAX_IMAGE_BYTES:
            raise CredentialInvalid(Step.SIZE, f"an image of more than {MAX_IMAGE_BYTES} bytes")
        return cls("data:image/png;base64," + b64encode(content).decode(), caption)

    def to_document(self) -> Document:
        """Write it in the standard's words."""
        document = {"id": self.data_uri, "type": "Image"}
        if caption := plain_text(self.caption):
            document["caption"] = caption
        return document

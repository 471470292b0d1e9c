"""Results: what was measured (Result) and on which scale (ResultDescription).

The standard has a slot for each thing counted here: points are RawScore, a percentage is Percent, a pass is Status.
https://www.imsglobal.org/spec/ob/v3p0/#result
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from badges.errors import CredentialInvalid, Step
from badges.openbadges.document import Document
from badges.openbadges.text import plain_text


class ResultType(StrEnum):
    """The kinds of result used here, out of the standard's vocabulary."""

    RAW_SCORE = "RawScore"
    PERCENT = "Percent"
    STATUS = "Status"


class ResultStatus(StrEnum):
    """How far it is, in the standard's vocabulary."""

    COMPLETED = "Completed"
    ENROLLED = "Enrolled"
    FAILED = "Failed"
    IN_PROGRESS = "InProgress"
    ON_HOLD = "OnHold"
    PROVISIONAL = "Provisional"
    WITHDREW = "Withdrew"


@dataclass(frozen=True)
class ResultDescription:
    """A scale, part of an achievement. Values are strings, as the standard has them."""

    id: str
    name: str
    result_type: ResultType
    value_min: str = ""
    value_max: str = ""
    required_value: str = ""

    def to_document(self) -> Document:
        """Write it in the standard's words."""
        optional = {"valueMin": self.value_min, "valueMax": self.value_max, "requiredValue": self.required_value}
        return {
            "id": self.id,
            "type": ["ResultDescription"],
            "name": plain_text(self.name),
            "resultType": self.result_type.value,
            **{name: value for name, value in optional.items() if value},
        }


@dataclass(frozen=True)
class Result:
    """What a person reached on the scale with the id `result_description`."""

    result_description: str
    value: str = ""
    status: ResultStatus | None = None

    def __post_init__(self) -> None:
        if not self.value and self.status is None:
            raise CredentialInvalid(Step.CREDENTIAL, "a result without a value or a status")

    def to_document(self) -> Document:
        """Write it in the standard's words."""
        document: Document = {"type": ["Result"], "resultDescription": self.result_description}
        if self.value:
            document["value"] = self.value
        if self.status is not None:
            document["status"] = self.status.value
        return document

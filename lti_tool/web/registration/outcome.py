"""What came of a registration, for the page that says so: sealed, for the invitation that it came from is used up."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from config.errors import NotFound
from config.ids import digest
from config.secrets import Sealer
from lti_tool.lti.dynamic_registration import PersonalData

_PURPOSE = "registration-outcome"


@dataclass(frozen=True)
class Outcome:
    """A registration that was kept."""

    family_code: str
    issuer: str
    client_id: str
    deployment_id: str
    personal_data: str
    was_known: bool = False
    is_by_hand: bool = False
    shown_by: tuple[str, ...] = ()
    shown_below: tuple[str, ...] = ()

    @property
    def has_names(self) -> bool:
        """Whether names are kept."""
        return self.personal_data != PersonalData.NOTHING


def seal_outcome(sealer: Sealer, secret: str, outcome: Outcome) -> str:
    """Return the outcome for an address below that of the invitation."""
    return sealer.seal_document(_PURPOSE, {**asdict(outcome), "of": digest(secret)})


def open_outcome(sealer: Sealer, secret: str, sealed: str) -> Outcome:
    """Return the outcome, or raise NotFound for one that is not of this invitation."""
    content = sealer.open_document(_PURPOSE, sealed)
    if content is None or content.pop("of") != digest(secret):
        raise NotFound("outcome")
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    return Outcome(**{**content, **lists})

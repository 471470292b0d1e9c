"""What is known here of a credential that names one of our issuers, beyond what its signature says.

A signature keeps holding when the award was taken back, and a did:key speaks for itself for ever, also after its key
was called compromised. Only the issuer's own records know, so whoever has them asks them.
"""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.issuer import known_keys, list_issuers
from badges.models import Award, AwardDecision, AwardState, Credential, Decision, IssuerKey
from badges.openbadges.did_web import is_method_of
from badges.openbadges.key import PublicKey
from badges.openbadges.moment import read_date_time_z
from badges.openbadges.reading import Verified


class Record(StrEnum):
    """What the records say of a credential that was signed here."""

    HELD = "held"
    TAKEN_BACK = "taken-back"
    KEY_WITHDRAWN = "key-withdrawn"
    ERASED = "erased"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Standing:
    """The record of a credential; `since` is when it came to that.

    `newer_from` is the moment from which a newer document of it is valid, where there is one.
    """

    record: Record
    since: datetime | None = None
    newer_from: datetime | None = None


@dataclass(frozen=True)
class OwnIssuers:
    """The issuers of this installation: keys that may sign, every method they ever had, and what they are called."""

    keys: Mapping[str, PublicKey]
    methods: frozenset[str]
    names: frozenset[str]

    def are(self, did: str) -> bool:
        """Whether an identifier is or was that of one of them."""
        return any(is_method_of(did, method) for method in self.methods)

    def are_called(self, name: str) -> bool:
        """Whether a name reads like that of one of them."""
        return _as_read(name) in self.names


def own_issuers(tx: Session) -> OwnIssuers:
    """Return the issuers of this installation."""
    return OwnIssuers(
        keys=known_keys(tx),
        methods=frozenset(tx.execute(select(IssuerKey.verification_method)).scalars()),
        names=frozenset(_as_read(issuer.name) for issuer in list_issuers(tx)),
    )


def standing_of(tx: Session, says: Verified) -> Standing | None:
    """Return what became of a credential that one of our issuers signed; None for anybody else's."""
    keys = [
        row.compromised_at
        for row in tx.execute(select(IssuerKey.verification_method, IssuerKey.compromised_at))
        if is_method_of(says.issuer, row.verification_method)
    ]
    if not keys:
        return None
    withdrawn = [moment for moment in keys if moment is not None]
    if len(withdrawn) == len(keys):
        return Standing(Record.KEY_WITHDRAWN, max(withdrawn))
    return _standing_of_award(tx, says)


def _standing_of_award(tx: Session, says: Verified) -> Standing:
    row = tx.execute(
        select(Award.id, Award.state, Award.erased_at, Credential.document)
        .join(Credential, Credential.award_id == Award.id)
        .where(Credential.id == _id_of(says.credential_id))
    ).one_or_none()
    if row is None:
        return Standing(Record.UNKNOWN)
    if row.state != AwardState.ACTIVE:
        taken_back_at = tx.execute(
            select(func.max(AwardDecision.decided_at)).where(
                AwardDecision.award_id == row.id, AwardDecision.decision == Decision.TAKEN_BACK
            )
        ).scalar_one()
        return Standing(Record.TAKEN_BACK, taken_back_at)
    if row.erased_at is not None:
        return Standing(Record.ERASED, row.erased_at)
    valid_from = read_date_time_z(json.loads(row.document)["validFrom"], "validFrom")
    return Standing(Record.HELD, newer_from=valid_from if valid_from > says.valid_from else None)


def _id_of(urn: str) -> uuid.UUID | None:
    try:
        found = uuid.UUID(urn)
    except ValueError:
        return None
    return found if found.urn == urn else None


def _as_read(name: str) -> str:
    """Return what an eye makes of a name: without capitals, widths and characters that are not seen."""
    seen = "".join(character for character in name if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())

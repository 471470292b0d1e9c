"""What anybody with the address of a badge may see, and whether it holds: checked as they look.

A private badge gives nothing away, not even its name. Of a shared one the signed document is shown and nothing else,
so page and file never differ; of one that does not hold, or cannot be checked now, nothing is claimed.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.award import AwardView, find_award, signed_document
from badges.issuer import known_keys
from badges.models import Achievement, Award, Credential
from badges.openbadges.check import Outcome
from badges.openbadges.did_web import is_method_of
from badges.openbadges.key import PublicKey
from badges.openbadges.reading import Verified
from config.errors import NotFound
from lti_tool.roster.members import name_of
from lti_tool.tool import Tool

CHECK_AGAIN_AFTER = timedelta(seconds=5)
CLOCKS_MAY_DIFFER = timedelta(minutes=1)
"""The worker that signed may be on another machine, and what is signed again at once counts from a second later."""
_MOST_RECENT = 500
_TURNS = 64


class BadgePrivate(NotFound):
    """A badge that its holder does not share."""


class BadgeErased(NotFound):
    """A badge behind which nobody can be found any more."""


@dataclass(frozen=True)
class OpenBadge:
    """A badge that its holder shares.

    `holder_name` is empty unless they want it shown. `document` is None where the badge does not hold any more or is
    not signed yet; `waits_for_signature` says that a newer document is on its way.
    """

    award: AwardView
    holder_name: str
    document: bytes | None = field(repr=False)
    waits_for_signature: bool
    credential_id: str
    achievement_version_id: str
    keys: Mapping[str, PublicKey] = field(repr=False)
    """Those with which its issuer may sign, by verification method."""


@dataclass(frozen=True)
class Judged:
    """What came of a check, and when it was made. `says` is what the issuer signed; None unless it holds."""

    outcome: Outcome
    checked_at: datetime
    says: Verified | None = None


class RecentChecks:
    """What was found in the last seconds, so that a crowd before one badge makes one check; one for each process.

    Whoever comes while a badge is checked waits for it and takes what was found.
    """

    def __init__(self) -> None:
        self._found: dict[str, Judged] = {}
        # By the badge, more or less: some that are not the same wait for each other.
        self._turns = [threading.Lock() for _ in range(_TURNS)]

    def judge(self, tool: Tool, badge: OpenBadge) -> Judged:
        """Say whether a badge holds, found now or a moment ago."""
        key = _fingerprint(badge)
        return self._recent(tool, key) or self._judge_in_turn(tool, badge, key)

    def _judge_in_turn(self, tool: Tool, badge: OpenBadge, key: str) -> Judged:
        with self._turns[int(key, 16) % _TURNS]:
            judged = self._recent(tool, key)
            if judged is None:
                judged = judge(tool, badge)
                if len(self._found) >= _MOST_RECENT:
                    self._found = {}
                self._found[key] = judged
            return judged

    def _recent(self, tool: Tool, key: str) -> Judged | None:
        judged = self._found.get(key)
        if judged is None or abs(tool.clock.now() - judged.checked_at) >= CHECK_AGAIN_AFTER:
            return None
        return judged


def open_badge(tx: Session, award_id: uuid.UUID) -> OpenBadge:
    """Return the badge at a public address.

    Raises:
        BadgeErased, BadgePrivate: it is not for strangers, and there is nothing to say about it.
        NotFound: there never was one.
    """
    award = find_award(tx, award_id)
    if award is None:
        raise NotFound("award")
    if award.erased_at is not None:
        raise BadgeErased("award")
    if award.shared_at is None:
        raise BadgePrivate("award")
    row = tx.execute(
        select(
            Award.achievement_version_id,
            Award.issue_number.label("wanted"),
            Achievement.issuer_profile_id,
            Credential.id.label("credential_id"),
            Credential.issue_number.label("signed"),
        )
        .join(Achievement, Achievement.id == Award.achievement_id)
        .outerjoin(Credential, Credential.award_id == Award.id)
        .where(Award.id == award_id)
    ).one()
    return OpenBadge(
        award=award,
        holder_name=name_of(tx, award.person_id) if award.shows_name and award.is_held else "",
        document=signed_document(tx, award_id),
        waits_for_signature=row.signed is None or row.signed < row.wanted,
        credential_id=row.credential_id.urn if row.credential_id else "",
        achievement_version_id=row.achievement_version_id.urn,
        keys=known_keys(tx, row.issuer_profile_id),
    )


def open_file(tx: Session, award_id: uuid.UUID) -> tuple[AwardView, bytes]:
    """Return a badge that is shared and holds, with its document as it was signed.

    Raises:
        NotFound: it is private, taken back, erased, not signed yet, or there never was one.
    """
    badge = open_badge(tx, award_id)
    if badge.document is None:
        raise NotFound("credential")
    return badge.award, badge.document


def judge(tool: Tool, badge: OpenBadge) -> Judged:
    """Say whether the document of a badge that is held was signed by its issuer, and for this badge."""
    if badge.document is None:
        return Judged(Outcome.CANNOT_TELL, tool.clock.now())
    checked = tool.checker.check(badge.document, now=tool.clock.now() + CLOCKS_MAY_DIFFER, known_keys=badge.keys)
    now = tool.clock.now()
    if checked.outcome is Outcome.HOLDS and checked.says is not None and _is_this_badge(badge, checked.says):
        return Judged(Outcome.HOLDS, now, checked.says)
    outcome = Outcome.DOES_NOT_HOLD if checked.outcome is Outcome.HOLDS else checked.outcome
    # A key that was called compromised is not used any more: its documents are being signed again.
    waits = outcome is Outcome.DOES_NOT_HOLD and badge.waits_for_signature
    return Judged(Outcome.CANNOT_TELL if waits else outcome, now)


def _is_this_badge(badge: OpenBadge, says: Verified) -> bool:
    """Say whether a good document is that of this badge, by a key that its issuer may use here.

    A did:key is its own proof to everybody else; that its key is not used any more is known here alone.
    """
    return (
        says.credential_id == badge.credential_id
        and says.achievement_id == badge.achievement_version_id
        and any(is_method_of(says.issuer, method) for method in badge.keys)
    )


def _fingerprint(badge: OpenBadge) -> str:
    """Return what a check depends on: another document, state or key is another check."""
    parts = [
        str(badge.award.award_id).encode(),
        badge.award.state.encode(),
        str(badge.waits_for_signature).encode(),
        hashlib.sha256(badge.document or b"").digest(),
        *(method.encode() for method in sorted(badge.keys)),
    ]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()

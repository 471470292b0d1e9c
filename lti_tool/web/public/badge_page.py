"""A shared badge as its page shows it: what the signed document says, and a little that stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_time
from flask_babel import pgettext

from badges.kinds import BadgeType, ProofKind
from badges.openbadges.did_web import document_url, is_did_web
from badges.openbadges.evidence import Evidence
from badges.openbadges.reading import Verified
from lti_tool.badge_words import (
    badge_type_name,
    badge_type_sentence,
    long_date,
    proof_kind_name,
    proof_kind_sentence,
)
from lti_tool.showing import OpenBadge
from lti_tool.words import language_of

_TYPES = {kind.achievement_type.value: kind for kind in BadgeType}
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True)
class ShownBadge:
    """A badge that holds, in words. Texts of the badge itself are in `language`, all others in the reader's.

    `description` is empty where the criteria say it all. `did_document_url` is empty for a DID that is its own key.
    """

    award_id: str
    name: str
    language: str
    alt_text: str
    holder_name: str
    issuer_name: str
    issuer_isolated: str
    issuer_did: str
    did_document_url: str
    description: str
    criteria: str
    evidence: tuple[Evidence, ...]
    counted: str
    awarded_on: str
    type_name: str
    type_sentence: str
    type_limit: str
    proof_name: str
    proof_sentence: str
    checked_on: str
    checked_at: str


def describe(badge: OpenBadge, says: Verified, checked_at: datetime, locale: str) -> ShownBadge:
    """Return a badge in words. What it claims comes from `says`, which its issuer signed."""
    details = badge.award.details
    badge_type = _TYPES.get(says.achievement_type, details.badge_type)
    criteria = _without_proof(says, details.proof_kind)
    issuer = f"{_FIRST_STRONG_ISOLATE}{says.issuer_name}{_POP_ISOLATE}"
    return ShownBadge(
        award_id=str(badge.award.award_id),
        name=says.achievement_name,
        language=says.in_language or details.language,
        alt_text=details.alt_text or says.achievement_name,
        holder_name=badge.holder_name,
        issuer_name=says.issuer_name,
        issuer_isolated=issuer,
        issuer_did=says.issuer,
        did_document_url=document_url(says.issuer) if is_did_web(says.issuer) else "",
        description="" if says.achievement_description == criteria else says.achievement_description,
        criteria=criteria,
        evidence=says.evidence,
        counted=says.subject_narrative,
        awarded_on=long_date(locale, says.awarded_at or says.valid_from),
        type_name=badge_type_name(locale, badge_type),
        type_sentence=badge_type_sentence(locale, badge_type),
        type_limit=_what_it_is_not(badge_type),
        proof_name=proof_kind_name(locale, details.proof_kind),
        proof_sentence=proof_kind_sentence(locale, details.proof_kind, issuer),
        checked_on=long_date(locale, checked_at),
        checked_at=format_time(checked_at, "HH:mm", locale=language_of(locale)),
    )


def _without_proof(says: Verified, kind: ProofKind) -> str:
    """Return the criteria without the sentence about the kind of proof: the page tells it in the reader's language."""
    sentence = proof_kind_sentence(says.in_language, kind, says.issuer_name)
    return says.criteria_narrative.removesuffix(sentence).strip()


def _what_it_is_not(badge_type: BadgeType) -> str:
    """Return what nobody may read into a badge of this type; nothing where somebody looked at a skill."""
    if badge_type is BadgeType.SKILL:
        return ""
    if badge_type is BadgeType.PARTICIPATION:
        return pgettext("public", "It does not say how well.")
    return pgettext("public", "It does not say what the holder can do.")

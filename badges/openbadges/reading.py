"""What a credential says, read from its document; nothing here says that it is true.

Credentials from elsewhere may write one value where ours write a list of one, and an issuer as its bare identifier:
to the signature these are the same. Only what a reader needs to judge the credential has to be there.
Every text may come from a stranger: it is shown as text, in its own direction, and nothing is fetched for it.
https://www.imsglobal.org/spec/ob/v3p0/#achievementcredential
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from badges.errors import CredentialInvalid, Step
from badges.openbadges.evidence import Evidence
from badges.openbadges.moment import read_date_time_z

_CREDENTIAL_NAMES = {"OpenBadgeCredential", "AchievementCredential"}


@dataclass(frozen=True)
class SaidResult:
    """A result with its scale beside it; what the credential leaves out is empty."""

    name: str
    result_type: str
    value: str
    status: str
    value_min: str = ""
    value_max: str = ""
    required_value: str = ""


@dataclass(frozen=True)
class Verified:
    """What a credential says, as far as it has been checked. What it leaves out is empty.

    The signature covers no order: neither that of `results` nor that of `evidence`.
    """

    credential_id: str
    issuer: str
    issuer_name: str
    subject_id: str
    achievement_id: str
    achievement_name: str
    valid_from: datetime
    valid_until: datetime | None
    name: str = ""
    issuer_url: str = ""
    achievement_type: str = ""
    achievement_description: str = ""
    criteria_narrative: str = ""
    criteria_url: str = ""
    in_language: str = ""
    subject_narrative: str = ""
    awarded_at: datetime | None = None
    results: tuple[SaidResult, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def read_credential(document: Mapping[str, Any]) -> Verified:
    """Read a document as an OpenBadgeCredential, signed or not.

    Raises:
        CredentialInvalid: a member that must be there is missing or of another kind.
    """
    if "VerifiableCredential" not in _types(document) or not _CREDENTIAL_NAMES & _types(document):
        raise CredentialInvalid(Step.CREDENTIAL, "type is not that of an OpenBadgeCredential")
    issuer = _issuer(document)
    subject = _node(document, "credentialSubject", "AchievementSubject")
    achievement = _node(subject, "achievement", "Achievement")
    if "id" not in subject and not subject.get("identifier"):
        raise CredentialInvalid(Step.CREDENTIAL, "the subject has neither an id nor an identifier")
    criteria: Mapping[str, Any] = next(iter(_nodes(achievement, "criteria")), {})
    return Verified(
        credential_id=_text(document, "id"),
        issuer=_text(issuer, "id"),
        issuer_name=_text(issuer, "name", ""),
        subject_id=_text(subject, "id", ""),
        achievement_id=_text(achievement, "id"),
        achievement_name=_text(achievement, "name"),
        valid_from=read_date_time_z(document.get("validFrom"), "validFrom"),
        valid_until=_moment(document, "validUntil"),
        name=_text(document, "name", ""),
        issuer_url=_text(issuer, "url", ""),
        achievement_type=_text(achievement, "achievementType", ""),
        achievement_description=_text(achievement, "description", ""),
        criteria_narrative=_text(criteria, "narrative", ""),
        criteria_url=_text(criteria, "id", ""),
        in_language=_text(achievement, "inLanguage", ""),
        subject_narrative=_text(subject, "narrative", ""),
        awarded_at=_moment(document, "awardedDate"),
        results=_results(subject, achievement),
        evidence=tuple(
            Evidence(*(_shown(piece, name) for name in ("id", "name", "narrative", "description", "genre")))
            for piece in _nodes(document, "evidence")
        ),
    )


def _results(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> tuple[SaidResult, ...]:
    scales = {_shown(scale, "id"): scale for scale in _nodes(achievement, "resultDescription")}
    said = []
    for result in _nodes(subject, "result"):
        scale = scales.get(_shown(result, "resultDescription"), {})
        said.append(
            SaidResult(
                name=_shown(scale, "name"),
                result_type=_shown(scale, "resultType"),
                value=_shown(result, "value"),
                status=_shown(result, "status"),
                value_min=_shown(scale, "valueMin"),
                value_max=_shown(scale, "valueMax"),
                required_value=_shown(scale, "requiredValue"),
            )
        )
    return tuple(said)


def _issuer(document: Mapping[str, Any]) -> Mapping[str, Any]:
    issuer = document.get("issuer")
    return {"id": issuer} if isinstance(issuer, str) else _node(document, "issuer", "Profile")


def _types(node: Mapping[str, Any]) -> set[str]:
    types = node.get("type")
    listed = types if isinstance(types, list) else [types]
    if not all(isinstance(item, str) for item in listed):
        raise CredentialInvalid(Step.CREDENTIAL, "type is not a name or a list of names")
    return set(listed)


def _node(parent: Mapping[str, Any], name: str, expected: str) -> Mapping[str, Any]:
    node = parent.get(name)
    if not isinstance(node, Mapping) or expected not in _types(node):
        raise CredentialInvalid(Step.CREDENTIAL, f"{name} is not an object of type {expected}")
    return node


def _nodes(parent: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects under a name, each id once: to the signature, one that is repeated or in pieces is one."""
    listed = parent.get(name, [])
    nodes = [
        {"id": node} if isinstance(node, str) else node for node in (listed if isinstance(listed, list) else [listed])
    ]
    ids = [node["id"] for node in nodes if isinstance(node, Mapping) and isinstance(node.get("id"), str)]
    if len(set(ids)) != len(ids):
        raise CredentialInvalid(Step.CREDENTIAL, f"{name} has one id twice")
    return [node for node in nodes if isinstance(node, Mapping)]


def _text(node: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = node.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise CredentialInvalid(Step.CREDENTIAL, f"{name} is missing or no text")
    return value


def _moment(node: Mapping[str, Any], name: str) -> datetime | None:
    return read_date_time_z(node[name], name) if name in node else None


def _shown(node: Mapping[str, Any], name: str) -> str:
    """A text that nothing is decided by; others write some of them as numbers."""
    value = node.get(name, "")
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""

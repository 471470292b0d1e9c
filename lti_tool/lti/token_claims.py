"""What every token of a platform must say, of a launch and of a notice alike: who speaks to whom, and when.

https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation
"""

from __future__ import annotations

from typing import Any

from lti_tool.lti.errors import LaunchRefusal, LaunchRefused

LEEWAY_SECONDS = 60
"""How far the platform's clock may be off, either way, unless its registration says otherwise."""


def required(payload: dict[str, Any], name: str) -> Any:
    """Return the value of a claim that must be there."""
    value = payload.get(name)
    if value is None or value == "":
        raise LaunchRefused(LaunchRefusal.MISSING_CLAIM, name.rpartition("/")[2])
    return value


def check_parties(payload: dict[str, Any], *, issuer: str, client_id: str) -> None:
    """Refuse what this platform did not make for us."""
    if required(payload, "iss") != issuer:
        raise LaunchRefused(LaunchRefusal.ISSUER)
    audience = required(payload, "aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise LaunchRefused(LaunchRefusal.AUDIENCE, "aud")
    # A list of one says the same as a string; a longer one must say whom the token was made for.
    authorized_party = payload.get("azp")
    if authorized_party is None and len(audiences) > 1:
        raise LaunchRefused(LaunchRefusal.AUDIENCE, "azp absent")
    if authorized_party is not None and authorized_party != client_id:
        raise LaunchRefused(LaunchRefusal.AUDIENCE, "azp")


def check_times(payload: dict[str, Any], *, leeway_seconds: float, max_age_seconds: float, now: float) -> None:
    """Refuse what is not valid at this moment, or was made too long ago whatever it says itself."""
    expires_at, issued_at = _moment(payload, "exp"), _moment(payload, "iat")
    starts_at = _moment(payload, "nbf") if payload.get("nbf") is not None else issued_at
    if max(issued_at, starts_at) > now + leeway_seconds:
        raise LaunchRefused(LaunchRefusal.NOT_YET_VALID)
    if expires_at + leeway_seconds <= now:
        raise LaunchRefused(LaunchRefusal.EXPIRED)
    if issued_at < now - max_age_seconds:
        raise LaunchRefused(LaunchRefusal.TOO_OLD)


def _moment(payload: dict[str, Any], name: str) -> float:
    value = required(payload, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise LaunchRefused(LaunchRefusal.BAD_CLAIM, name)
    return float(value)

"""Finds the family of a platform by the code it sends in launches and in its configuration."""

from __future__ import annotations

from lti_tool.platforms.canvas import CANVAS
from lti_tool.platforms.family import PlatformFamily
from lti_tool.platforms.generic import GENERIC
from lti_tool.platforms.moodle import MOODLE

_FAMILIES = {family.product_family_code: family for family in (MOODLE, CANVAS)}


def family_of(product_family_code: str | None) -> PlatformFamily:
    """Return the family, the generic one for a code that is unknown or absent."""
    return _FAMILIES.get((product_family_code or "").strip().lower(), GENERIC)


def family_code_of_issuer(issuer: str) -> str:
    """Return the code of the product whose schools share this issuer, empty for any other: known before a launch."""
    for code, family in _FAMILIES.items():
        if any(issuer == f"https://{shared.issuer_host}" for shared in family.registration.hosted_issuers):
            return code
    return ""

"""How single values of a token are read: strict where a value is compared or called, cleaned where it is shown.

Absent, null and empty are the same thing for optional claims; so is an empty list where an object belongs, which is
how PHP writes an empty object. What is refused is a LaunchRefused that names the claim.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.origin import origin_of
from lti_tool.lti.platform_text import clean_text, is_identifier, is_plain

MAX_URL_LENGTH = 2_000
MAX_STRINGS = 200
TEXT_LENGTH = 255
DESCRIPTION_LENGTH = 4_000
_CUSTOM_LENGTH = 50_000  # $Context.id.history of Canvas can hold a thousand course ids

Claims = dict[str, Any]


def refuse(reason: LaunchRefusal, claim: str) -> NoReturn:
    """Raise LaunchRefused with the last part of the claim's name."""
    raise LaunchRefused(reason, claim.rpartition("/")[2])


def object_claim(claims: Claims, name: str) -> Claims | None:
    """Read an optional object."""
    value = claims.get(name)
    if value is None or value == [] or value == {}:
        return None
    if not isinstance(value, dict):
        refuse(LaunchRefusal.BAD_CLAIM, name)
    return value


def identifier(claims: Claims, name: str) -> str:
    """Read a required identifier."""
    value = claims.get(name)
    if value is None or value == "":
        refuse(LaunchRefusal.MISSING_CLAIM, name)
    if not is_identifier(value):
        refuse(LaunchRefusal.BAD_CLAIM, name)
    return str(value)


def required_url(claims: Claims, name: str, max_length: int = MAX_URL_LENGTH) -> str:
    """Read a required web address that we, or the browser we serve, will go to."""
    value = claims.get(name)
    if value is None or value == "":
        refuse(LaunchRefusal.MISSING_CLAIM, name)
    if not _is_url(value, max_length):
        refuse(LaunchRefusal.BAD_CLAIM, name)
    return str(value)


def service_url(claims: Claims, name: str) -> str | None:
    """Read an address that we will send a token to: it may be absent, but not odd."""
    return None if claims.get(name) in (None, "") else required_url(claims, name)


def shown_url(value: Any) -> str | None:
    """Read an address that is only offered to people; what is odd is left out."""
    return str(value) if _is_url(value, MAX_URL_LENGTH) else None


def strings(claims: Claims, name: str) -> tuple[str, ...]:
    """Read an optional list of strings that are compared, not shown; empty ones are left out."""
    values = claims.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > MAX_STRINGS:
        refuse(LaunchRefusal.BAD_CLAIM, name)
    if not all(value == "" or is_identifier(value) for value in values):
        refuse(LaunchRefusal.BAD_CLAIM, name)
    return tuple(str(value) for value in values if value)


def required_strings(claims: Claims, name: str) -> tuple[str, ...]:
    """Read a list with one string at least."""
    found = strings(claims, name)
    if not found:
        refuse(LaunchRefusal.MISSING_CLAIM, name)
    return found


def flag(claims: Claims, name: str) -> bool | None:
    """Read an optional yes or no; some platforms write it as a text."""
    value = claims.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        refuse(LaunchRefusal.BAD_CLAIM, name)
    return value


def short_text(claims: Claims, name: str) -> str | None:
    """Read a name or title to show, on one line."""
    return clean_text(claims.get(name), TEXT_LENGTH)


def custom_parameters(value: Any) -> dict[str, str]:
    """Read custom parameters, of a launch or of a member; those that the platform left unresolved are left out.

    Canvas sends resolved numbers as JSON numbers.
    """
    found: dict[str, str] = {}
    for name, given in (value if isinstance(value, dict) else {}).items():
        text = clean_text(json.dumps(given) if isinstance(given, bool | int | float) else given, _CUSTOM_LENGTH)
        if text is not None and not text.startswith("$") and is_identifier(name):
            found[name] = text
    return found


def _is_url(value: Any, max_length: int) -> bool:
    return isinstance(value, str) and len(value) <= max_length and is_plain(value) and origin_of(value) is not None

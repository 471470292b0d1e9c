"""What is kept of a person's names and address, wherever the platform tells them: in a launch or in the roster."""

from __future__ import annotations

from typing import TypedDict

from lti_tool.roster.models import Registration


class KeptNames(TypedDict):
    """The columns of `Person` that hold personal data of this kind."""

    name: str
    given_name: str
    email: str


def kept_names(
    registration: Registration,
    *,
    name: str | None,
    given_name: str | None,
    family_name: str | None,
    email: str | None,
) -> KeptNames:
    """Return what to keep of what was told, as was chosen for this platform; the rest is empty."""
    if not registration.keeps_names:
        return {"name": "", "given_name": "", "email": ""}
    kept_email = (email or "")[:320] if registration.keeps_email else ""
    whole = name or " ".join(part for part in (given_name, family_name) if part)
    return {"name": whole[:300], "given_name": (given_name or "")[:200], "email": kept_email}

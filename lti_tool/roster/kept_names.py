"""What is kept of a person's names and address, wherever the platform tells them: in a launch or in the roster."""

from __future__ import annotations

from typing import TypedDict


class KeptNames(TypedDict):
    """The columns of `Person` that hold personal data of this kind."""

    name: str
    given_name: str
    email: str


def kept_names(
    *, keeps_names: bool, name: str | None, given_name: str | None, family_name: str | None, email: str | None
) -> KeptNames:
    """Return what to keep, each empty where nothing was told; all of them for a platform whose names we do not keep."""
    if not keeps_names:
        return {"name": "", "given_name": "", "email": ""}
    whole = name or " ".join(part for part in (given_name, family_name) if part)
    return {"name": whole[:300], "given_name": (given_name or "")[:200], "email": (email or "")[:320]}

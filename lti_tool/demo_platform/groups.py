"""The groups of the demo course; who is in them stands with the people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Some learners who work together."""

    id: str
    name: str


GROUPS = (Group("11", "Groep Maandag"), Group("12", "Groep Donderdag"))
GROUP_SET = {"id": "1", "name": "Dagen"}


def find_group(group_id: str) -> Group | None:
    """Return one group."""
    return next((group for group in GROUPS if group.id == group_id), None)

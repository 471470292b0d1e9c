"""What stands on the paper. Sentences come in the language of the paper; the labels between them are our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class JudgedCriterion:
    """Something that was done, and how and when it was judged."""

    title: str
    sentence: str
    """May be empty."""


@dataclass(frozen=True, slots=True)
class PaperBadge:
    """A badge of one holder. Every text may hold anything that people type; only the address is ours."""

    picture_png: bytes
    """The square picture, 1024 pixels wide."""
    picture_alt: str
    badge_name: str
    holder_name: str
    """Where it is empty, or written in letters that cannot be printed, the paper has a line to write the name on."""
    description: str
    """What the badge shows; may be empty."""
    criteria: str
    """How the badge is earned; may be empty."""
    judged: tuple[JudgedCriterion, ...]
    """In the order of the task list; may be empty."""
    issuer_name: str
    awarded_on: date
    """The day in the time zone of the people, not in UTC."""
    kind_of_proof: str
    """What it is worth outside, in honest words."""
    address: str
    """The public address of the badge, absolute."""
    is_shared: bool
    """Whether the address tells a stranger anything."""
    made_at: datetime
    """The moment of making, aware. The same content and moment give the same bytes."""

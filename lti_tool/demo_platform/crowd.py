"""Learners by number, as many as somebody asks for: ten thousand cost no more than a count in the store."""

from __future__ import annotations

import re
from functools import lru_cache

LARGEST = 100_000
_FIRST_USER_ID = 1000
_KEY = re.compile(r"learner-([1-9][0-9]{0,5})")
_GIVEN = (
    "Noa",
    "Bilal",
    "Eva",
    "Jayden",
    "Ines",
    "Tomasz",
    "Lotte",
    "Kofi",
    "Yara",
    "Daan",
    "Mei",
    "Oğuz",
    "Ilse",
    "Sami",
)
_FAMILY = (
    "Visser",
    "Bakkali",
    "van Dijk",
    "Okafor",
    "Nowak",
    "Öztürk",
    "Pinas",
    "Hendriks",
    "Chen",
    "de Vries",
    "Aydın",
)


def number_of_key(key: str) -> int | None:
    """Return the number in the key of a learner by number."""
    found = _KEY.fullmatch(key)
    number = int(found.group(1)) if found else 0
    return number if 1 <= number <= LARGEST else None


def number_of_user(user_id: str) -> int | None:
    """Return the number of the learner whose user id this is."""
    if not (user_id.isascii() and user_id.isdecimal() and len(user_id) <= 6):
        return None
    number = int(user_id) - _FIRST_USER_ID
    return number if 1 <= number <= LARGEST and user_id == user_id_of(number) else None


def key_of(number: int) -> str:
    """Return what stands in the address of a learner by number."""
    return f"learner-{number}"


def user_id_of(number: int) -> str:
    """Return the user id of a learner by number."""
    return str(_FIRST_USER_ID + number)


@lru_cache(maxsize=LARGEST)
def name_of(number: int) -> tuple[str, str]:
    """Return given and family name; the number makes it the only one of its name."""
    return _GIVEN[number % len(_GIVEN)], f"{_FAMILY[number % len(_FAMILY)]} {number}"

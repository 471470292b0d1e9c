"""Moments as DateTimeZ strings: UTC, whole seconds, `Z`.

https://www.imsglobal.org/spec/ob/v3p0/#datetimez
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from badges.errors import CredentialInvalid, Step

_DATE_TIME_Z = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def date_time_z(moment: datetime) -> str:
    """Write an aware moment; parts of a second are dropped.

    Raises:
        CredentialInvalid: the moment does not say its zone.
    """
    if moment.utcoffset() is None:
        raise CredentialInvalid(Step.STRUCTURE, "a moment without a time zone")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def read_date_time_z(text: object, place: str) -> datetime:
    """Read a moment from a document; `place` is where it stood.

    Raises:
        CredentialInvalid: it is no date, or does not say its zone.
    """
    if isinstance(text, str) and _DATE_TIME_Z.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise CredentialInvalid(Step.STRUCTURE, f"{place} is not a date and time with a zone")

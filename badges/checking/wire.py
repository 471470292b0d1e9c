"""What goes between the service and its checking process: messages, each behind its length.

Asked is with two messages, a JSON head and the file as it is. Answered is with two as well: an empty one as soon as
the question has been read, and the verdict as JSON. A process that is ready says so with an empty one too.
The verdict comes from a process that strangers' files were in, so it is read as JSON of exactly that shape.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple

from badges.openbadges.baking import MAX_FILE_BYTES
from badges.openbadges.check import Checked
from badges.openbadges.key import PublicKey
from badges.openbadges.verify import KnownKeys

LENGTH = struct.Struct(">I")
READY = BEGUN = b""
MAX_QUESTION_BYTES = MAX_FILE_BYTES
# A whole document comes back at most, each character of it escaped.
MAX_ANSWER_BYTES = 8 * 1024 * 1024


class Question(NamedTuple):
    """A file to check at a moment, with the keys that are known and how many seconds it may take."""

    content: bytes
    now: datetime
    known_keys: KnownKeys
    seconds: float


def framed(message: bytes) -> bytes:
    """Return a message behind its length."""
    return LENGTH.pack(len(message)) + message


def written_question(question: Question) -> bytes:
    """Return the messages that ask it; keys go as Multikeys."""
    head = {
        "now": question.now.isoformat(),
        "known_keys": {method: key.multikey for method, key in question.known_keys.items()},
        "seconds": question.seconds,
    }
    return framed(json.dumps(head).encode()) + framed(question.content)


def read_question(stream: BinaryIO) -> Question | None:
    """Read the next question; None when nobody asks any more."""
    head = read_message(stream)
    content = read_message(stream) if head is not None else None
    if head is None or content is None:
        return None
    said: Mapping[str, Any] = json.loads(head)
    return Question(
        content,
        datetime.fromisoformat(said["now"]),
        {method: PublicKey.of_multikey(multikey) for method, multikey in said["known_keys"].items()},
        said["seconds"],
    )


def read_message(stream: BinaryIO) -> bytes | None:
    """Read one message; None when the other side is gone, also in the middle of it."""
    length = stream.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    size: int = LENGTH.unpack(length)[0]
    message = stream.read(size)
    return message if len(message) == size else None


def written_verdict(checked: Checked) -> bytes:
    """Return the verdict as JSON."""
    return json.dumps(asdict(checked), default=datetime.isoformat).encode()

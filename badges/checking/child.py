"""The process that strangers' files are checked in: `python -m badges.checking.child`.

It is warm before the first question and then takes everything away from itself: it can open no file and no
connection, start no process, write nowhere, and use only so much memory. It ends when nobody asks any more.
Whatever goes wrong beyond a bad file ends it too; the service starts another.
"""

from __future__ import annotations

import faulthandler
import math
import resource
import sys
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType

from badges.checking.wire import BEGUN, READY, framed, read_question, written_verdict
from badges.openbadges.check import Outcome, check
from badges.openbadges.contexts import CREDENTIAL_CONTEXTS
from badges.openbadges.credential import CREDENTIAL_TYPES
from badges.openbadges.did import did_key
from badges.openbadges.document import Document, signed_bytes
from badges.openbadges.key import PrivateKey
from badges.openbadges.moment import date_time_z
from badges.openbadges.sign import sign

MEMORY_BYTES = 512 * 1024 * 1024
# Standard input, output and error are open, and no number is left for a file or a connection.
_OPEN_FILES = 3
_LIMITS = {
    "RLIMIT_AS": MEMORY_BYTES,
    "RLIMIT_NOFILE": _OPEN_FILES,
    "RLIMIT_NPROC": 0,
    "RLIMIT_FSIZE": 0,
    "RLIMIT_CORE": 0,
}
_WARM_UP = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Answer questions on standard input until there are none."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    sys.excepthook = _tell_where
    faulthandler.enable()
    warm_up()
    limit_itself()
    answers.write(framed(READY))
    answers.flush()
    while (asked := read_question(sys.stdin.buffer)) is not None:
        _limit_work(asked.seconds)
        answers.write(framed(BEGUN))
        answers.flush()
        checked = check(asked.content, now=asked.now, known_keys=asked.known_keys)
        answers.write(framed(written_verdict(checked)))
        answers.flush()


def warm_up() -> None:
    """Check a credential once, so that everything it takes is in memory before no file can be opened any more.

    Raises:
        RuntimeError: it does not hold, so nothing that this process says would mean anything.
    """
    key = PrivateKey.generate()
    content = signed_bytes(sign(_small_document(did_key(key.public_key)), key, _WARM_UP))
    if check(content, now=_WARM_UP).outcome is not Outcome.HOLDS:
        raise RuntimeError("a good credential does not hold")


def limit_itself() -> None:
    """Take away what checking does not need, as far as the system knows such limits; for good."""
    for name, value in _LIMITS.items():
        with suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _limit_work(seconds: float) -> None:
    """Let the system end this process when one question takes it too long, should the service be gone by then.

    The limit counts from the start of the process, so it moves along with each question.
    """
    _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(time.process_time() + seconds) + 1
    if hardest == resource.RLIM_INFINITY or wanted <= hardest:
        resource.setrlimit(resource.RLIMIT_CPU, (wanted, hardest))


def _small_document(issuer: str) -> Document:
    return {
        "@context": list(CREDENTIAL_CONTEXTS),
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "type": list(CREDENTIAL_TYPES),
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Warm-up"},
        "validFrom": date_time_z(_WARM_UP),
        "credentialSubject": {
            "id": "urn:uuid:00000000-0000-4000-8000-000000000002",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:uuid:00000000-0000-4000-8000-000000000003",
                "type": ["Achievement"],
                "name": "Warm-up",
                "description": "Warm-up",
                "criteria": {"narrative": "Warm-up"},
            },
        },
    }


def _tell_where(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """Say the type and the places of an error: its words may hold what stands in the file."""
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-6:]]
    sys.stderr.write(f"{kind.__name__} at {' '.join(places)}\n")


if __name__ == "__main__":
    main()

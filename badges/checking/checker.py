"""Checking a credential from anywhere, with a limit on time, memory and harm: `Checker`.

It says what `badges.openbadges.check` says; the work is done by a process that stays warm for the next file and is
killed when a file asks too much. Without a verdict the answer is that nobody can tell here, never that it holds.
"""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter

from badges.checking.process import CHILD_COMMAND, CheckingProcess, NoAnswer
from badges.checking.wire import Question, written_question
from badges.errors import Step
from badges.openbadges.baking import MAX_FILE_BYTES, PNG_SIGNATURE
from badges.openbadges.check import Checked, Outcome
from badges.openbadges.document import MAX_BYTES
from badges.openbadges.verify import KnownKeys

logger = logging.getLogger("mijlpaal.checking")

SECONDS = 5.0
"""How long one check may take, by the wall clock. A usual one takes hundredths of a second."""
WAITING_SECONDS = 2.0
"""How long a check waits for others before it."""
STARTING_SECONDS = 15.0
"""How long a new process may take to be ready."""

_VERDICT = TypeAdapter(Checked)


class Checker:
    """Checks one file at a time in one process, which is started at the first file. For any number of threads.

    After a fork the new process has a child of its own. `close` ends the child; so does the end of the program.
    """

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        waiting_seconds: float = WAITING_SECONDS,
        starting_seconds: float = STARTING_SECONDS,
        command: Sequence[str] = CHILD_COMMAND,
    ) -> None:
        self._seconds = seconds
        self._waiting_seconds = waiting_seconds
        self._starting_seconds = starting_seconds
        self._command = command
        self._turn = threading.Lock()
        # One or none; a list, because the finalizer must not hold the checker itself.
        self._children: list[CheckingProcess] = []
        weakref.finalize(self, _end_all, self._children)
        _checkers.add(self)

    @property
    def child_pid(self) -> int | None:
        """The process that waits for files or checks one now, if there is any."""
        return self._children[0].pid if self._children else None

    def check(self, content: bytes, *, now: datetime, known_keys: KnownKeys | None = None) -> Checked:
        """Check a credential, as JSON or baked into a PNG, at a moment; raises nothing for bad files.

        Takes at most the seconds of waiting, starting and checking together. What is too large goes nowhere.
        """
        most = MAX_FILE_BYTES if content.startswith(PNG_SIGNATURE) else MAX_BYTES
        if len(content) > most:
            return Checked(Outcome.CANNOT_TELL, Step.SIZE, f"more than {most} bytes")
        question = written_question(Question(content, now, known_keys or {}, self._seconds))
        if not self._turn.acquire(timeout=self._waiting_seconds):
            return _undecided("too many other checks are waiting")
        try:
            return self._answer(question)
        except NoAnswer as problem:
            logger.warning("a check gave no verdict", extra={"problem": problem.problem})
            return _undecided(problem.problem)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the child, if there is one; a later check starts another."""
        _end_all(self._children)

    def forget_child(self) -> None:
        """Begin anew in a process that was just forked; what is held is the other process's."""
        for child in self._children:
            child.let_go()
        self._children.clear()
        self._turn = threading.Lock()

    def _answer(self, question: bytes) -> Checked:
        was_waiting = bool(self._children)
        try:
            return self._ask(question)
        except NoAnswer as problem:
            # Ended by somebody while it was idle, which is not this file's doing. Once only.
            if problem.had_begun or not was_waiting:
                raise
            return self._ask(question)

    def _ask(self, question: bytes) -> Checked:
        try:
            return _VERDICT.validate_json(self._running_child().ask(question, seconds=self._seconds), strict=True)
        except ValueError as error:
            self.close()
            raise NoAnswer("the checking process did not answer as agreed") from error
        except BaseException:
            # Also when this thread is told to stop: the next answer would be that to this question.
            self.close()
            raise

    def _running_child(self) -> CheckingProcess:
        if self._children and self._children[0].is_running:
            return self._children[0]
        self.close()
        child = CheckingProcess(self._command, seconds=self._starting_seconds)
        self._children.append(child)
        return child


@cache
def shared_checker() -> Checker:
    """Return the checker of this process."""
    return Checker()


_checkers: weakref.WeakSet[Checker] = weakref.WeakSet()


def _begin_anew() -> None:
    for checker in list(_checkers):
        checker.forget_child()


os.register_at_fork(after_in_child=_begin_anew)


def _end_all(children: list[CheckingProcess]) -> None:
    while children:
        children.pop().end()


def _undecided(problem: str) -> Checked:
    return Checked(Outcome.CANNOT_TELL, Step.WORK, problem)

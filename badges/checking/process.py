"""One checking process as the service holds it: started, asked with a limit on the clock, ended for good."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

from badges.checking.wire import BEGUN, LENGTH, MAX_ANSWER_BYTES, READY

logger = logging.getLogger("mijlpaal.checking")

CHILD_COMMAND = (sys.executable, "-P", "-s", "-B", "-m", "badges.checking.child")
"""Nothing from the directory it starts in, nothing of the user's own, nothing written beside the modules."""
_LAST_WORDS_BYTES = 2_000


class NoAnswer(Exception):
    """The process gave no verdict; `problem` says why in a few words.

    `had_begun` is False only where it was gone before it had read the question.
    """

    def __init__(self, problem: str, *, had_begun: bool = True) -> None:
        super().__init__(problem)
        self.problem = problem
        self.had_begun = had_begun


class CheckingProcess:
    """A running child. Not for two threads at a time, except `end`."""

    def __init__(self, command: Sequence[str], *, seconds: float) -> None:
        """Start it and wait until it is ready.

        Its environment is empty but for the places of the modules: no secret of this service is in it.

        Raises:
            NoAnswer: it could not be started, or was not ready in time.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603
                    list(command),
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.PIPE,
                    env={"PYTHONPATH": os.pathsep.join(os.path.abspath(place) for place in sys.path if place)},
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise NoAnswer(f"no process could be started ({type(error).__name__})") from error
        self._socket = ours
        try:
            if self._receive(time.monotonic() + seconds, "was not ready", had_begun=True) != READY:
                raise NoAnswer("another process was started than that for checking")
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """Which process it is."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def ask(self, question: bytes, *, seconds: float) -> bytes:
        """Send a question and return the verdict. After anything else than a verdict the process must be ended.

        Raises:
            NoAnswer: none within these seconds of the wall clock, or it ended meanwhile.
        """
        deadline = time.monotonic() + seconds
        late = f"took longer than {seconds:g} seconds"
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(question)
        except TimeoutError as error:
            raise NoAnswer(late) from error
        except OSError as error:
            raise NoAnswer("the checking process was gone", had_begun=False) from error
        if self._receive(deadline, late, had_begun=False) != BEGUN:
            raise NoAnswer("the checking process did not answer as agreed")
        return self._receive(deadline, late, had_begun=True)

    def end(self) -> None:
        """Kill it, wait until it is gone, and close what led to it. What it said last goes to the log, if anything."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        if (said := self._process.stderr) is not None and not said.closed:
            if words := said.read(_LAST_WORDS_BYTES):
                logger.warning("checking process complained", extra={"said": words.decode(errors="replace")})
            said.close()

    def let_go(self) -> None:
        """Forget it without touching it: after a fork it is the child of the other process."""
        self._socket.close()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._process.returncode = 0  # not to be waited for here

    def _receive(self, deadline: float, late: str, *, had_begun: bool) -> bytes:
        length: int = LENGTH.unpack(self._read(LENGTH.size, deadline, late, had_begun=had_begun))[0]
        if length > MAX_ANSWER_BYTES:
            raise NoAnswer("the checking process did not answer as agreed")
        return self._read(length, deadline, late, had_begun=had_begun)

    def _read(self, size: int, deadline: float, late: str, *, had_begun: bool) -> bytes:
        read = bytearray()
        while len(read) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise NoAnswer(late)
            try:
                self._socket.settimeout(left)
                piece = self._socket.recv(min(size - len(read), 65_536))
            except TimeoutError as error:
                raise NoAnswer(late) from error
            except OSError as error:
                raise NoAnswer("the checking process ended by itself", had_begun=had_begun) from error
            if not piece:
                raise NoAnswer("the checking process ended by itself", had_begun=had_begun)
            read += piece
        return bytes(read)

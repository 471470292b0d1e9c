"""Checking files in a process of its own: bad files, a process that fails in every way, and nothing left behind.

The processes are real ones, and so are the limits.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from badges.checking import wire
from badges.checking.checker import Checker
from badges.errors import Step
from badges.openbadges.baking import MAX_FILE_BYTES, bake
from badges.openbadges.check import Checked, Outcome, check
from badges.openbadges.document import signed_bytes
from badges.openbadges.proof_data_integrity import with_proof
from badges.openbadges.sign import sign
from tests.unit.badges.examples import KEY, MOMENT, OTHER_KEY, make_document, make_signed, put
from tests.unit.badges.test_baking import PLAIN, chunk, itxt, png

LATER = MOMENT + timedelta(days=1)
GOOD = signed_bytes(make_signed())
WEB = "did:web:badges.example:issuers:7"
METHOD = f"{WEB}#key-1"
BY_WEB = signed_bytes(sign(put(make_document(), ("issuer", "id"), WEB), KEY, MOMENT, METHOD))
LONG = 30.0
"""Seconds that no test may need, on the slowest machine."""


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with closing(Checker(seconds=LONG, waiting_seconds=LONG, starting_seconds=LONG)) as made:
        yield made


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _pid(checker: Checker) -> int:
    assert checker.child_pid is not None
    return checker.child_pid


def _wait_for(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LONG
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_so()


def _alike(depth: int) -> dict[str, Any]:
    """Nodes without an id that all look alike, each with two of its own."""
    entry = {"type": ["IdentifierEntry"], "identifier": "a", "identifierType": "email"}
    node: dict[str, Any] = {"type": ["Profile"], "name": "n", "otherIdentifier": [entry, dict(entry)]}
    return {**node, "parentOrg": _alike(depth - 1)} if depth else node


def _evidence(count: int) -> list[dict[str, Any]]:
    return [
        {"id": f"urn:x:{number}", "type": ["Evidence"], "name": "n", "narrative": "n" * 100} for number in range(count)
    ]


POISON = signed_bytes(put(make_signed(), ("issuer",), {**make_document()["issuer"], "parentOrg": _alike(18)}))
# Within every cap, and still the work of tenths of a second.
COSTLY = signed_bytes({**json.loads(POISON), "evidence": _evidence(200)})
HUGE = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 1)
BOMB = png(itxt(zlib.compress(b"[" * 200_000_000, 9), flags=b"\1\0"))
BAKED = bake(PLAIN, GOOD)


FILES = {
    "good": GOOD,
    "good in a picture": BAKED,
    "of a did:web": BY_WEB,
    "poison": POISON,
    "costly": COSTLY,
    "a bomb": BOMB,
    "nothing": b"",
    "no credential": b"{}",
    "deep lists": b"[" * 400_000,
    "deep objects": b'{"a":' * 80_000 + b"1" + b"}" * 80_000,
    "half a picture": BAKED[: len(BAKED) // 2],
    "a picture without its last byte": BAKED[:-1],
    "a JWT": b"eyJhbGciOiJFZERTQSJ9.e30.c2ln",
    "changed": signed_bytes({**make_signed(), "name": "Anders"}),
    "with a status": signed_bytes({**make_signed(), "credentialStatus": {"id": "urn:x:s"}}),
    "expired": signed_bytes(sign({**make_document(), "validUntil": "2026-11-22T17:00:00Z"}, KEY, MOMENT)),
    "forged": signed_bytes(with_proof(make_document(), OTHER_KEY, METHOD, MOMENT)),
    "many scripts": signed_bytes(make_signed(name="שלום \N{ROCKET} naïef", text="ق" * 5_000)),
    "half a pair": b'{"name":"\\ud800"}',
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_the_verdict_is_that_of_the_engine_when_checked_apart(checker: Checker, content: bytes) -> None:
    keys = {METHOD: KEY.public_key}

    assert checker.check(content, now=LATER, known_keys=keys) == check(content, now=LATER, known_keys=keys)
    assert checker.check(GOOD, now=LATER).outcome is Outcome.HOLDS


def test_what_the_caller_knows_decides_when_the_issuer_is_a_did_web(checker: Checker) -> None:
    known = checker.check(BY_WEB, now=LATER, known_keys={METHOD: KEY.public_key})
    other = checker.check(BY_WEB, now=LATER, known_keys={METHOD: OTHER_KEY.public_key})
    unknown = checker.check(BY_WEB, now=LATER)
    early = checker.check(BY_WEB, now=MOMENT - timedelta(days=1), known_keys={METHOD: KEY.public_key})

    assert known.outcome is Outcome.HOLDS
    assert (other.outcome, other.step) == (Outcome.DOES_NOT_HOLD, Step.SIGNATURE)
    assert (unknown.outcome, unknown.step) == (Outcome.CANNOT_TELL, Step.ISSUER)
    assert (early.outcome, early.step) == (Outcome.DOES_NOT_HOLD, Step.TIME)


def test_a_poison_graph_is_left_undecided_by_the_budget_when_checked(checker: Checker) -> None:
    checked = checker.check(POISON, now=LATER)

    assert (checked.outcome, checked.step, checked.signed) == (Outcome.CANNOT_TELL, Step.WORK, False)


@pytest.mark.parametrize("start", [b'{"a":"', b"", b" "])
def test_ten_megabytes_of_json_go_to_no_process(start: bytes) -> None:
    with closing(Checker()) as checker:
        checked = checker.check(start + b"a" * 10_000_000, now=LATER)

        assert (checked.outcome, checked.step) == (Outcome.CANNOT_TELL, Step.SIZE)
        assert checker.child_pid is None


def test_a_picture_that_is_too_large_goes_to_no_process() -> None:
    with closing(Checker()) as checker:
        checked = checker.check(PLAIN + bytes(MAX_FILE_BYTES), now=LATER)

        assert (checked.outcome, checked.step) == (Outcome.CANNOT_TELL, Step.SIZE)
        assert checker.child_pid is None


def _most_memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def test_pictures_stay_packed_when_they_are_bombs(checker: Checker) -> None:
    checker.check(BAKED, now=LATER)
    before = _most_memory_kb(_pid(checker))
    huge = bake(png(header=HUGE), GOOD)
    pixels = bake(png(chunk(b"IDAT", zlib.compress(bytes(200_000_000), 9))), GOOD)

    bomb = checker.check(BOMB, now=LATER)

    assert (bomb.outcome, bomb.step) == (Outcome.CANNOT_TELL, Step.SIZE)
    # Two milliards of pixels each way, and pixels that would fill the memory: neither is looked at.
    assert checker.check(huge, now=LATER).outcome is Outcome.HOLDS
    assert checker.check(pixels, now=LATER).outcome is Outcome.HOLDS
    assert _most_memory_kb(_pid(checker)) - before < 20_000


def _answers(checker: Checker) -> bool:
    return checker.check(b"{}", now=LATER).step is Step.PROOF


def test_a_file_that_takes_too_long_is_cut_off_when_the_limit_passes() -> None:
    with closing(Checker(seconds=0.05, starting_seconds=LONG)) as checker:
        assert _wait_for(lambda: _answers(checker))
        child = _pid(checker)

        cut_off = checker.check(COSTLY, now=LATER)

        assert (cut_off.outcome, cut_off.step) == (Outcome.CANNOT_TELL, Step.WORK)
        assert cut_off.problem == "took longer than 0.05 seconds"
        assert _is_gone(child)
        assert _wait_for(lambda: _answers(checker))
        assert _pid(checker) != child


def test_the_limit_hits_when_the_process_hangs() -> None:
    with closing(Checker(seconds=1.0, starting_seconds=LONG)) as checker:
        checker.check(b"{}", now=LATER)
        child = _pid(checker)
        os.kill(child, signal.SIGSTOP)

        # More than fits between the two processes, so that also sending it would wait for ever.
        hung = checker.check(bake(PLAIN, GOOD) + bytes(5_000_000), now=LATER)

        assert (hung.outcome, hung.step) == (Outcome.CANNOT_TELL, Step.WORK)
        assert _is_gone(child)
        assert checker.check(b"{}", now=LATER).step is Step.PROOF


def _in_a_thread(checker: Checker, content: bytes, found: list[Checked]) -> threading.Thread:
    thread = threading.Thread(target=lambda: found.append(checker.check(content, now=LATER)))
    thread.start()
    return thread


def test_another_process_does_it_when_the_idle_one_was_gone(checker: Checker) -> None:
    checker.check(GOOD, now=LATER)
    before = _pid(checker)
    os.kill(before, signal.SIGKILL)

    assert checker.check(GOOD, now=LATER).outcome is Outcome.HOLDS
    assert _pid(checker) != before
    assert _is_gone(before)


def test_another_process_does_it_when_the_question_was_never_read(checker: Checker) -> None:
    checker.check(GOOD, now=LATER)
    before = _pid(checker)
    os.kill(before, signal.SIGSTOP)
    found: list[Checked] = []
    thread = _in_a_thread(checker, GOOD, found)
    time.sleep(0.2)
    os.kill(before, signal.SIGKILL)
    thread.join(LONG)

    assert [checked.outcome for checked in found] == [Outcome.HOLDS]
    assert _pid(checker) != before


def _child(*lines: str) -> list[str]:
    """A process that says it is ready and then does this."""
    code = (
        "import os, signal, sys, time\nfrom badges.checking.wire import *\nsay = sys.stdout.buffer\n",
        "def tell(message):\n    say.write(framed(message))\n    say.flush()\n",
        "tell(READY)\n",
    )
    return [sys.executable, "-c", "".join(code) + "\n".join(lines)]


READ = "asked = read_question(sys.stdin.buffer)"
ENDED, OTHERWISE = "the checking process ended by itself", "the checking process did not answer as agreed"
FAILURES = {
    "killed in the middle": (ENDED, READ, "tell(BEGUN)", "os.kill(os.getpid(), signal.SIGKILL)"),
    "segmentation fault": (ENDED, READ, "tell(BEGUN)", "os.kill(os.getpid(), signal.SIGSEGV)"),
    "an error": (ENDED, READ, "tell(BEGUN)", "raise RuntimeError(asked.content.decode())"),
    "ends as if done": (ENDED, READ, "tell(BEGUN)"),
    "half a verdict": (ENDED, READ, "tell(BEGUN)", "say.write(framed(b'{}' * 99)[:50])"),
    "garbage for a beginning": (OTHERWISE, READ, "tell(b'what?')"),
    "garbage for a verdict": (OTHERWISE, READ, "tell(BEGUN)", "tell(b'yes')"),
    "a verdict of another shape": (OTHERWISE, READ, "tell(BEGUN)", 'tell(b\'{"outcome": "holds", "says": []}\')'),
    "a verdict of another word": (OTHERWISE, READ, "tell(BEGUN)", 'tell(b\'{"outcome": "perhaps"}\')'),
    "a verdict that is nearly one": (OTHERWISE, READ, "tell(BEGUN)", 'tell(b\'{"outcome": "holds", "signed": "y"}\')'),
    "a verdict without end": (OTHERWISE, READ, "tell(BEGUN)", "say.write(b'\\xff' * 10_000_000)"),
}
SILENCES = {
    "nothing": ("time.sleep(99)",),
    "nothing after the beginning": (READ, "tell(BEGUN)", "time.sleep(99)"),
    "complaints without end": (READ, "tell(BEGUN)", "sys.stderr.write('a' * 9_000_000)"),
}


@pytest.mark.parametrize(("problem", "lines"), [(words, lines) for words, *lines in FAILURES.values()], ids=FAILURES)
def test_nobody_can_tell_when_the_process_fails(problem: str, lines: list[str]) -> None:
    with closing(Checker(seconds=LONG, starting_seconds=LONG, command=_child(*lines))) as checker:
        for _ in range(2):
            assert checker.check(GOOD, now=LATER) == Checked(Outcome.CANNOT_TELL, Step.WORK, problem)
            assert checker.child_pid is None


@pytest.mark.parametrize("lines", SILENCES.values(), ids=SILENCES)
def test_nobody_can_tell_when_the_process_says_nothing(lines: tuple[str, ...]) -> None:
    with closing(Checker(seconds=0.5, starting_seconds=LONG, command=_child(*lines))) as checker:
        assert checker.check(GOOD, now=LATER).problem == "took longer than 0.5 seconds"
        assert checker.child_pid is None


@pytest.mark.parametrize(
    "command", [["/nowhere/python"], [sys.executable, "-c", ""], [sys.executable, "-c", "print('hello' * 99)"]]
)
def test_nobody_can_tell_when_the_process_does_not_start(command: list[str]) -> None:
    with closing(Checker(starting_seconds=LONG, command=command)) as checker:
        checked = checker.check(GOOD, now=LATER)

        assert (checked.outcome, checked.step) == (Outcome.CANNOT_TELL, Step.WORK)
        assert checker.child_pid is None


def test_nobody_waits_for_ever_when_the_process_is_never_ready() -> None:
    with closing(Checker(starting_seconds=0.2, command=[sys.executable, "-c", "input()"])) as checker:
        assert checker.check(GOOD, now=LATER).problem == "was not ready"
        assert checker.child_pid is None


def test_what_the_process_said_last_is_logged_when_it_fails(caplog: pytest.LogCaptureFixture) -> None:
    lines = (READ, "sys.stderr.write('MemoryError at document.py:60')", "sys.stderr.flush()", "tell(BEGUN)")
    with closing(Checker(seconds=LONG, starting_seconds=LONG, command=_child(*lines))) as checker:
        checker.check(GOOD, now=LATER)

    assert [vars(record)["said"] for record in caplog.records if "said" in vars(record)] == [
        "MemoryError at document.py:60"
    ]


def test_an_error_in_the_process_tells_places_and_no_words() -> None:
    code = "import sys\nfrom badges.checking import child\nchild.warm_up = lambda: int('of Noor')\nchild.main()"

    done = subprocess.run([sys.executable, "-c", code], input=b"", capture_output=True, check=False, timeout=LONG)

    assert done.returncode == 1
    assert done.stderr.startswith(b"ValueError at ")
    assert b"Noor" not in done.stderr


def test_somebody_is_told_to_come_back_when_the_queue_is_long() -> None:
    with closing(Checker(seconds=2.0, waiting_seconds=0.1, starting_seconds=LONG)) as checker:
        checker.check(b"{}", now=LATER)
        os.kill(_pid(checker), signal.SIGSTOP)
        found: list[Checked] = []
        thread = _in_a_thread(checker, b"{}", found)
        time.sleep(0.5)

        began = time.monotonic()
        turned_away = checker.check(b"{}", now=LATER)

        assert time.monotonic() - began < 1.0
        assert turned_away.problem == "too many other checks are waiting"
        thread.join(LONG)
        assert [checked.step for checked in found] == [Step.WORK]


def test_each_gets_its_own_verdict_when_many_ask_at_once(checker: Checker) -> None:
    names = [f"Naam {number}" for number in range(16)]
    files = [signed_bytes(make_signed(name=name)) for name in names]
    found: dict[str, Checked] = {}

    def ask(name: str, content: bytes) -> None:
        found[name] = checker.check(content, now=LATER)

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(names, files, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)

    said = {name: checked.says.achievement_name for name, checked in found.items() if checked.says is not None}
    assert said == {name: name for name in names}
    assert {checked.outcome for checked in found.values()} == {Outcome.HOLDS}


def test_nothing_secret_is_in_the_process_and_its_limits_are_set(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIJLPAAL_SECRET_KEY", "not-to-be-shown")
    checker.close()
    checker.check(GOOD, now=LATER)
    process = Path(f"/proc/{_pid(checker)}")

    names = {part.partition(b"=")[0] for part in (process / "environ").read_bytes().split(b"\0") if part}
    limits = {line[:24].strip(): line[24:].split()[:2] for line in (process / "limits").read_text().splitlines()}

    assert names == {b"PYTHONPATH"}
    assert {int(entry.name) for entry in (process / "fd").iterdir()} == {0, 1, 2}
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max processes"] == ["0", "0"]
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == [str(512 * 1024 * 1024)] * 2
    assert int(limits["Max cpu time"][0]) < 60


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("bytearray(600 * 1024 * 1024)", "MemoryError"),
        ("socket.socket()", "OSError"),
        ("open('/etc/passwd')", "OSError"),
        ("open('/tmp/x', 'w')", "OSError"),
    ],
)
def test_the_process_cannot_do_what_it_took_away_from_itself(line: str, error: str) -> None:
    code = f"import socket\nfrom badges.checking.child import limit_itself\nlimit_itself()\n{line}"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=LONG)

    assert done.stderr.splitlines()[-1].startswith(error)


def test_no_process_is_left_when_closed_and_closing_twice_is_harmless() -> None:
    checker = Checker(starting_seconds=LONG)
    checker.close()
    checker.check(GOOD, now=LATER)
    child = _pid(checker)

    checker.close()
    checker.close()

    assert checker.child_pid is None
    assert _is_gone(child)


_PROGRAM = """
import os, sys, time
from badges.checking.checker import shared_checker
from badges.openbadges.check import Outcome
from tests.unit.badges.test_checking import GOOD, LATER

checker = shared_checker()
assert checker.check(GOOD, now=LATER).outcome is Outcome.HOLDS
print(checker.child_pid, flush=True)
"""
_FORKS = """
before = checker.child_pid
forked = os.fork()
if forked == 0:
    assert checker.child_pid is None
    assert checker.check(GOOD, now=LATER).outcome is Outcome.HOLDS
    assert checker.child_pid not in (None, before)
    print(checker.child_pid, flush=True)
    sys.exit(0)
assert os.waitpid(forked, 0)[1] == 0
assert checker.check(GOOD, now=LATER).outcome is Outcome.HOLDS
assert checker.child_pid == before
"""


def _program(*more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PROGRAM + "".join(more)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_no_process_is_left_when_the_program_ends_without_closing() -> None:
    with _program() as program:
        said, complaints = program.communicate(timeout=LONG)

    assert (program.returncode, complaints) == (0, "")
    assert _is_gone(int(said))


def test_no_process_is_left_when_the_program_is_killed() -> None:
    with _program("time.sleep(99)") as program:
        assert program.stdout is not None
        child = int(program.stdout.readline())
        program.kill()

    assert _wait_for(lambda: _is_gone(child))


def test_a_fork_has_a_process_of_its_own_and_leaves_the_other_alone() -> None:
    with _program(_FORKS) as program:
        said, complaints = program.communicate(timeout=LONG)

    assert (program.returncode, complaints) == (0, "")
    pids = [int(line) for line in said.split()]
    assert len(set(pids)) == 2
    assert all(map(_is_gone, pids))


def test_a_question_comes_back_as_it_was_when_written_and_read(tmp_path: Path) -> None:
    asked = wire.Question(b"\0{}", LATER, {METHOD: KEY.public_key}, 1.5)
    written = wire.written_question(asked)
    (tmp_path / "asked").write_bytes(written)
    (tmp_path / "cut").write_bytes(written[:-1])

    with (tmp_path / "asked").open("rb") as whole, (tmp_path / "cut").open("rb") as cut:
        assert wire.read_question(whole) == asked
        assert wire.read_question(whole) is None
        assert wire.read_question(cut) is None

"""The badge of `mijlpaal demo`, played through every page over HTTP, is accepted by everybody too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config.settings import child_environment
from tests.factories.ports import free_port
from tests.interop.verifiers import ROOT, SCHEMAS, Issued, ask_all

DEMO = [sys.executable, "-c", "from lti_tool.cli import main; main()", "demo", "--headless"]


def test_the_badge_of_the_demo_is_accepted_when_anyone_verifies_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--port", str(free_port(in_a_row=3)), "--out", str(tmp_path / "out")],
        env=child_environment({}) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    badge = Issued((tmp_path / "out" / "credential.json").read_bytes())

    verdicts = ask_all({"demo": badge}, tmp_path)

    assert {who for _name, who in verdicts} == {*badge.verifiers, *SCHEMAS}
    assert {who: verdict.said for (_name, who), verdict in verdicts.items() if not verdict.accepted} == {}

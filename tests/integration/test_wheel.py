"""The built wheel, alone in an empty environment: everything it needs at run time is inside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config.migrate import newest_revision

ROOT = Path(__file__).parents[2]
PROBE = """
from importlib.resources import files
from lti_tool.words import translations
assert translations("nl").pgettext("learner", "I have done this") == "Dit heb ik gedaan"
assert files("badges.openbadges").joinpath("contexts").is_dir()
from lti_tool.presets import ready_made_sets
assert len(ready_made_sets()) == 3
from config.settings import load_settings
from lti_tool.app import create_app
client = create_app(load_settings()).test_client()
assert client.get("/health/ready").status_code == 200, client.get("/health/ready").data
assert client.get("/static/tokens.css").status_code == 200
assert "Mijlpaal" in client.get("/").get_data(as_text=True)
"""


def run(*command: str, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wheel_when_installed_in_an_empty_environment_migrates_and_serves(tmp_path: Path) -> None:
    import os

    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MIJLPAAL_", "PYTHON"))}
    wheels, empty, elsewhere = tmp_path / "wheels", tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()

    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels), cwd=ROOT, env=plain)
    run(sys.executable, "-m", "venv", str(empty), cwd=elsewhere, env=plain)
    python = str(empty / "bin" / "python")
    lock = str(ROOT / "requirements" / "run.lock")
    run(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock, cwd=elsewhere, env=plain)
    run(python, "-m", "pip", "install", "-q", "--no-deps", str(next(wheels.glob("*.whl"))), cwd=elsewhere, env=plain)

    settings = {
        **plain,
        "MIJLPAAL_SECRET_KEY": "s" * 40,
        "MIJLPAAL_DATABASE_URL": f"sqlite:///{tmp_path}/wheel.sqlite3",
    }
    assert newest_revision() in run(str(empty / "bin" / "mijlpaal"), "db", "upgrade", cwd=elsewhere, env=settings)
    run(python, "-c", PROBE, cwd=elsewhere, env=settings)

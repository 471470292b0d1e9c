"""The commands, as processes: wrong settings, an unreachable database, platforms, keys, the worker and its doorbell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from config import outbox
from config.clock import SystemClock
from config.database import Database
from config.doorbell import Doorbell
from config.outbox import MessageState, OutboxMessage
from config.settings import child_environment
from lti_tool.messages import MessageType
from tests.databases import Servers

COMMAND = [sys.executable, "-c", "from lti_tool.cli import main; main()"]
SECRET = "not-to-be-shown-" + "x" * 30


def mijlpaal(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=child_environment(settings), capture_output=True, text=True, check=False, timeout=60
    )


PLATFORM = [
    *("platform", "add", "--issuer", "https://lms.example", "--client-id", "c1"),
    *("--auth-login-url", "https://lms.example/auth", "--auth-token-url", "https://lms.example/token"),
    *("--jwks-url", "https://lms.example/jwks", "--deployment", "1"),
]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "MIJLPAAL_SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "MIJLPAAL_SECRET_KEY"),
        ({"SECRET_KEY": SECRET, "PUBLIC_URL": "ftp://nothing"}, "MIJLPAAL_PUBLIC_URL"),
        ({"SECRET_KEY": SECRET, "DATABASE_URL": "mysql://x"}, "MIJLPAAL_DATABASE_URL"),
        ({"SECRET_KEY": SECRET, "WORKER": "sometimes"}, "MIJLPAAL_WORKER"),
        ({"SECRET_KEY": SECRET, "KEY_SECRETS": "short"}, "MIJLPAAL_KEY_SECRETS"),
    ],
)
def test_serve_when_a_setting_is_wrong_names_it_and_not_its_value(settings: dict[str, str], named: str) -> None:
    done = mijlpaal("serve", **settings)

    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr


def test_serve_when_the_database_is_unreachable_says_so(tmp_path: Path) -> None:
    for url in ("postgresql+psycopg://nobody:geheim@/none?host=/nowhere", f"sqlite:///{tmp_path}/new.sqlite3"):
        done = mijlpaal("serve", SECRET_KEY=SECRET, DATABASE_URL=url)

        assert done.returncode == 2
        assert "MIJLPAAL_DATABASE_URL" in done.stderr or "mijlpaal db upgrade" in done.stderr
        assert "geheim" not in done.stderr
        assert "Traceback" not in done.stderr


def test_platform_when_added_twice_is_updated_and_listed(database_url: str) -> None:
    settings = {"SECRET_KEY": SECRET, "DATABASE_URL": database_url, "PUBLIC_URL": "https://mijlpaal.example"}

    first, second = mijlpaal(*PLATFORM, **settings), mijlpaal(*PLATFORM, "--deployment", "2", **settings)

    assert "Registered https://lms.example" in first.stdout
    assert "https://mijlpaal.example/lti/launch" in first.stdout
    assert "Updated https://lms.example" in second.stdout
    listed = mijlpaal("platform", "list", **settings).stdout
    assert listed.count("active") == 2


def test_platform_when_added_keeps_of_people_what_was_chosen(sqlite_url: str) -> None:
    settings = {"SECRET_KEY": SECRET, "DATABASE_URL": sqlite_url, "PUBLIC_URL": "https://mijlpaal.example"}

    def added(*chosen: str) -> str:
        assert mijlpaal(*PLATFORM, *chosen, **settings).returncode == 0
        return mijlpaal("platform", "list", **settings).stdout

    assert "with" not in added()
    assert "with e-mail addresses" in added("--personal-data", "names-and-email")
    assert "with e-mail addresses" in added()
    assert "without names" in added("--personal-data", "nothing")
    assert "with" not in added("--personal-data", "names")


def test_platform_when_its_address_is_not_https_is_refused(sqlite_url: str) -> None:
    insecure = [part.replace("https://", "http://") for part in PLATFORM]

    done = mijlpaal(*insecure, SECRET_KEY=SECRET, DATABASE_URL=sqlite_url)

    assert done.returncode == 2
    assert "must be https" in done.stderr


def test_settings_when_asked_explains_every_one() -> None:
    done = mijlpaal("settings")

    assert done.returncode == 0
    for name in (
        "SECRET_KEY",
        "KEY_SECRETS",
        "PUBLIC_URL",
        "DATABASE_URL",
        "TRUSTED_PROXIES",
        "ALLOW_LOOPBACK",
        "WORKER",
    ):
        assert f"MIJLPAAL_{name}" in done.stdout


def test_worker_when_rung_keeps_a_promise_and_stops_when_told(servers: Servers, postgres_url: str) -> None:
    environment = child_environment(
        {"SECRET_KEY": SECRET, "DATABASE_URL": postgres_url, "REDIS_URL": servers.redis_url, "WORKER": "separate"}
    )
    database = Database(postgres_url)
    doorbell = Doorbell(servers.redis_url)
    database.wake = doorbell.ring
    worker = subprocess.Popen([*COMMAND, "worker"], env=environment, stderr=subprocess.DEVNULL)

    with database.transaction() as tx:
        outbox.put(
            tx,
            MessageType.EVALUATE_COURSE,
            {"context_id": "00000000-0000-0000-0000-000000000000"},
            now=SystemClock().now(),
        )
    deadline = time.monotonic() + 30
    state = ""
    while time.monotonic() < deadline and state != MessageState.DONE:
        time.sleep(0.05)
        with database.reading() as tx:
            state = tx.execute(select(OutboxMessage.state)).scalar_one()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(30) == 0
    assert state == MessageState.DONE
    doorbell.close()
    database.dispose()


def test_doorbell_when_rung_wakes_a_listener_and_never_raises_when_redis_is_away(servers: Servers) -> None:
    bell = Doorbell(servers.redis_url)
    wake, stop = threading.Event(), threading.Event()
    listener = threading.Thread(target=bell.listen, kwargs={"wake": wake, "stop": stop})
    listener.start()

    for _ in range(50):
        bell.ring()
        if wake.wait(0.1):
            break
    stop.set()
    listener.join(10)

    assert wake.is_set()
    bell.close()
    away = Doorbell("unix:///nowhere/redis.sock")
    away.ring()
    away.close()


def test_environment_of_this_run_does_not_leak_into_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "MIJLPAAL_SECRET_KEY", SECRET)

    assert "MIJLPAAL_SECRET_KEY" not in child_environment({})

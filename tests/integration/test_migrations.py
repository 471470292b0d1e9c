"""Migrations: the head is the models, every step goes down and up with the data kept, two at once do not collide."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent, indent
from time import sleep

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Uuid, bindparam, inspect, select, text
from sqlalchemy.exc import DBAPIError

import lti_tool.tables  # noqa: F401
from badges.models import IssuerProfile
from badges.openbadges.verify import verify
from config.database import Base, Database
from config.migrate import current_revision, downgrade, migration_config, newest_revision, upgrade
from lti_tool.roster.models import Deployment, DeploymentState
from migrations.append_only import PROTECTED
from tests.databases import Servers
from tests.factories.badge_rows import make_achievement, make_issuer_profile
from tests.factories.earned_badge import earned_badge
from tests.factories.everything import make_everything, rows_per_table
from tests.factories.rows import make_context, make_deployment, make_person, make_registration

ROOT = Path(__file__).parents[2]
REVISIONS = [script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()][::-1]


def test_head_when_compared_with_models_has_no_difference(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert current_revision(database) == newest_revision()


def test_revisions_when_listed_are_numbered_without_a_gap_and_files_say_so() -> None:
    scripts = list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())[::-1]

    assert [script.revision for script in scripts] == [f"{number:04}" for number in range(1, len(scripts) + 1)]
    assert [script.down_revision for script in scripts] == [None, *REVISIONS[:-1]]
    for script in scripts:
        assert re.fullmatch(rf"{script.revision}_[a-z0-9_]+\.py", Path(script.path).name)


def test_factories_when_asked_for_everything_fill_every_table(database: Database) -> None:
    with database.transaction() as tx:
        make_everything(tx)

    assert [table for table, rows in _rows(database).items() if rows == 0] == []


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_step_when_taken_down_and_up_again_keeps_every_row_of_every_table(database_url: str, revision: str) -> None:
    before_step = REVISIONS[REVISIONS.index(revision) - 1]
    database = Database(database_url)
    with database.transaction() as tx:
        make_everything(tx)
    before = _rows(database)

    downgrade(database_url, before_step)
    assert current_revision(database) == before_step
    there_before_step = set(inspect(database.engine).get_table_names())
    upgrade(database_url, revision)
    upgrade(database_url)

    assert current_revision(database) == newest_revision()
    after = _rows(database)
    assert {table: after[table] for table in there_before_step & after.keys()} == {
        table: rows for table, rows in before.items() if table in there_before_step
    }
    assert _broken_references(database) == []
    database.dispose()


def test_current_revision_when_nothing_was_made_is_nothing(fresh_url: Callable[[str], str]) -> None:
    database = Database(fresh_url("sqlite"))

    assert current_revision(database) == ""
    database.dispose()


@pytest.mark.parametrize("public_url", ["http://localhost:8700", "https://badges.example"], ids=["did-key", "did-web"])
def test_badges_when_taken_down_and_up_again_are_the_same_and_can_still_be_checked(
    database_url: str, public_url: str
) -> None:
    with earned_badge(database_url, public_url=public_url) as badge:
        badge.sign()
        document, keys = badge.document(), badge.known_keys()

        downgrade(database_url, "0003")
        upgrade(database_url)

        assert document is not None
        assert (badge.document(), badge.known_keys()) == (document, keys)
        verify(document, badge.known_keys())


def test_deployments_when_the_step_that_tells_closed_from_waiting_comes_are_told_apart_by_their_courses(
    database_url: str,
) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        used = make_context(tx)
        tx.get_one(Deployment, used.deployment_id).state = DeploymentState.HELD
        make_deployment(tx, state=DeploymentState.WAITING)
        make_context(tx)

    downgrade(database_url, "0006")
    with database.reading() as tx:
        before = sorted(tx.execute(text("SELECT state FROM deployment")).scalars())
    upgrade(database_url)

    with database.reading() as tx:
        after = sorted(tx.execute(text("SELECT state FROM deployment")).scalars())
        held = tx.execute(select(Deployment.id).where(Deployment.state == DeploymentState.HELD)).scalar_one()
    assert before == ["active", "waiting", "waiting"]
    assert (after, held) == (["active", "held", "waiting"], used.deployment_id)
    database.dispose()


def test_issuer_when_it_becomes_that_of_a_deployment_is_of_the_one_that_had_a_badge_first(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        registration = make_registration(tx)
        first, second = (make_deployment(tx, registration, name=name) for name in ("First", "Second"))
        alone = make_deployment(tx, name="Alone")
        issuer_id = make_achievement(tx, make_context(tx, second)).issuer_profile_id
    downgrade(database_url, "0008")
    with database.reading() as tx:
        query = text("SELECT registration_id FROM issuer_profile WHERE id = :id").bindparams(
            bindparam("id", type_=Uuid())
        )
        before = tx.execute(query.columns(registration_id=Uuid()), {"id": issuer_id}).scalar_one()

    upgrade(database_url)

    assert before == registration.id
    with database.reading() as tx:
        assert tx.get_one(IssuerProfile, issuer_id).deployment_id == second.id
        names = {one.id: one.name for one in tx.execute(select(Deployment)).scalars()}
    assert names == {first.id: "", second.id: "", alone.id: "Alone"}, "of two nobody knows whose it was"
    database.dispose()


def test_issuers_when_two_share_a_registration_cannot_go_back_to_one(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        registration = make_registration(tx)
        for _ in range(2):
            make_issuer_profile(tx, make_deployment(tx, registration))

    with pytest.raises(RuntimeError, match="an issuer each"):
        downgrade(database_url, "0008")

    assert current_revision(database) == newest_revision()
    database.dispose()


def test_addresses_of_people_that_were_there_before_stay_and_no_platform_without_any_begins(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        for keeps in (True, False):
            registration = make_registration(tx, issuer=f"https://{keeps}.example")
            registration.keeps_names = keeps
            make_person(tx, registration).email = "anna@example.org" if keeps else ""
        make_person(tx, make_registration(tx, issuer="https://none.example"))

    downgrade(database_url, "0005")
    upgrade(database_url)

    with database.reading() as tx:
        found = tx.execute(text("SELECT issuer, keeps_email FROM registration")).all()
    assert {issuer: bool(keeps) for issuer, keeps in found} == {
        "https://True.example": True,
        "https://False.example": False,
        "https://none.example": False,
    }
    database.dispose()


def test_first_step_when_taken_down_leaves_nothing_and_goes_up_again(database_url: str) -> None:
    database = Database(database_url)

    downgrade(database_url, "base")
    with database.engine.connect() as connection:
        left = inspect(connection).get_table_names()
        functions = [] if database.is_sqlite else _own_functions(database)
    upgrade(database_url)

    assert left == ["alembic_version"]
    assert functions == []
    with database.transaction() as tx:
        make_everything(tx)
    database.dispose()


def test_upgrade_when_at_the_head_already_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        make_everything(tx)
    before = (_schema(database), _rows(database))

    upgrade(database_url)

    assert (_schema(database), _rows(database)) == before
    database.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_upgrade_when_two_processes_start_at_once_on_a_fresh_database_both_succeed(
    fresh_url: Callable[[str], str], kind: str
) -> None:
    url = fresh_url(kind)
    wait_and_upgrade = f"from config.migrate import upgrade; print('ready', flush=True); input(); upgrade({url!r})"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", wait_and_upgrade],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        ends = [process.communicate(timeout=60)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()

    assert [(process.returncode, end) for process, end in zip(processes, ends, strict=True)] == [(0, "")] * 2
    database = Database(url)
    assert current_revision(database) == newest_revision()
    with database.transaction() as tx:
        make_everything(tx)
    database.dispose()


def test_migration_when_it_fails_half_way_leaves_the_schema_as_it_was(
    database_url: str, migrations_with: Callable[[str], Path]
) -> None:
    database = Database(database_url)
    before = _schema(database)
    directory = migrations_with("""
        op.create_table("half_way", sa.Column("id", sa.Integer(), primary_key=True))
        op.execute("SELECT * FROM a_table_that_is_not_there")
    """)

    with pytest.raises(DBAPIError):
        command.upgrade(_config(database_url, directory), "9999")

    assert _schema(database) == before
    assert current_revision(database) == newest_revision()
    assert _no_advisory_lock_is_left(database)
    database.dispose()


@pytest.mark.parametrize("parent", ["registration", "context", "person", "task", "achievement", "award"])
def test_batch_rebuild_when_a_parent_table_is_made_again_keeps_its_children(
    database_url: str, migrations_with: Callable[[str], Path], parent: str
) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        make_everything(tx)
    before = _rows(database)
    directory = migrations_with(f"""
        recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
        with op.batch_alter_table("{parent}", recreate=recreate) as batch:
            batch.add_column(sa.Column("added", sa.String(10), nullable=True))
    """)

    command.upgrade(_config(database_url, directory), "9999")

    assert _rows(database) == before
    assert _broken_references(database) == []
    with database.engine.connect() as connection:
        assert "added" in {column["name"] for column in inspect(connection).get_columns(parent)}
    database.dispose()


def test_batch_rebuild_when_it_leaves_a_child_without_its_parent_on_sqlite_is_undone(
    sqlite_url: str, migrations_with: Callable[[str], Path]
) -> None:
    database = Database(sqlite_url)
    with database.transaction() as tx:
        make_everything(tx)
    before = (_schema(database), _rows(database))
    directory = migrations_with('op.execute("DELETE FROM registration")')

    with pytest.raises(RuntimeError, match="without their parent"):
        command.upgrade(_config(sqlite_url, directory), "9999")

    assert (_schema(database), _rows(database)) == before
    database.dispose()


def test_batch_rebuild_when_a_protected_table_is_protected_again_is_still_append_only(
    database_url: str, migrations_with: Callable[[str], Path]
) -> None:
    database = Database(database_url)
    with database.transaction() as tx:
        make_everything(tx)
    before = _rows(database)
    directory = migrations_with(f"""
        for table in {PROTECTED!r}:
            unprotect(table)
            recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
            with op.batch_alter_table(table, recreate=recreate) as batch:
                batch.add_column(sa.Column("added", sa.String(10), nullable=True))
            protect(table)
    """)

    command.upgrade(_config(database_url, directory), "9999")

    assert _rows(database) == before
    for table in PROTECTED:
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as tx:
            tx.execute(text(f"UPDATE {table} SET id = id"))
    database.dispose()


def _rows(database: Database) -> dict[str, int]:
    with database.reading() as tx:
        return rows_per_table(tx)


def _broken_references(database: Database) -> list[object]:
    if not database.is_sqlite:
        return []
    with database.reading() as tx:
        return list(tx.execute(text("PRAGMA foreign_key_check")))


def _schema(database: Database) -> list[tuple[object, ...]]:
    query = (
        "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        if database.is_sqlite
        else "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    with database.reading() as tx:
        return [tuple(row) for row in tx.execute(text(query))]


def _own_functions(database: Database) -> list[str]:
    with database.reading() as tx:
        return list(
            tx.execute(text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")).scalars()
        )


def _no_advisory_lock_is_left(database: Database) -> bool:
    """Say whether the next to migrate can begin; the server needs a moment to notice that a connection has gone."""
    if database.is_sqlite:
        return True
    query = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND datname = current_database()"
    )
    for _ in range(100):
        with database.reading() as tx:
            if tx.execute(query).scalar_one() == 0:
                return True
        sleep(0.05)
    return False


def _config(database_url: str, directory: Path) -> Config:
    config = migration_config(database_url)
    config.set_main_option("version_locations", f"{ROOT / 'migrations' / 'versions'}:{directory}")
    return config


@pytest.fixture
def migrations_with(tmp_path: Path) -> Callable[[str], Path]:
    """Put one more migration after the head, with this body; it runs through the project's own env.py."""

    def write(body: str) -> Path:
        directory = tmp_path / "one_more"
        directory.mkdir()
        lines = indent(dedent(body).strip(), "    ")
        (directory / "9999_one_more.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            "from migrations.append_only import protect, unprotect\n"
            f"revision = '9999'\ndown_revision = '{newest_revision()}'\nbranch_labels = depends_on = None\n\n"
            f"def upgrade():\n{lines}\n"
        )
        return directory

    return write


@pytest.fixture
def fresh_url(tmp_path: Path, servers: Servers) -> Iterator[Callable[[str], str]]:
    """Return the address of a database in which nothing was ever made."""
    names = []

    def fresh(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
        names.append(f"fresh_{uuid.uuid4().hex[:12]}")
        servers.admin(f"CREATE DATABASE {names[0]}")
        return servers.database_url(names[0])

    yield fresh
    for name in names:
        servers.admin(f"DROP DATABASE {name} WITH (FORCE)")

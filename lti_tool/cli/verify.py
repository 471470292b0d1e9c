"""`mijlpaal verify`: whether a badge holds, one from here or from anywhere, without asking anyone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy.exc import SQLAlchemyError

from badges.checking.checker import Checker
from badges.errors import CredentialInvalid
from badges.openbadges.baking import MAX_FILE_BYTES
from badges.openbadges.check import Outcome
from badges.openbadges.did_web import MAX_DID_DOCUMENT_BYTES, KeyMethod, asserting_keys, methods_of
from badges.standing import own_issuers, standing_of
from config.clock import SystemClock
from config.database import Database
from config.errors import SettingsInvalid, ToolError
from config.logging import start_logging
from config.migrate import current_revision, newest_revision
from config.settings import load_settings
from config.strict_json import parse_json_object
from lti_tool.cli.verify_words import Found, as_json, as_lines

EXIT_CODES = {Outcome.HOLDS: 0, Outcome.DOES_NOT_HOLD: 1, Outcome.CANNOT_TELL: 3}
_SQLITE = "sqlite:///"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--did-document",
    "did_documents",
    multiple=True,
    type=click.Path(path_type=Path),
    help="The did.json of an issuer whose keys are not known here; may be repeated.",
)
@click.option("--json", "wants_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def verify(command: click.Context, file: Path, did_documents: tuple[Path, ...], wants_json: bool) -> None:
    r"""Check the badge in FILE, JSON or PNG, from here or from elsewhere; - reads standard input.

    Nothing is fetched. Where the database of this installation can be reached it tells the keys of its own issuers and
    whether a badge was taken back.

    \b
    Ends with 0 when the badge holds, 1 when it does not, 3 when that cannot be told here,
    and 2 when a file cannot be read.
    """
    start_logging("ERROR")
    content = _read(file, MAX_FILE_BYTES)
    given = [_methods_in(document) for document in did_documents]
    with _own_database() as (database, problem), closing(Checker()) as checker:
        found = _found(content, given, database, problem, checker)
    click.echo(as_json(found) if wants_json else "\n".join(as_lines(found)))
    command.exit(EXIT_CODES[found.outcome])


def _found(
    content: bytes,
    given: list[tuple[str, tuple[KeyMethod, ...]]],
    database: Database | None,
    no_database: str,
    checker: Checker,
) -> Found:
    own = None
    if database is not None:
        with database.reading() as tx:
            own = own_issuers(tx)
    # Of our own issuers the database has the last word: a document may still name a key that was withdrawn.
    taken = [(did, methods) for did, methods in given if own is None or not own.are(did)]
    keys = {method: key for _did, methods in taken for method, key in asserting_keys(methods).items()}
    checked = checker.check(content, now=SystemClock().now(), known_keys={**keys, **(own.keys if own else {})})
    standing = None
    if database is not None and checked.signed and checked.says is not None:
        with database.reading() as tx:
            standing = standing_of(tx, checked.says)
    return Found(
        checked=checked,
        own=own,
        no_database=no_database,
        standing=standing,
        given_dids=tuple(did for did, _methods in given),
        left_aside=tuple(did for did, _methods in given if own is not None and own.are(did)),
    )


def _read(file: Path, most: int) -> bytes:
    """Read a file up to one byte more than may be; who checks it sees that it is too large."""
    try:
        if str(file) == "-":
            return _read_up_to(sys.stdin.buffer, most)
        with file.open("rb") as stream:
            return _read_up_to(stream, most)
    except OSError as error:
        raise ToolError("file-not-readable", f"{file}: {error.strerror}") from error


def _read_up_to(stream: BinaryIO, most: int) -> bytes:
    return stream.read(most + 1)


def _methods_in(file: Path) -> tuple[str, tuple[KeyMethod, ...]]:
    """Return whose DID document it is, and the keys in it: that it is theirs is the word of who gave it."""
    content = _read(file, MAX_DID_DOCUMENT_BYTES)
    try:
        did = parse_json_object(content).get("id") if len(content) <= MAX_DID_DOCUMENT_BYTES else ""
        return str(did), methods_of(content, str(did))
    except CredentialInvalid as problem:
        raise ToolError("did-document-not-readable", f"{file}: {problem.problem}") from problem
    except ValueError as error:
        raise ToolError("did-document-not-readable", f"{file}: not a JSON object") from error


@contextmanager
def _own_database() -> Iterator[tuple[Database | None, str]]:
    """Open the database of this installation, only to read; or say why there is none to look in."""
    try:
        address = load_settings().database_address
    except SettingsInvalid as error:
        yield None, error.detail
        return
    # Connecting would make an empty one.
    if address.startswith(_SQLITE) and not Path(address.removeprefix(_SQLITE).partition("?")[0]).is_file():
        yield None, "there is no database yet"
        return
    database = Database(address)
    try:
        problem = _why_unusable(database)
        yield (None if problem else database), problem
    finally:
        database.dispose()


def _why_unusable(database: Database) -> str:
    try:
        return "" if current_revision(database) == newest_revision() else "run `mijlpaal db upgrade` first"
    except SQLAlchemyError as error:
        return f"the database cannot be reached: {type(error).__name__}"

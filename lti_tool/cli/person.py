"""`mijlpaal person`: what is kept about somebody, to give to them or to erase."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import click

from config.errors import ToolError
from lti_tool.cli.building import ready_tool
from lti_tool.cli.one_line import on_one_line
from lti_tool.personal_data.erase import erase_person
from lti_tool.personal_data.export import export_person
from lti_tool.personal_data.find import find_people


@click.group()
def person() -> None:
    """Answer what people may ask about their own data."""


@person.command()
@click.argument("text")
def find(text: str) -> None:
    """Find people by a part of their name or e-mail address, or by their id on the platform."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        people = find_people(tx, text)
    for one in people:
        name, email, subject = (on_one_line(text) for text in (one.name, one.email, one.subject))
        click.echo(f"{one.person_id}  {name}  {email}  {one.platform} user {subject}")
    if not people:
        click.echo("Nobody found.")


@person.command()
@click.argument("person_id", type=click.UUID)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a new file, readable by you only."
)
def export(person_id: uuid.UUID, out: Path | None) -> None:
    """Write everything that is kept about one person as JSON."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        document = json.dumps(export_person(tx, person_id), ensure_ascii=False, indent=2)
    if out is None:
        click.echo(document)
        return
    try:
        out.touch(mode=0o600, exist_ok=False)
        out.write_text(document + "\n", encoding="utf-8")
    except OSError as error:
        raise ToolError("not-written", f"{out}: {error.strerror}") from None
    click.echo(f"Written to {out}. Give it to the person in a safe way and delete it.")


@person.command()
@click.argument("person_id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(person_id: uuid.UUID, yes: bool) -> None:
    """Erase one person: name, address, words and work, and what makes badges point at them. Cannot be undone."""
    tool = ready_tool()
    if not yes:
        click.confirm("Erased is erased: nobody can bring it back. Go on?", abort=True)
    with tool.db.transaction() as tx:
        erase_person(tx, person_id, now=tool.clock.now())
    click.echo("Erased. Points and awards stay as numbers without a person; shared badges are gone.")
    click.echo("Not reached from here: the platform's gradebook, files that were downloaded, and backups.")

"""The `mijlpaal` command: one group, one file for each noun."""

from __future__ import annotations

import sys

import click

from config.errors import ToolError
from lti_tool.cli.admin import admin
from lti_tool.cli.check import check
from lti_tool.cli.database import db
from lti_tool.cli.demo import demo, demo_platform
from lti_tool.cli.issuer import issuer
from lti_tool.cli.keys import keys
from lti_tool.cli.ledger import ledger
from lti_tool.cli.outbox import outbox
from lti_tool.cli.person import person
from lti_tool.cli.platform import platform
from lti_tool.cli.serve import serve
from lti_tool.cli.settings import settings
from lti_tool.cli.verify import verify
from lti_tool.cli.worker import worker


@click.group()
@click.version_option(package_name="mijlpaal")
def commands() -> None:
    """Mijlpaal: points, a percentage and signed badges inside Moodle and Canvas."""


for command in (
    serve,
    worker,
    check,
    db,
    settings,
    platform,
    admin,
    person,
    issuer,
    keys,
    outbox,
    ledger,
    verify,
    demo,
    demo_platform,
):
    commands.add_command(command)


def main() -> None:
    """Run the command; a known problem is one line on standard error and exit code 2, never a stack trace."""
    try:
        commands()
    except ToolError as error:
        click.echo(f"mijlpaal: {error}", err=True)
        sys.exit(2)

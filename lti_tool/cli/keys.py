"""`mijlpaal keys`: the keys with which the tool signs towards platforms."""

from __future__ import annotations

import click

from lti_tool.cli.building import ready_tool
from lti_tool.roster.signing_keys import rotate_signing_key


@click.group()
def keys() -> None:
    """Look after the tool's own keys."""


@keys.command()
@click.option("--at-once", is_flag=True, help="The old key is compromised: withdraw it now and sign with the new one.")
def rotate(at_once: bool) -> None:
    """Make a new key. It is published now and signs from tomorrow; the old one stays published for a week after."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        key_id = rotate_signing_key(tx, tool.box, now=tool.clock.now(), at_once=at_once)
    click.echo(f"New key {key_id}: {'signs from now on' if at_once else 'published now, signs from tomorrow'}.")

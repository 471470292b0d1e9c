"""`mijlpaal admin`: the way into the admin console without an LMS."""

from __future__ import annotations

import click

from lti_tool.cli.building import ready_tool
from lti_tool.roster.invitations import make_invitation
from lti_tool.roster.platform_models import InvitationPurpose


@click.group()
def admin() -> None:
    """Open the admin console."""


@admin.command("link")
def link() -> None:
    """Make an address that opens the console of the whole service, once, within a day."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        invitation = make_invitation(tx, InvitationPurpose.CONSOLE, days=1, now=tool.clock.now())
    click.echo("Open this address in a browser. It is not shown again.")
    click.echo(f"  {tool.url(f'/admin/enter/{invitation.secret}')}")
    click.echo(f"It works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC.")

"""`mijlpaal outbox`: what is still to be sent or signed, and what was given up."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from config.outbox import MessageState, OutboxMessage, revive
from lti_tool.cli.building import ready_tool


@click.group()
def outbox() -> None:
    """Look after the outbox."""


@outbox.command()
def status() -> None:
    """Count the messages by state, and show those that were given up."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        counts = tx.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
        for state, count in sorted(counts):
            click.echo(f"{state:8} {count}")
        for message in tx.execute(select(OutboxMessage).where(OutboxMessage.state == MessageState.DEAD)).scalars():
            click.echo(f"dead {message.id} {message.type} attempts {message.attempts}: {message.last_error}")


@outbox.command()
def retry() -> None:
    """Let every message that was given up try again."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        dead = tx.execute(select(OutboxMessage.id).where(OutboxMessage.state == MessageState.DEAD)).scalars().all()
        count = revive(tx, dead, now=tool.clock.now())
    click.echo(f"{count} message(s) will be tried again.")

"""`mijlpaal outbox`: what is still to be sent or signed, and what was given up."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from config.outbox import MessageState, OutboxMessage, revive
from lti_tool.cli.building import ready_tool
from lti_tool.roster.promises import CLOSED


@click.group()
def outbox() -> None:
    """Look after the outbox."""


_WHAT_HELPS = {
    "key-locked": "no secret opens the issuer's key: put the secret of before back into MIJLPAAL_KEY_SECRETS; "
    "nothing is lost, it goes on by itself",
    CLOSED: "somebody closed the place that it is for: `mijlpaal platform approve-deployment` sends it at once",
}


@outbox.command()
def status() -> None:
    """Count the messages by state, say what those that wait met, and show those that were given up."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        counts = tx.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
        for state, count in sorted(counts):
            click.echo(f"{state:8} {count}")
        met = tx.execute(
            select(OutboxMessage.type, OutboxMessage.last_error, func.count())
            .where(OutboxMessage.state == MessageState.WAITING, OutboxMessage.last_error != "")
            .group_by(OutboxMessage.type, OutboxMessage.last_error)
        ).all()
        for type, error, count in sorted(met):
            helps = f" ({_WHAT_HELPS[error]})" if error in _WHAT_HELPS else ""
            click.echo(f"waiting {type}: {count} met {error}{helps}")
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

"""`mijlpaal ledger`: whether every balance is the sum of its entries, and every entry what the rules say."""

from __future__ import annotations

import uuid

import click

from gamification.reconcile import LedgerDifference, compare_learners
from lti_tool.cli.building import ready_tool


@click.group()
def ledger() -> None:
    """Look after the points."""


@ledger.command()
@click.option("--course", type=click.UUID, default=None, help="Compare one course; without it, all of them.")
@click.pass_context
def reconcile(command: click.Context, course: uuid.UUID | None) -> None:
    """Compare the points of every learner with the rules; changes nothing.

    Prints a line with ids, no names, for each thing that does not agree, and ends with exit code 1 when there is one.
    Learners whom the background is still to bring to the newest rules are counted apart: nothing is wrong with them.
    """
    tool = ready_tool()
    learners = wrong = waiting = 0
    with tool.db.reading() as tx:
        if not tool.db.is_sqlite:
            # One picture of the whole, so that what is recorded meanwhile is no difference. SQLite always gives one.
            tx.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        for _person_id, differences in compare_learners(tx, course):
            learners += 1
            for difference in differences:
                waiting += difference.is_waiting
                wrong += not difference.is_waiting
                click.echo(_line(difference))
    click.echo(f"{learners} learner(s) compared: {wrong} difference(s), {waiting} waiting for the newest rules.")
    if wrong:
        command.exit(1)


def _line(difference: LedgerDifference) -> str:
    what = f"{difference.kind} {difference.effect_key}".strip()
    return (
        f"course {difference.context_id} learner {difference.person_id} {what}: "
        f"expected {difference.expected}, found {difference.found}"
    )

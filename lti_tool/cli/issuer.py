"""`mijlpaal issuer`: who issues the badges, and the keys they are signed with."""

from __future__ import annotations

import uuid

import click

from badges.issuer import list_issuers, rotate_key
from config import outbox
from lti_tool.cli.building import ready_tool
from lti_tool.messages import MessageType


@click.group()
def issuer() -> None:
    """Look after the issuers of badges."""


@issuer.command("list")
def list_command() -> None:
    """Show each issuer with its identifier and since when its key signs."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        for one in list_issuers(tx):
            click.echo(
                f"{one.issuer_profile_id}  {one.name}  {one.did}  "
                f"key {one.keys}, signs since {one.signing_since:%Y-%m-%d}"
            )


@issuer.command("rotate-key")
@click.argument("issuer_id", type=click.UUID)
@click.option(
    "--compromised",
    is_flag=True,
    help="Somebody else may have the old key: nothing it signed is to be believed, and every badge is signed again.",
)
def rotate(issuer_id: uuid.UUID, compromised: bool) -> None:
    """Give an issuer a new key, which signs from now on. What the old key signed still holds."""
    tool = ready_tool()
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        again = rotate_key(tx, tool.box, issuer_id, compromised=compromised, now=now)
        outbox.put_many(
            tx,
            MessageType.ISSUE_CREDENTIAL,
            [({"award_id": award_id}, str(award_id)) for award_id in again],
            now=now,
        )
        did = next(one.did for one in list_issuers(tx) if one.issuer_profile_id == issuer_id)
    click.echo(f"A new key signs for {did} from now on.")
    if did.startswith("did:key:"):
        click.echo("A did:key is its key, so this issuer has a new identifier. Tell those who keep a list of issuers.")
    if compromised:
        click.echo(f"{len(again)} badge(s) will be signed again. Their holders must download them again.")

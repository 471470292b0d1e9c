"""`mijlpaal platform`: which platforms may launch the tool."""

from __future__ import annotations

import uuid

import click

from config.errors import Conflict, ToolError
from lti_tool.cli.building import ready_tool
from lti_tool.cli.one_line import on_one_line
from lti_tool.lti.dynamic_registration import PersonalData
from lti_tool.roster.deployment_origins import origins_of_deployment
from lti_tool.roster.invitations import DAYS, MOST_DAYS, list_attempts, list_invitations, make_invitation
from lti_tool.roster.models import DeploymentState
from lti_tool.roster.platform_models import AttemptState, InvitationPurpose
from lti_tool.roster.registrations import (
    add_registration,
    approve_deployment,
    find_deployment,
    forget_waiting_deployments,
    hold_deployment,
    list_registrations,
    remove_registration,
    set_personal_data,
)


@click.group()
def platform() -> None:
    """Register platforms (Moodle, Canvas, …)."""


@platform.command("add")
@click.option("--issuer", required=True, help="Platform ID, exactly as the platform shows it.")
@click.option("--client-id", required=True, help="Client ID that the platform gave this tool.")
@click.option("--auth-login-url", required=True, help="Authentication request URL.")
@click.option("--auth-token-url", required=True, help="Access token URL.")
@click.option("--jwks-url", required=True, help="Public keyset URL.")
@click.option("--deployment", "deployments", multiple=True, required=True, help="Deployment ID; may be repeated.")
@click.option(
    "--personal-data",
    type=click.Choice([choice.value for choice in PersonalData]),
    help="What is kept of people. When left out: names, or of a known platform what was chosen before.",
)
def add(
    issuer: str,
    client_id: str,
    auth_login_url: str,
    auth_token_url: str,
    jwks_url: str,
    deployments: tuple[str, ...],
    personal_data: str | None,
) -> None:
    """Register a platform, or bring its registration up to date."""
    tool = ready_tool()
    for option, url in (
        ("auth-login-url", auth_login_url),
        ("auth-token-url", auth_token_url),
        ("jwks-url", jwks_url),
    ):
        if url.startswith("http://") and not tool.settings.allow_loopback:
            raise ToolError("not-https", f"--{option} must be https (http only with MIJLPAAL_ALLOW_LOOPBACK)")
    with tool.db.transaction() as tx:
        registration, is_new = add_registration(
            tx,
            issuer=issuer,
            client_id=client_id,
            auth_login_url=auth_login_url,
            auth_token_url=auth_token_url,
            jwks_url=jwks_url,
            deployments=deployments,
            now=tool.clock.now(),
        )
        if personal_data is not None:
            set_personal_data(tx, registration, PersonalData(personal_data))
        found = [find_deployment(tx, registration.id, external_id) for external_id in deployments]
        closed = [one.external_deployment_id for one in found if one and one.state == DeploymentState.HELD]
    click.echo(f"{'Registered' if is_new else 'Updated'} {issuer} with client {client_id}.")
    for external_id in closed:
        click.echo(f"Deployment {on_one_line(external_id)} stays closed: approve-deployment opens it.")
    click.echo("Give the platform these addresses:")
    click.echo(f"  Tool URL and redirect URI  {tool.url('/lti/launch')}")
    click.echo(f"  Initiate login URL         {tool.url('/lti/login')}")
    click.echo(f"  Public keyset URL          {tool.url('/lti/jwks')}")


@platform.command("invite")
@click.option(
    "--days", default=DAYS, show_default=True, type=click.IntRange(1, MOST_DAYS), help="How long it can be used."
)
@click.option("--note", default="", help="Whom it is for; shown in the admin console.")
def invite(days: int, note: str) -> None:
    """Make an address with which an administrator registers one platform, once."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        invitation = make_invitation(tx, InvitationPurpose.REGISTER, note=note, days=days, now=tool.clock.now())
    click.echo("Paste this address into the platform, where it registers tools. It is not shown again.")
    click.echo(f"  {tool.url(f'/lti/register/{invitation.secret}')}")
    click.echo(f"It works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC.")


@platform.command("list")
def list_command() -> None:
    """Show the registrations with their ids, their deployments, and what waits for a decision."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        for registration, deployments in list_registrations(tx):
            name = f"  {on_one_line(registration.account_name)}" if registration.account_name else ""
            kept = "" if registration.keeps_names else "  without names"
            kept += "  with e-mail addresses" if registration.keeps_email else ""
            click.echo(f"{registration.issuer}  client {registration.client_id}{name}{kept}")
            click.echo(f"  id {registration.id}")
            for deployment in deployments:
                click.echo(
                    f"  deployment {on_one_line(deployment.external_deployment_id)}  {deployment.state}"
                    f"{f'  {on_one_line(deployment.name)}' if deployment.name else ''}"
                )
                for origin in origins_of_deployment(tx, registration, deployment.id):
                    click.echo(f"    opens in pages of {origin}")
        for invitation in list_invitations(tx, InvitationPurpose.REGISTER, now=tool.clock.now()):
            click.echo(f"Invitation until {invitation.expires_at:%Y-%m-%d %H:%M} UTC  {on_one_line(invitation.note)}")
        for attempt in list_attempts(tx, limit=20):
            if attempt.state != AttemptState.DONE:
                click.echo(
                    f"Attempt {attempt.reference} of {attempt.begun_at:%Y-%m-%d %H:%M} UTC  "
                    f"{on_one_line(attempt.issuer or attempt.configuration_url)}  {attempt.state}"
                    f"{f' ({attempt.problem})' if attempt.problem else ''}"
                    f"{f'  client {on_one_line(attempt.client_id)}' if attempt.client_id else ''}"
                )


@platform.command("approve-deployment")
@click.argument("registration_id", type=click.UUID)
@click.argument("deployment")
def approve(registration_id: uuid.UUID, deployment: str) -> None:
    """Let launches in from a deployment that waits or was held (see `list`)."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        approve_deployment(tx, registration_id, deployment, now=tool.clock.now())
    click.echo("Approved. Its next launch is let in.")


@platform.command("hold-deployment")
@click.argument("registration_id", type=click.UUID)
@click.argument("deployment")
def hold(registration_id: uuid.UUID, deployment: str) -> None:
    """Let launches of a deployment in no more. Its courses, points and badges stay; what is to be sent there waits."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        hold_deployment(tx, registration_id, deployment)
    click.echo("Held. Its launches are refused until it is approved again.")


@platform.command("remove")
@click.argument("registration_id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(registration_id: uuid.UUID, yes: bool) -> None:
    """Remove a registration that nobody has used; one with courses or people is held, deployment by deployment."""
    tool = ready_tool()
    if not yes:
        click.confirm("The platform cannot launch any more until it is registered again. Go on?", abort=True)
    try:
        with tool.db.transaction() as tx:
            removed = remove_registration(tx, registration_id)
    except Conflict:
        what = "it has courses or people, which stay; use `mijlpaal platform hold-deployment` to close its door"
        raise ToolError("registration-in-use", what) from None
    click.echo(f"Removed {removed.issuer} with client {removed.client_id}. Remove the tool there as well.")


@platform.command("forget-waiting")
def forget_waiting() -> None:
    """Forget the deployments that wait for a decision: of each registration, fifty at most are kept."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        count = forget_waiting_deployments(tx)
    click.echo(f"{count} waiting deployment(s) forgotten. A new launch brings one back.")

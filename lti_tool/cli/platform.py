"""`mijlpaal platform`: which platforms may launch the tool."""

from __future__ import annotations

import click

from config.errors import ToolError
from lti_tool.cli.building import ready_tool
from lti_tool.roster.registrations import add_registration, forget_waiting_deployments, list_registrations


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
def add(
    issuer: str, client_id: str, auth_login_url: str, auth_token_url: str, jwks_url: str, deployments: tuple[str, ...]
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
        _registration, is_new = add_registration(
            tx,
            issuer=issuer,
            client_id=client_id,
            auth_login_url=auth_login_url,
            auth_token_url=auth_token_url,
            jwks_url=jwks_url,
            deployments=deployments,
            now=tool.clock.now(),
        )
    click.echo(f"{'Registered' if is_new else 'Updated'} {issuer} with client {client_id}.")
    click.echo("Give the platform these addresses:")
    click.echo(f"  Tool URL and redirect URI  {tool.url('/lti/launch')}")
    click.echo(f"  Initiate login URL         {tool.url('/lti/login')}")
    click.echo(f"  Public keyset URL          {tool.url('/lti/jwks')}")


@platform.command("list")
def list_command() -> None:
    """Show the registrations, their deployments, and which deployments wait for a decision."""
    tool = ready_tool()
    with tool.db.reading() as tx:
        for registration, deployments in list_registrations(tx):
            click.echo(f"{registration.issuer}  client {registration.client_id}  {registration.name}")
            for deployment in deployments:
                click.echo(f"  deployment {deployment.external_deployment_id}  {deployment.state}")


@platform.command("forget-waiting")
def forget_waiting() -> None:
    """Forget the deployments that wait for a decision: of each registration, fifty at most are kept."""
    tool = ready_tool()
    with tool.db.transaction() as tx:
        count = forget_waiting_deployments(tx)
    click.echo(f"{count} waiting deployment(s) forgotten. A new launch brings one back.")

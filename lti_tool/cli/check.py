"""`mijlpaal check`: is this site set up as it should be? Asks the database, Redis and its own public address."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from config.doorbell import Doorbell
from config.errors import PlatformFailed, ToolError
from config.http import HttpClient
from config.settings import Settings, load_settings
from lti_tool.cli.building import ready_tool
from lti_tool.tool import USER_AGENT
from lti_tool.web.proxies import SENTENCES, Forwarded, problem_of

_GATEWAY_STATUSES = {502, 504}


class _Wrong(Exception):
    """Something to mend; the text says what."""


@click.command()
def check() -> None:
    """See whether this site is set up well: settings, database, Redis, and the way in from outside.

    Ends with 1 when something must be mended.
    """
    settings = load_settings()
    checks: list[tuple[str, Callable[[Settings], str]]] = [("Settings", _settings), ("Database", _database)]
    if settings.redis_url:
        checks.append(("Redis", _redis))
    checks.append(("Way in", _way_in))
    is_well = True
    for name, run in checks:
        try:
            click.echo(f"{name}: {run(settings)}")
        except _Wrong as wrong:
            is_well = False
            click.echo(f"{name}: TO MEND: {wrong}")
    sys.exit(0 if is_well else 1)


def _settings(settings: Settings) -> str:
    if settings.serving_problems:
        raise _Wrong("; ".join(settings.serving_problems))
    return f"fine, for {settings.public_url}"


def _database(settings: Settings) -> str:
    try:
        ready_tool(settings).db.dispose()
    except ToolError as error:
        raise _Wrong(error.detail) from None
    return "answers, with the schema of this release"


def _redis(settings: Settings) -> str:
    bell = Doorbell(settings.redis_url)
    try:
        if not bell.is_there():
            raise _Wrong("does not answer; scores and badges then wait up to a second. Look at MIJLPAAL_REDIS_URL")
    finally:
        bell.close()
    return "answers"


def _way_in(settings: Settings) -> str:
    """Ask our own public address, as a browser would, how the request arrived."""
    url = f"{settings.public_url}/health/ready"
    http = HttpClient(allow_loopback=settings.allow_loopback, user_agent=USER_AGENT)
    try:
        response = http.send("GET", url)
    except PlatformFailed as failed:
        raise _Wrong(f"{url} does not answer from here ({failed.code}). Open it in a browser elsewhere") from None
    if response.status in _GATEWAY_STATUSES:
        raise _Wrong(f"the proxy at {url} does not reach `mijlpaal serve` (status {response.status})")
    try:
        proxies = response.json()["proxies"]
        forwarded = Forwarded(int(proxies["addresses"]), str(proxies["scheme"]))
    except (PlatformFailed, KeyError, TypeError, ValueError):
        raise _Wrong(f"{url} is answered by something else than Mijlpaal (status {response.status})") from None
    is_https_site = settings.public_url.startswith("https://")
    problem = problem_of(forwarded, trusted=settings.trusted_proxies, is_https_site=is_https_site)
    if problem is not None:
        seen = f"X-Forwarded-For named {forwarded.addresses}, MIJLPAAL_TRUSTED_PROXIES is {settings.trusted_proxies}"
        raise _Wrong(f"{SENTENCES[problem]} ({seen})")
    if response.status != 200:
        raise _Wrong(f"{url} answers with status {response.status}: {response.json().get('database', '')}")
    return f"{settings.public_url} answers, through as many proxies as are trusted: {settings.trusted_proxies}"

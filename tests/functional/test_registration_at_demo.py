"""The demo LMS registers the tool as an administrator there would let it: as Moodle, and as Canvas."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import CANVAS_PROFILE, MOODLE_PROFILE, PlatformProfile
from lti_tool.demo_platform.roster import ADMINISTRATOR
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.roster.models import Registration
from lti_tool.roster.registrations import list_registrations
from tests.factories.launch import TOOL_URL
from tests.factories.local_server import Answer, LocalServer, Received
from tests.functional.conftest import Site
from tests.functional.test_registration import invite, say_yes, sealed_in


class Served:
    """The demo LMS behind a real address."""

    def __init__(self, directory: Path, profile: PlatformProfile) -> None:
        self.server = LocalServer(self._answer)
        settings = PlatformSettings(
            issuer_url=self.server.url, tool_url=TOOL_URL, database_path=directory / "lms.sqlite3", profile=profile
        )
        self.app: Flask = create_platform(settings, None, lambda _url: b"{}")

    def _answer(self, received: Received) -> Answer:
        response = self.app.test_client().open(
            received.target,
            method=received.method,
            headers={name: value for name, value in received.headers.items() if name != "content-length"},
            data=received.body,
            base_url=self.server.url,
        )
        return Answer(response.status_code, response.get_data(), {"Content-Type": response.content_type})

    def sends(self, secret: str, tool_id: str = "") -> str:
        """Paste our address there, and return where the LMS leads its frame."""
        query = {"address": f"{TOOL_URL}/lti/register/{secret}"} | ({"tool": tool_id} if tool_id else {})
        page = self.app.test_client().get(
            f"/as/{ADMINISTRATOR.key}/tools/register", query_string=query, base_url=self.server.url
        )
        found = re.search(r'<iframe[^>]* src="([^"]+)"', page.get_data(as_text=True))
        assert found, page.get_data(as_text=True)
        parts = urlsplit(html.unescape(found.group(1)))
        return f"{parts.path}?{parts.query}"


@pytest.fixture(params=[MOODLE_PROFILE, CANVAS_PROFILE], ids=["moodle", "canvas"])
def lms(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path, request.param)
    with served.server:
        yield served


def go_through(site: Site, lms: Served, *, tool_id: str = "") -> TestResponse:
    secret = invite(site)
    page = site.client().get(lms.sends(secret, tool_id), base_url=TOOL_URL)
    assert page.status_code == 200, page.get_data(as_text=True)
    done = say_yes(site, secret, sealed_in(page), follow_redirects=True)
    assert done.status_code == 200, done.get_data(as_text=True)
    return done


def kept(site: Site, lms: Served) -> list[tuple[Registration, list[str]]]:
    with site.tool.db.reading() as tx:
        return [
            (registration, [deployment.external_deployment_id for deployment in deployments])
            for registration, deployments in list_registrations(tx)
            if registration.issuer == lms.server.url
        ]


def test_demo_lms_when_it_registers_the_tool_is_kept_and_knows_the_tool(sqlite_site: Site, lms: Served) -> None:
    go_through(sqlite_site, lms)

    ((registration, deployments),) = kept(sqlite_site, lms)
    tools = lms.app.test_client().get(f"/as/{ADMINISTRATOR.key}/tools", base_url=lms.server.url).get_data(as_text=True)
    assert registration.client_id
    assert registration.jwks_url == f"{lms.server.url}/lti/jwks"
    assert (registration.product_family == "canvas") == (deployments == [])
    assert "Mijlpaal" in tools


def test_demo_lms_when_it_registers_the_tool_again_is_brought_up_to_date(sqlite_site: Site, lms: Served) -> None:
    go_through(sqlite_site, lms)
    ((first, _deployments),) = kept(sqlite_site, lms)

    go_through(sqlite_site, lms)

    ((second, deployments),) = kept(sqlite_site, lms)
    assert second.id == first.id
    assert second.client_id != first.client_id
    assert len(deployments) <= 1

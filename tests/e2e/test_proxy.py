"""The launch through a real proxy: nginx with the file that we give to administrators, over TLS, in a real browser."""

from __future__ import annotations

import os
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPSConnection
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from playwright.sync_api import Browser, expect

from config.settings import child_environment
from lti_tool.cli.demo import Demo
from lti_tool.demo_platform.settings import PlatformSettings
from tests.conftest import REQUIRE_ALL
from tests.e2e.test_thread import learner_begins, open_in_frame, teacher_publishes
from tests.factories.certificate import write_certificate
from tests.factories.ports import free_port
from tests.interop.lms_of_others import MIJLPAAL, eventually, wait_until_answered

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
LIE = "203.0.113.66"

pytestmark = pytest.mark.skipif(NGINX is None and not REQUIRE_ALL, reason="the proxy test needs nginx")


@dataclass(frozen=True)
class Site:
    """A demo LMS, and the tool behind nginx."""

    demo: Demo
    plain_url: str
    """Where nginx listens for http."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    port = free_port(in_a_row=4)
    lms_url, tool_url = f"http://localhost:{port}", f"https://127.0.0.1:{port + 1}"
    plain_url, inside_url = f"http://127.0.0.1:{port + 2}", f"http://127.0.0.1:{port + 3}"
    lms = PlatformSettings(issuer_url=lms_url, tool_url=tool_url, database_path=tmp_path / "lms.sqlite3")
    environment = child_environment(
        {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": tool_url,
            "DATA_DIR": str(tmp_path),
            "TRUSTED_PROXIES": "1",
            "ALLOW_LOOPBACK": "true",
            "LOG_LEVEL": "WARNING",
        }
    )
    for command in (
        ["db", "upgrade"],
        [
            *("platform", "add", "--issuer", lms.issuer_url, "--client-id", lms.client_id),
            *("--auth-login-url", lms.authorization_url, "--auth-token-url", lms.token_url),
            *("--jwks-url", lms.jwks_url, "--deployment", lms.deployment_id),
        ],
    ):
        subprocess.run([*MIJLPAAL, *command], env=environment, check=True, capture_output=True)
    ports = {"tls": port + 1, "plain": port + 2, "inside": port + 3}
    services = {
        "tool": [*MIJLPAAL, "serve", "--port", str(port + 3)],
        "lms": [
            *(*MIJLPAAL, "demo-platform", "--port", str(port), "--tool-url", tool_url),
            *("--database", str(lms.database_path)),
        ],
        "nginx": nginx_command(tmp_path, ports),
    }
    with ExitStack() as at_the_end:
        processes = {}
        for name, command in services.items():
            log = at_the_end.enter_context((tmp_path / f"{name}.log").open("wb"))
            processes[name] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            at_the_end.callback(processes[name].wait, 40)
            at_the_end.callback(processes[name].terminate)
        for url in (f"{inside_url}/health/ready", f"{lms_url}/"):
            wait_until_answered(url, tmp_path)
        yield Site(Demo(lms_url, tool_url, processes), plain_url)


def nginx_command(directory: Path, ports: dict[str, int]) -> list[str]:
    """Write deploy/nginx.conf as an administrator would, with other ports, and a frame around it that needs no root."""
    assert NGINX is not None, "the proxy test needs nginx"
    certificate, key = write_certificate(directory, [x509.IPAddress(ip_address("127.0.0.1"))])
    server = (ROOT / "deploy" / "nginx.conf").read_text()
    for written, here in {
        "listen 80;": f"listen 127.0.0.1:{ports['plain']};",
        "listen 443 ssl;": f"listen 127.0.0.1:{ports['tls']} ssl;",
        "mijlpaal.example.org": "127.0.0.1",
        "/etc/ssl/mijlpaal/fullchain.pem": str(certificate),
        "/etc/ssl/mijlpaal/privkey.pem": str(key),
        "http://127.0.0.1:8000": f"http://127.0.0.1:{ports['inside']}",
    }.items():
        assert written in server
        server = server.replace(written, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (directory / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\npid {directory}/nginx.pid;\nevents {{}}\n"
        "http {\naccess_log off;\ntypes { text/css css; }\n"
        + "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in kinds)
        + server
        + "}\n"
    )
    return [NGINX, "-p", str(directory), "-e", "stderr", "-c", str(directory / "nginx.conf")]


def test_a_course_is_played_in_a_frame_through_nginx(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="nl-NL", reduced_motion="reduce", ignore_https_errors=True)
    encodings: list[str] = []
    context.on(
        "response",
        lambda response: (
            encodings.append(response.headers.get("content-encoding", ""))
            if response.url.startswith(f"{site.demo.tool_url}/s/")
            else None
        ),
    )

    teacher_page, teacher = open_in_frame(context, site.demo, "mila")
    teacher_publishes(teacher, teacher_page)
    learner_page, learner = open_in_frame(context, site.demo, "zoe")
    learner_begins(learner, learner_page, "proxy-zoe")

    expect(learner.locator("h1")).to_be_visible()
    assert "gzip" in encodings
    ours = [cookie for cookie in context.cookies(site.demo.tool_url) if cookie["name"].startswith("__")]
    assert ours
    assert all(cookie["secure"] for cookie in ours)
    context.close()


def test_nginx_says_how_a_request_came_and_not_what_a_browser_says(browser: Browser, site: Site) -> None:
    context = browser.new_context(ignore_https_errors=True)
    ready = f"{site.demo.tool_url}/health/ready"

    honest = context.request.get(ready).json()["proxies"]
    lying = context.request.get(ready, headers={"X-Forwarded-For": f"{LIE}, {LIE}", "X-Forwarded-Proto": "http"})
    plain = context.request.get(f"{site.plain_url}/s/x", max_redirects=0)

    assert honest == {"trusted": 1, "addresses": 1, "scheme": "https", "problem": ""}
    assert lying.json()["proxies"] == honest
    assert (plain.status, plain.headers["location"]) == (301, "https://127.0.0.1/s/x")
    context.close()


def test_nginx_when_the_service_does_not_answer_writes_down_nothing_of_the_request(tmp_path: Path) -> None:
    port, log = free_port(in_a_row=3), tmp_path / "nginx.log"
    with log.open("wb") as stream:
        command = nginx_command(tmp_path, {"tls": port, "plain": port + 1, "inside": port + 2})
        process = subprocess.Popen(command, stderr=stream)
    try:
        target = "/lti/register/SECRET-INVITATION?registration_token=SECRET-TOKEN"

        assert eventually(lambda: status_of(port, target) == 502)
    finally:
        process.terminate()
        process.wait(40)
    assert "SECRET" not in log.read_text()


def status_of(port: int, target: str) -> int:
    """Return the status of the answer over TLS, whoever signed the certificate; 0 where nobody listens."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, context=anybody, timeout=20)
    try:
        connection.request("GET", target)
        return connection.getresponse().status
    except ConnectionRefusedError:
        return 0
    finally:
        connection.close()

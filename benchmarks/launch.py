"""A whole launch, CPU time in this process: login, launch, first page.

Ours: state and nonce in the database, every check of the security framework, person, course and session kept, the
learner's page with ten tasks rendered. Bare: an app of a dozen lines on pylti1p3 alone, state in memory, the key set
in memory, a page of one word. Both get the same token, signed by the same key, through werkzeug's test client.
The steps of ours are measured apart, to see where the time goes.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask import session as flask_session
from flask.testing import FlaskClient
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfDict

from config.clock import SystemClock
from config.migrate import upgrade
from config.settings import load_settings
from gamification.publish import TaskDraft
from lti_tool.app import create_app
from lti_tool.course.membership import welcome
from lti_tool.course.set_up import publish_course
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.registrations import add_registration
from lti_tool.roster.session_models import LaunchSession
from lti_tool.roster.signing_keys import ensure_signing_key
from lti_tool.tool import Tool
from lti_tool.web.current import EXTENSION
from lti_tool.web.lti.views import BROWSER_COOKIE
from tests.factories.launch import (
    CLIENT_ID,
    DEPLOYMENT_ID,
    INSTRUCTOR,
    ISSUER,
    TARGET_LINK_URI,
    TOOL_URL,
    make_launch_payload,
    platform_keys,
)
from tests.factories.local_server import Answer, LocalServer

ROUNDS = 5
LAUNCHES = 60
AUTH_LOGIN_URL = "https://lms.example/moodle/auth.php"
LOGIN = {"iss": ISSUER, "login_hint": "5", "target_link_uri": TARGET_LINK_URI, "client_id": CLIENT_ID}


def run() -> Iterator[dict[str, Any]]:
    """Yield one line per side, one per step of ours, and the ratio."""
    key_server = LocalServer(lambda _received: Answer(body=platform_keys().jwks_body()))
    with key_server as keys, tempfile.TemporaryDirectory() as directory:
        ours, browser = _our_app(Path(directory), keys.url)
        bare = _bare_app()
        steps: dict[str, list[float]] = {}
        sides: dict[str, Callable[[], None]] = {
            "bare pylti1p3": lambda: _launch(bare.test_client(), {}),
            "mijlpaal": lambda: _launch(_known_browser(ours, browser), steps),
        }
        for launch in sides.values():
            for _ in range(10):
                launch()
        steps.clear()
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, launch in sides.items():
                gc.collect()
                began = time.process_time()
                for _ in range(LAUNCHES):
                    launch()
                times[name].append((time.process_time() - began) / LAUNCHES * 1000)
    for name, values in times.items():
        yield {"side": name, "cpu_ms_per_launch": round(median(values), 2), "rounds": [round(v, 2) for v in values]}
    for step, values in steps.items():
        yield {"side": "mijlpaal", "step": step, "cpu_ms": round(median(values) * 1000, 2)}
    ratio = median(times["mijlpaal"]) / median(times["bare pylti1p3"])
    yield {"ratio": round(ratio, 2), "aim": "at most 5"}


def _launch(client: FlaskClient, steps: dict[str, list[float]]) -> None:
    def step(name: str, response: Any) -> Any:
        nonlocal at
        now = time.process_time()
        steps.setdefault(name, []).append(now - at)
        at = now
        return response

    at = time.process_time()
    login = step("login", client.post("/lti/login", data=LOGIN, base_url=TOOL_URL))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(login.location).query).items()}
    payload = make_launch_payload(now=SystemClock().now(), nonce=asked["nonce"])
    token = platform_keys().sign(payload)
    step("(platform: signs the token)", None)
    response = step(
        "launch", client.post("/lti/launch", data={"id_token": token, "state": asked["state"]}, base_url=TOOL_URL)
    )
    while response.status_code == 303:
        name = "page" if response.location.endswith("/route") else "home"
        response = step(name, client.get(response.location, base_url=TOOL_URL))
    if response.status_code != 200:
        raise RuntimeError(response.get_data(as_text=True))


def _known_browser(app: Flask, cookie: str) -> FlaskClient:
    """Return a browser that has launched before, as most have, without the sessions of those launches."""
    client = app.test_client()
    client.set_cookie(BROWSER_COOKIE, cookie, domain=urlsplit(TOOL_URL).hostname or "", secure=True)
    return client


def _our_app(directory: Path, keys_url: str) -> tuple[Flask, str]:
    url = f"sqlite:///{directory}/bench.sqlite3"
    upgrade(url)
    settings = load_settings(
        secret_key="s" * 40, public_url=TOOL_URL, database_url=url, allow_loopback=True, worker="separate"
    )
    app = create_app(settings)
    tool: Tool = app.extensions[EXTENSION]
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        ensure_signing_key(tx, tool.box, now=now)
        add_registration(
            tx,
            issuer=ISSUER,
            client_id=CLIENT_ID,
            auth_login_url=AUTH_LOGIN_URL,
            auth_token_url="https://lms.example/moodle/token.php",
            jwks_url=f"{keys_url}/jwks",
            deployments=(DEPLOYMENT_ID,),
            now=now,
        )
    client = app.test_client()
    client.post("/lti/login", data=LOGIN, base_url=TOOL_URL)  # the browser is known from here on, as in a second launch
    _prepare_course(client, tool)
    cookie = client.get_cookie(BROWSER_COOKIE, domain=urlsplit(TOOL_URL).hostname or "")
    if cookie is None:
        raise RuntimeError("the login set no cookie")
    return app, cookie.value


def _prepare_course(client: FlaskClient, tool: Tool) -> None:
    for sub, roles in (("teacher", [INSTRUCTOR]), ("5", None)):
        login = client.post("/lti/login", data=LOGIN, base_url=TOOL_URL)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(login.location).query).items()}
        changes: dict[str, Any] = {"roles": roles} if roles else {}
        payload = make_launch_payload(now=tool.clock.now(), nonce=asked["nonce"], sub=sub, **changes)
        token = platform_keys().sign(payload)
        client.post("/lti/launch", data={"id_token": token, "state": asked["state"]}, base_url=TOOL_URL)
    with tool.db.transaction() as tx:
        sessions = tx.query(LaunchSession).order_by(LaunchSession.created_at).all()
        teacher, learner = sessions[0], sessions[-1]
        publish_course(
            tx,
            tool,
            context_id=teacher.context_id,
            person_id=teacher.person_id,
            role=PrincipalRole(teacher.role),
            tasks=[TaskDraft(None, f"Opdracht {number}", 10) for number in range(1, 11)],
            goal_points=60,
            badge_name="Veilig werken",
            badge_criteria="Je hebt de opdrachten gedaan.",
            seen_number=0,
            now=tool.clock.now(),
        )
        welcome(tx, learner.context_id, learner.person_id, now=tool.clock.now())


def _bare_app() -> Flask:
    app = Flask("bare")
    app.secret_key = "bare"
    tool_conf = ToolConfDict(
        {
            ISSUER: [
                {
                    "default": True,
                    "client_id": CLIENT_ID,
                    "auth_login_url": AUTH_LOGIN_URL,
                    "auth_token_url": "https://lms.example/moodle/token.php",
                    "key_set": platform_keys().jwks(),
                    "deployment_ids": [DEPLOYMENT_ID],
                }
            ]
        }
    )

    @app.post("/lti/login")
    def login() -> Any:
        flask_session.permanent = True
        return FlaskOIDCLogin(FlaskRequest(), tool_conf).redirect(TARGET_LINK_URI)

    @app.post("/lti/launch")
    def launch() -> str:
        return str(FlaskMessageLaunch(FlaskRequest(), tool_conf).get_launch_data()["sub"])

    return app

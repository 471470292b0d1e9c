"""Dockerfile, compose.yaml and the proxies' files, held against the settings, commands and pages that they name.

No Docker is needed here: docs/install.md says what to do with them.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from config.settings import ENVIRONMENT_PREFIX, describe_settings, load_settings
from lti_tool.app import create_app
from lti_tool.cli import commands
from lti_tool.web.request_limits import LARGEST_REQUEST_BYTES, LARGEST_SET_UP_BYTES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("mijlpaal")}
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
BUILD_STAGE, FINAL_STAGE = re.split(r"^FROM .*\n", DOCKERFILE, flags=re.M)[1:]
INSTALL_PAGE = (ROOT / "docs" / "install.md").read_text()
ENV_FILE = {"SITE_HOST": "mijlpaal.example.org", "MIJLPAAL_SECRET_KEY": "ab" * 32, "POSTGRES_PASSWORD": "cd" * 24}
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


def filled_in(value: str) -> str:
    """Put the values of a .env file where Compose would; what is required and missing fails."""

    def one(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        return ENV_FILE[name] if kind in (None, "?") else ENV_FILE.get(name, rest)

    return VARIABLE.sub(one, value)


def settings_of(service: dict[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(ENVIRONMENT_PREFIX).lower(): filled_in(v) for name, v in service["environment"].items()}


def port_of(command: list[str]) -> str:
    return command[command.index("--port") + 1]


def instruction(name: str, stage: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+(.*)$", stage, re.M)


@pytest.mark.parametrize("name", OURS)
def test_settings_in_compose_are_ours_and_make_a_site_that_is_served(name: str) -> None:
    known = {variable for variable, _default, _meaning in describe_settings()}

    assert set(OURS[name]["environment"]) <= known
    settings = load_settings(**settings_of(OURS[name]))
    assert settings.serving_problems == ()
    assert settings.public_url == "https://mijlpaal.example.org"
    assert settings.worker == "separate"


@pytest.mark.parametrize("name", OURS)
def test_command_in_compose_is_one_that_we_have(name: str) -> None:
    group: click.Command = commands
    steps = [filled_in(step) for step in OURS[name]["command"]]
    while isinstance(group, click.Group):
        group = group.commands[steps.pop(0)]

    group.make_context(name, steps)  # raises on an option or argument that it does not know


def test_one_port_stands_in_every_file() -> None:
    [exposed] = instruction("EXPOSE", FINAL_STAGE)
    [default] = instruction("CMD", re.sub(r"HEALTHCHECK.*", "", FINAL_STAGE))
    caddy, nginx = ((ROOT / "deploy" / name).read_text() for name in ("Caddyfile", "nginx.conf"))

    assert port_of(yaml.safe_load(default)) == exposed
    assert port_of(OURS["web"]["command"]) == exposed
    assert OURS["web"]["expose"] == [exposed]
    assert f"reverse_proxy web:{exposed} " in caddy
    assert f"proxy_pass http://127.0.0.1:{exposed};" in nginx
    assert f"--port {exposed}" in INSTALL_PAGE


def test_health_check_of_the_image_asks_a_page_that_exists(sqlite_url: str) -> None:
    [check] = instruction("HEALTHCHECK", FINAL_STAGE)
    [address] = re.findall(r"http://127\.0\.0\.1:8000(/[\w/]+)", check)
    app = create_app(load_settings(secret_key="s" * 40, database_url=sqlite_url, trusted_proxies=1))

    assert app.test_client().get(address).status_code == 200
    assert SERVICES["worker"]["healthcheck"] == SERVICES["migrate"]["healthcheck"] == {"disable": True}


def test_limits_of_the_proxies_are_those_of_the_service() -> None:
    caddy, nginx = ((ROOT / "deploy" / name).read_text() for name in ("Caddyfile", "nginx.conf"))

    assert max(LARGEST_REQUEST_BYTES, LARGEST_SET_UP_BYTES) == 8_000_000  # to Caddy 8MB is this many
    assert LARGEST_REQUEST_BYTES == 1_000_000
    set_up, others = caddy.partition("handle @set_up")[2].split("handle {")
    assert "@set_up path /s/*/setup\n" in caddy
    for block, size in ((set_up, "8MB"), (others, "1MB")):
        assert f"max_size {size}" in block
        assert f"request_buffers {size}" in block
    assert "client_max_body_size 8m;" in nginx
    assert int(OURS["web"]["stop_grace_period"].removesuffix("s")) > 25


def test_addresses_that_open_something_are_written_down_by_no_proxy() -> None:
    caddy, nginx = ((ROOT / "deploy" / name).read_text() for name in ("Caddyfile", "nginx.conf"))

    assert re.search(r"^\s*log\b", caddy, re.MULTILINE) is None  # Caddy keeps no log of requests unless it is told to
    assert nginx.count("server {") == nginx.count("access_log off;") == nginx.count("error_log /dev/null;")


def test_only_the_proxy_is_reached_from_outside_and_the_database_by_nobody() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if service["networks"] == ["inside"]} == {
        "migrate",
        "db",
        "redis",
    }
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_the_service_waits_for_the_migration_and_the_migration_for_the_database() -> None:
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["db"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_secrets_stand_in_no_file_and_the_page_says_how_to_make_each() -> None:
    text = (ROOT / "compose.yaml").read_text()
    required = {name for name, kind, _rest in VARIABLE.findall(text) if kind == "?"}

    assert required == set(ENV_FILE)
    for name in required:
        assert f'echo "{name}=' in INSTALL_PAGE
    assert not re.search(r"(PASSWORD|SECRET_KEY): (?!\$\{)", text)
    assert ".env\n" in (ROOT / ".gitignore").read_text()
    assert "!.env" not in (ROOT / ".dockerignore").read_text()


def test_the_image_takes_what_the_wheel_is_made_of_and_nothing_else() -> None:
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M))
    copied = {part for line in instruction("COPY", BUILD_STAGE) for part in shlex.split(line)[:-1]}
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert copied == allowed
    assert set(wheel["packages"]) <= copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_is_built_by_hashes_and_runs_as_nobody_in_particular() -> None:
    # Commands of one RUN stand on one line by now.
    installs = re.findall(r"(?:pip|python) install (.*?)(?: && |$)", BUILD_STAGE, re.M)

    assert len(installs) == 3
    assert [one for one in installs if "--require-hashes" not in one] == ["--no-deps /dist/*.whl"]
    assert instruction("USER", FINAL_STAGE) == ["10001:10001"]
    assert "pip uninstall --yes pip setuptools wheel" in FINAL_STAGE
    assert re.findall(r"COPY --from=build (\S+)", FINAL_STAGE) == ["/opt/mijlpaal"]
    assert "apt-get" not in DOCKERFILE


def test_every_command_on_the_page_exists() -> None:
    named = set(re.findall(r"mijlpaal ((?:db|keys|issuer|outbox) [a-z-]+|check|serve|worker)\b", INSTALL_PAGE))

    assert {"check", "db upgrade", "serve", "worker", "keys rotate", "issuer rotate-key", "outbox status"} <= named
    for line in named:
        group: click.Command = commands
        for step in line.split():
            assert isinstance(group, click.Group)
            assert step in group.commands, line
            group = group.commands[step]
    for file in re.findall(r"\]\(([\w./-]+?)(?:#[\w-]*)?\)", INSTALL_PAGE):
        assert (ROOT / "docs" / file).exists(), file

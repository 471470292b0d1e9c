"""Platforms on loopback: one that launches, one whose services are called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.launch import platform_keys
from tests.factories.local_server import Answer, LocalServer
from tests.factories.service_platform import ServicePlatform, running_services
from tests.unit.lti_tool.launching_platform import Platform


@pytest.fixture(scope="session")
def key_server() -> Iterator[LocalServer]:
    body = platform_keys().jwks_body()
    with LocalServer(lambda received: Answer(200, body)) as running:
        yield running


@pytest.fixture
def platform(key_server: LocalServer) -> Platform:
    return Platform(key_server)


@pytest.fixture
def services() -> Iterator[ServicePlatform]:
    with running_services() as running:
        yield running

"""Fixtures for every test; the databases live in tests/databases.py."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases"]

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repeatable")

REQUIRE_ALL = os.environ.get("MIJLPAAL_REQUIRE_ALL") == "1"

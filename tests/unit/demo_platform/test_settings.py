"""Where the platform stands."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.settings import PlatformSettings


def test_addresses_follow_from_the_two_hosts_when_built(tmp_path):
    settings = PlatformSettings("http://localhost:8700", "http://127.0.0.1:8701", tmp_path / "x")

    assert settings.authorization_url == "http://localhost:8700/lti/authorize"
    assert settings.token_url == "http://localhost:8700/lti/token"
    assert settings.jwks_url == "http://localhost:8700/lti/jwks"
    assert settings.tool_login_url == "http://127.0.0.1:8701/lti/login"


@pytest.mark.parametrize("url", ["http://localhost:8700/", "localhost:8700", ""])
def test_settings_are_refused_when_an_address_is_not_one(url, tmp_path):
    with pytest.raises(ValueError, match="not an http address"):
        PlatformSettings(url, "http://127.0.0.1:8701", tmp_path / "x")

"""The first half of a launch: the platform announces it, we send the browser back to ask for the token.

https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow and
https://www.imsglobal.org/spec/lti/v1p3/#additional-login-parameters
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.origin import origin_of
from lti_tool.lti.platform_storage import read_storage_target
from lti_tool.lti.platform_text import is_plain

# Hints and state travel in one of our own addresses, and servers refuse request lines beyond 8 kB.
_MAX_HINT_LENGTH = 2_400
_MAX_URL_LENGTH = 500


@dataclass(frozen=True)
class LoginInitiation:
    """What the platform announced. Nothing of it is proven yet."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str | None = None
    deployment_id: str | None = None
    lti_message_hint: str | None = None
    storage_target: str | None = None
    """Where the platform keeps a value for us, as far as it does."""


def parse_login_initiation(params: Mapping[str, str]) -> LoginInitiation:
    """Read the parameters, of a GET or a POST alike, or raise LaunchRefused naming the one that is wrong."""
    target_link_uri = _required(params, "target_link_uri", _MAX_URL_LENGTH)
    if origin_of(target_link_uri) is None:
        raise LaunchRefused(LaunchRefusal.BAD_PARAMETER, "target_link_uri")
    return LoginInitiation(
        issuer=_required(params, "iss", 255),
        login_hint=_required(params, "login_hint", _MAX_HINT_LENGTH),
        target_link_uri=target_link_uri,
        client_id=_optional(params, "client_id", 255),
        # Canvas sends both names (2026-11).
        deployment_id=_optional(params, "lti_deployment_id", 255) or _optional(params, "deployment_id", 255),
        lti_message_hint=_optional(params, "lti_message_hint", _MAX_HINT_LENGTH),
        storage_target=read_storage_target(params),
    )


def authorization_request_url(
    auth_login_url: str, *, login: LoginInitiation, client_id: str, redirect_uri: str, state: str, nonce: str
) -> str:
    """Return where to send the browser. `redirect_uri` is our fixed launch address, never a parameter of the login.

    Only parameters of the specification are sent: Moodle has one of its own, `repost`, and a tool that sent it
    as well lost every launch.
    """
    sent = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "login_hint": login.login_hint,
        "state": state,
        "nonce": nonce,
    }
    if login.lti_message_hint is not None:
        sent["lti_message_hint"] = login.lti_message_hint
    parts = urlsplit(auth_login_url)
    kept = [pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in sent]
    query = "&".join([*kept, urlencode(sent, quote_via=quote, safe="")])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _required(params: Mapping[str, str], name: str, max_length: int) -> str:
    value = _optional(params, name, max_length)
    if value is None:
        raise LaunchRefused(LaunchRefusal.MISSING_PARAMETER, name)
    return value


def _optional(params: Mapping[str, str], name: str, max_length: int) -> str | None:
    value = params.get(name)
    if not value:
        return None
    if len(value) > max_length or not is_plain(value):
        raise LaunchRefused(LaunchRefusal.BAD_PARAMETER, name)
    return value

"""What a tool says of itself when it registers, checked as Moodle 4.5 checks it, and what becomes of it.

https://www.imsglobal.org/spec/lti-dr/v1p0#client-registration-request. Kept, as on Moodle: the parameters of the tool
as a whole, its address for deep linking, its scopes, and whether it asks for names and e-mail addresses. Ignored:
messages that open a link, placements, the parameters of single messages.
"""

from __future__ import annotations

from typing import Any

from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.scopes import LINE_ITEM, LINE_ITEM_READONLY, OFFERED, RESULT_READONLY, SCORE
from lti_tool.demo_platform.tools import Tool, domain_of

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
NAME_CLAIMS = ("name", "given_name", "family_name")
_REQUIRED = ("application_type", "response_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri")
_READING_GRADES = (SCORE, RESULT_READONLY, LINE_ITEM_READONLY)


class RegistrationRefused(Exception):
    """The registration is of the wrong shape; the text is Moodle's."""


def read_registration(body: Any, client_id: str, before: Tool | None, profile: PlatformProfile) -> Tool:
    """Return the tool that registers, without an id where it is new. Raises RegistrationRefused."""
    if not isinstance(body, dict):
        raise RegistrationRefused("missing required attribute client_name")
    _check_client(body)
    told = body.get(TOOL_CONFIGURATION)
    if not isinstance(told, dict):
        raise RegistrationRefused(f"missing required attribute {TOOL_CONFIGURATION}")
    domain, target = _check_domain(told, body)
    claims = _texts(told.get("claims"))
    return Tool(
        id=before.id if before else 0,
        client_id=client_id,
        deployment_id=before.deployment_id if before else "",
        name=body["client_name"].strip(),
        domain=domain_of(domain),
        login_url=body["initiate_login_uri"],
        redirect_urls=tuple(body["redirect_uris"]),
        jwks_url=body["jwks_uri"],
        target_link_url=target,
        deep_linking_url=_deep_linking_url(told, target),
        custom=_custom_text(told.get("custom_parameters")),
        scopes=_granted(str(body.get("scope") or "").split()),
        sends_name=any(name in claims for name in NAME_CLAIMS),
        sends_email="email" in claims,
        # One that registers again stays as the administrator left it.
        active=before.active if before else not profile.registered_tool_waits,
        in_chooser=before.in_chooser if before else profile.registered_tool_in_chooser,
    )


def registration_json(tool: Tool, profile: PlatformProfile) -> dict[str, Any]:
    """Describe a tool as the answer to its registration does."""
    scopes = list(tool.scopes)
    if profile.registration_answer_overstates and LINE_ITEM_READONLY in scopes and LINE_ITEM not in scopes:
        # `$config->ltiservice_gradesynchronization ?? 0 == 2`: reading is answered as if it were writing.
        scopes.append(LINE_ITEM)
    messages: list[dict[str, Any]] = [{"type": "LtiResourceLinkRequest", "target_link_uri": tool.target_link_url}]
    if tool.deep_linking_url:
        messages.append({"type": "LtiDeepLinkingRequest", "target_link_uri": tool.deep_linking_url})
    claims = ["sub", "iss", *(NAME_CLAIMS if tool.sends_name else ()), *(("email",) if tool.sends_email else ())]
    configuration: dict[str, Any] = {
        "version": "1.3.0",
        "deployment_id": tool.deployment_id,
        "target_link_uri": tool.target_link_url,
        "domain": tool.domain,
        "description": "",
        "custom_parameters": dict(line.partition("=")[::2] for line in tool.custom.split("\n") if line),
        "claims": claims,
        "messages": messages,
    }
    return {
        "client_id": tool.client_id,
        "token_endpoint_auth_method": "private_key_jwt",
        "response_types": ["id_token"],
        "jwks_uri": tool.jwks_url,
        "initiate_login_uri": tool.login_url,
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": list(tool.redirect_urls),
        "application_type": "web",
        "client_name": tool.name,
        "scope": " ".join(scopes),
        TOOL_CONFIGURATION: configuration,
    }


def _check_client(body: dict[str, Any]) -> None:
    for name in (*_REQUIRED[1:], "token_endpoint_auth_method"):
        if not body.get(name):
            raise RegistrationRefused(f"missing required attribute {name}")
    if "id_token" not in _texts(body["response_types"]):
        raise RegistrationRefused("invalid_response_types")
    if body.get("application_type", "web") != "web":
        raise RegistrationRefused("invalid_application_type")
    if body["token_endpoint_auth_method"] != "private_key_jwt":  # noqa: S105 - the name of a method
        raise RegistrationRefused("invalid_token_endpoint_auth_method")
    redirect_urls = body["redirect_uris"]
    if not _texts(redirect_urls) or len(_texts(redirect_urls)) != len(redirect_urls):
        raise RegistrationRefused("invalid_redirect_uris")
    for name in ("initiate_login_uri", "jwks_uri", "client_name"):
        if not isinstance(body[name], str) or not body[name].strip():
            raise RegistrationRefused(f"missing required attribute {name}")


def _check_domain(told: dict[str, Any], body: dict[str, Any]) -> tuple[str, str]:
    domain = told.get("domain")
    if not isinstance(domain, str) or not domain:
        raise RegistrationRefused("missing_domain")
    target = told.get("target_link_uri") or f"{body['initiate_login_uri'].partition('//')[0]}//{domain}"
    if not isinstance(target, str) or domain_of(target) != domain_of(domain):
        raise RegistrationRefused("domain_targetlinkuri_mismatch")
    return domain, target


def _deep_linking_url(told: dict[str, Any], target: str) -> str | None:
    messages = told.get("messages")
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("type") == "LtiDeepLinkingRequest":
            return str(message.get("target_link_uri") or target)
    return None


def _granted(wanted: list[str]) -> tuple[str, ...]:
    """Return what is granted: Moodle knows reading and sending grades together, and managing columns on top."""
    found = set(wanted)
    if LINE_ITEM in found or found.intersection(_READING_GRADES):
        found.update(_READING_GRADES)
    return tuple(scope for scope in OFFERED if scope in found)


def _custom_text(custom: Any) -> str:
    if not isinstance(custom, dict):
        return ""
    return "\n".join(f"{name}={value}" for name, value in custom.items())


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str) and value] if isinstance(values, list) else []

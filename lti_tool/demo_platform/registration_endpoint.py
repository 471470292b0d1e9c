"""Dynamic registration on the side of the platform: the OpenID configuration, and where a tool registers itself.

https://www.imsglobal.org/spec/lti-dr/v1p0, and the answers of a real Moodle 4.5: everybody may read the configuration,
and what is wrong with a registration is said in the status line and the body.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo_platform.canvas_register import canvas_configuration, keep_registration, messages_json
from lti_tool.demo_platform.canvas_registration import RegistrationInvalid
from lti_tool.demo_platform.json_value import read_json_text
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.registration import (
    TOOL_CONFIGURATION,
    RegistrationRefused,
    read_registration,
    registration_json,
)
from lti_tool.demo_platform.registration_tokens import RegistrationPermit, TokenRefused
from lti_tool.demo_platform.scopes import offered_by
from lti_tool.demo_platform.tools import Tool
from lti_tool.demo_platform.variables import MOODLE_VARIABLES

CONFIGURATION_PATH = "/lti/openid-configuration"
REGISTRATION_PATH = "/lti/openid-registration"
_PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"


def registration_endpoint(platform: Platform) -> Blueprint:
    """Build the two addresses."""
    pages = Blueprint("registration", __name__)
    profile = platform.settings.profile

    @pages.errorhandler(TokenRefused)
    def refuse_token(refused: TokenRefused) -> Response:
        return _refusal(refused.status, refused.reason)

    @pages.get(CONFIGURATION_PATH)
    def show_configuration() -> Response:
        if profile.configuration_needs_token:
            platform.registration_tokens.read(request.headers.get("Authorization", ""))
        return jsonify(openid_configuration(platform))

    @pages.post(REGISTRATION_PATH)
    def register() -> Response:
        permit = platform.registration_tokens.read(request.headers.get("Authorization", ""))
        try:
            tool = _keep(platform, permit, read_json_text(request.get_data()))
        except ValueError:
            return _refusal(profile.registration_wrong_status, "missing required attribute client_name")
        except RegistrationRefused as refused:
            return _refusal(profile.registration_wrong_status, str(refused))
        except RegistrationInvalid as invalid:
            answer = jsonify({"errors": invalid.errors})
            answer.status_code = profile.registration_wrong_status
            return answer
        answered = registration_json(tool, profile)
        if profile.registration_has_placements:
            answered[TOOL_CONFIGURATION]["messages"] = messages_json(platform.placed.list_of(tool))
        if not profile.registration_tells_deployment:
            del answered[TOOL_CONFIGURATION]["deployment_id"]
        return jsonify(answered)

    @pages.get(REGISTRATION_PATH)
    def show_registration() -> Response:
        permit = platform.registration_tokens.read(request.headers.get("Authorization", ""))
        if permit.tool is None:
            return _refusal(403, "incorrect_registration_token_scope")
        return jsonify(registration_json(permit.tool, profile))

    return pages


def configuration_url(platform: Platform) -> str:
    """Return the address that a tool is given to register itself."""
    return f"{platform.settings.platform_url}{CONFIGURATION_PATH}"


def openid_configuration(platform: Platform) -> dict[str, Any]:
    """Describe the platform, in the shape of a recorded Moodle 4.5."""
    settings, profile = platform.settings, platform.settings.profile
    messages: list[dict[str, Any]] = [
        {"type": "LtiResourceLinkRequest"},
        {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
    ]
    return {
        "issuer": settings.issuer_url,
        "token_endpoint": settings.token_url,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": settings.jwks_url,
        "authorization_endpoint": settings.authorization_url,
        "registration_endpoint": f"{settings.platform_url}{REGISTRATION_PATH}",
        "scopes_supported": [*offered_by(profile), "openid"],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        _PLATFORM_CONFIGURATION: {
            "product_family_code": profile.registered_family_code,
            "version": "4.5.6 (Build: 20250811)",
            "messages_supported": messages,
            "variables": list(MOODLE_VARIABLES),
        },
        **(canvas_configuration(platform) if profile.registration_has_placements else {}),
    }


def _keep(platform: Platform, permit: RegistrationPermit, body: Any) -> Tool:
    if platform.settings.profile.registration_has_placements:
        return keep_registration(platform, permit, body)
    tool = read_registration(body, permit.client_id, permit.tool, platform.settings.profile)
    if permit.tool is None:
        return platform.tools.add(tool, keeps_deployment=False)
    platform.tools.save(tool)
    return tool


def _refusal(status: int, reason: str) -> Response:
    response = Response(reason, content_type="text/plain")
    response.status = f"{status} {reason}"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response

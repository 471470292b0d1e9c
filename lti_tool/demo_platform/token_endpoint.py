"""The token endpoint: a signed assertion of the tool against an access token for its services.

https://www.imsglobal.org/spec/security/v1p0/#using-oauth-2-0-client-credentials-grant
Errors are all status 400, as on Moodle, with the words of https://www.rfc-editor.org/rfc/rfc6749#section-5.2
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo_platform.access_tokens import LIFE_SECONDS
from lti_tool.demo_platform.client_assertion import AssertionRefused
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.refusals import TOKEN
from lti_tool.demo_platform.scopes import offered_by
from lti_tool.demo_platform.service_answer import ServiceRefused, answer_refusal, refuse_if_planned

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def token_endpoint(platform: Platform) -> Blueprint:
    """Build the endpoint and, beside it, the published keys."""
    pages = Blueprint("token_endpoint", __name__)
    pages.register_error_handler(ServiceRefused, answer_refusal)

    @pages.post("/lti/token")
    def give_token() -> tuple[Response, int]:
        refuse_if_planned(platform, TOKEN)
        form = request.form
        if any(len(form.getlist(name)) > 1 for name in form):
            return _error("invalid_request", "a parameter is given twice")
        assertion, scope = form.get("client_assertion", ""), form.get("scope", "")
        if not assertion or not scope or not form.get("grant_type") or not form.get("client_assertion_type"):
            return _error("invalid_request", "grant_type, client_assertion_type, client_assertion and scope")
        if form["grant_type"] != "client_credentials" or form["client_assertion_type"] != _JWT_BEARER:
            return _error("unsupported_grant_type", "client_credentials with a jwt-bearer assertion")
        try:
            tool = platform.assertions.accept(assertion)
        except AssertionRefused as refused:
            return _error("invalid_client", str(refused))
        wanted = scope.split()
        granted = [
            offered for offered in offered_by(platform.settings.profile) if offered in {*wanted} & {*tool.scopes}
        ]
        if not granted:
            return _error("invalid_scope", "none of these scopes is offered")
        answer = {
            "access_token": platform.access_tokens.issue(tool.id, granted),
            "token_type": "Bearer",
            "expires_in": LIFE_SECONDS,
            "scope": " ".join(granted),
        }
        return jsonify(answer), 200

    @pages.get("/lti/jwks")
    def publish_keys() -> Response:
        return jsonify(platform.keys.published())

    return pages


def _error(code: str, description: str) -> tuple[Response, int]:
    return jsonify({"error": code, "error_description": description}), 400

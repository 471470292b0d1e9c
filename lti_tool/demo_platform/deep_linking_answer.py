"""What a tool posts back from deep linking, held against the request it answers.

https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-response-message
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lti_tool.demo_platform.canvas_places import EMBEDDING, PLACES
from lti_tool.demo_platform.content_items import ContentInvalid, ContentItem, read_content_items
from lti_tool.demo_platform.deep_link_sessions import DeepLinkSession, SessionOver
from lti_tool.demo_platform.embedded import EmbeddedItem, read_embedded
from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.tool_jwt import ToolJwtInvalid, verify_tool_jwt
from lti_tool.demo_platform.tools import Tool

_LTI = "https://purl.imsglobal.org/spec/lti/claim"
_DL = "https://purl.imsglobal.org/spec/lti-dl/claim"
_LEEWAY_SECONDS = 10
_LONGEST_LIFE_SECONDS = 3600


class AnswerRefused(Exception):
    """The answer is not taken; the text says why."""


@dataclass(frozen=True)
class DeepLinkingAnswer:
    """What the tool returned."""

    session: DeepLinkSession
    tool: Tool
    items: list[ContentItem]
    embedded: list[EmbeddedItem]
    """For a text, or handed in."""
    message: str
    error_message: str


def take_answer(platform: Platform, secret: str, token: str, *, course_id: str, user_id: str) -> DeepLinkingAnswer:
    """Check an answer in full and close the request. Raises AnswerRefused; the request is then still open."""
    session = _find_session(platform, secret, course_id, user_id)
    tool = platform.tools.find(session.tool_id)
    if tool is None or not tool.active:
        raise AnswerRefused("the tool is not in use")
    try:
        claims = verify_tool_jwt(token, tool, platform.tool_keys, ("iss", "aud", "exp", "iat", "nonce"))
        _check_parties(platform, tool, claims)
        expires_at = _check_times(platform, claims)
        _check_message(session, tool, claims)
        raw_items, place = claims.get(f"{_DL}/content_items"), PLACES.get(session.place)
        is_embedded = place is not None and place.name in EMBEDDING
        embedded = read_embedded(raw_items, place, tool.name) if place is not None and is_embedded else []
        embedded = [platform.embedded.fetch_file(item) for item in embedded]
        items = [] if is_embedded else read_content_items(raw_items, tool.name)
        if place is not None and len(items) > 1 and not place.accept_multiple:
            raise ContentInvalid("several items came where one was asked for")
        if place is not None and not place.accept_line_item:
            items = [replace(item, column=None) for item in items]
        platform.deep_links.close(secret, claims["nonce"], expires_at)
    except ToolJwtInvalid as error:
        raise AnswerRefused(str(error)) from error
    except ContentInvalid as error:
        raise AnswerRefused(str(error)) from error
    except SessionOver as error:
        raise AnswerRefused("the nonce was used before, or the request was answered meanwhile") from error
    return DeepLinkingAnswer(session, tool, items, embedded, _text(claims, "msg"), _text(claims, "errormsg"))


def _find_session(platform: Platform, secret: str, course_id: str, user_id: str) -> DeepLinkSession:
    try:
        session = platform.deep_links.find(secret)
    except SessionOver as error:
        raise AnswerRefused("the request was answered before, or too long ago") from error
    if (session.course_id, session.user_id) != (course_id, user_id):
        raise AnswerRefused("the request was made by somebody else, or for another course")
    return session


def _check_parties(platform: Platform, tool: Tool, claims: dict[str, Any]) -> None:
    if claims["iss"] != tool.client_id:
        raise AnswerRefused("iss is not the client id of the tool that was opened")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if platform.settings.issuer_url not in audience:
        raise AnswerRefused("aud is not this platform")
    if not isinstance(claims["nonce"], str) or not claims["nonce"]:
        raise AnswerRefused("nonce is missing")


def _check_times(platform: Platform, claims: dict[str, Any]) -> int:
    now = platform.clock.now().timestamp()
    if not is_number(claims["iat"]) or not is_number(claims["exp"]):
        raise AnswerRefused("iat and exp must be numbers")
    if claims["iat"] > now + _LEEWAY_SECONDS:
        raise AnswerRefused("the answer is not valid yet")
    if claims["exp"] <= now - _LEEWAY_SECONDS:
        raise AnswerRefused("the answer has expired")
    if claims["exp"] > now + _LONGEST_LIFE_SECONDS + _LEEWAY_SECONDS:
        raise AnswerRefused("the answer lives too long")
    return int(claims["exp"]) + _LEEWAY_SECONDS


def _check_message(session: DeepLinkSession, tool: Tool, claims: dict[str, Any]) -> None:
    expected = {
        f"{_LTI}/message_type": "LtiDeepLinkingResponse",
        f"{_LTI}/version": "1.3.0",
        f"{_LTI}/deployment_id": tool.deployment_id,
    }
    for name, value in expected.items():
        if claims.get(name) != value:
            raise AnswerRefused(f"{name.rpartition('/')[2]} is not {value!r}")
    # Given back as it was sent; where nothing was sent, nothing comes back, not even null.
    sent = {} if session.data is None else {f"{_DL}/data": session.data}
    if {name: value for name, value in claims.items() if name == f"{_DL}/data"} != sent:
        raise AnswerRefused("data is not what was sent")


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(f"{_DL}/{name}")
    return value if isinstance(value, str) else ""

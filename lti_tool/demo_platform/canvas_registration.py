"""What Canvas demands of the registration that a tool sends, and what it makes of it.

https://developerdocs.instructure.com and app/models/lti/ims/registration.rb of canvas-lms, November 2026. The shape is
checked in full: whatever is missing or of another type is refused, and all faults are named at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from operator import eq
from typing import Any

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PRIVACY_LEVEL = "https://canvas.instructure.com/lti/privacy_level"
DEFAULT_PLACEMENT = "link_selection"
_NAMES = """account_navigation assignment_edit assignment_group_menu assignment_index_menu assignment_menu
    assignment_selection assignment_view collaboration conference_selection course_assignments_menu
    course_home_sub_navigation course_navigation course_settings_sub_navigation discussion_topic_index_menu
    discussion_topic_menu editor_button file_index_menu file_menu global_navigation homework_submission
    link_selection migration_selection module_group_menu module_index_menu module_index_menu_modal module_menu
    module_menu_modal post_grades quiz_index_menu quiz_menu resource_selection similarity_detection
    student_context_card submission_type_selection tool_configuration top_navigation user_navigation
    wiki_index_menu wiki_page_menu ActivityAssetProcessor ContentArea RichTextEditor"""
KNOWN_PLACEMENTS = frozenset(_NAMES.split())
_MESSAGE_TYPES = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")
_PRIVACY = {
    "public": (True, True),
    "name_only": (True, False),
    "email_only": (False, True),
    "anonymous": (False, False),
}
PRIVACY_LEVELS = tuple(_PRIVACY)
_FIXED: dict[str, Any] = {"application_type": "web", "token_endpoint_auth_method": "private_key_jwt"}
_TEXTS = ("client_name", "initiate_login_uri", "jwks_uri", "scope")


class RegistrationInvalid(Exception):
    """Of the wrong shape; `errors` name the members."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class PlacedMessage:
    """What the tool wants to be opened with at one placement."""

    placement: str
    message_type: str
    target_link_url: str
    label: str = ""
    custom: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CanvasRegistration:
    """A registration of the right shape."""

    client_name: str
    login_url: str
    redirect_urls: tuple[str, ...]
    jwks_url: str
    scopes: tuple[str, ...]
    domain: str
    target_link_url: str
    custom: dict[str, str]
    messages: tuple[PlacedMessage, ...]
    privacy_level: str

    @property
    def custom_text(self) -> str:
        """The custom parameters as an administrator would type them."""
        return "\n".join(f"{name}={value}" for name, value in self.custom.items())


def sends(privacy_level: str) -> tuple[bool, bool]:
    """Return whether names and whether addresses are told under a privacy level."""
    return _PRIVACY[privacy_level]


def read_registration(body: Any, *, privacy_unless_asked: str, wants_text_values: bool = True) -> CanvasRegistration:
    """Check the shape in full and return what was said. Raises RegistrationInvalid."""
    if not isinstance(body, dict):
        raise RegistrationInvalid(["the body is not an object"])
    told = body.get(TOOL_CONFIGURATION)
    tool: dict[str, Any] = told if isinstance(told, dict) else {}
    errors = _errors_of(body) + _errors_of_tool(tool, wants_text_values=wants_text_values)
    if errors:
        raise RegistrationInvalid(errors)
    return CanvasRegistration(
        client_name=body["client_name"],
        login_url=body["initiate_login_uri"],
        redirect_urls=tuple(body["redirect_uris"]),
        jwks_url=body["jwks_uri"],
        scopes=tuple(body["scope"].split()),
        domain=tool["domain"],
        target_link_url=tool["target_link_uri"],
        custom=_texts_of(tool.get("custom_parameters", {})),
        messages=tuple(_placed(tool)),
        privacy_level=tool.get(PRIVACY_LEVEL, privacy_unless_asked),
    )


def write_messages(messages: tuple[PlacedMessage, ...]) -> str:
    """Write messages for the store."""
    return json.dumps([vars(message) for message in messages])


def load_messages(text: str) -> tuple[PlacedMessage, ...]:
    """Read messages from the store."""
    return tuple(PlacedMessage(**values) for values in json.loads(text))


def _errors_of(body: dict[str, Any]) -> list[str]:
    rules: dict[str, Callable[[Any], bool]] = {
        **{name: partial(eq, wanted) for name, wanted in _FIXED.items()},
        **dict.fromkeys(_TEXTS, _is_text),
        "redirect_uris": _is_texts,
        "response_types": lambda value: value == ["id_token"],
        "grant_types": lambda value: _is_texts(value) and {"client_credentials", "implicit"} <= set(value),
        TOOL_CONFIGURATION: lambda value: isinstance(value, dict),
    }
    return [name for name, rule in rules.items() if not rule(body.get(name))]


def _errors_of_tool(tool: dict[str, Any], *, wants_text_values: bool) -> list[str]:
    errors = [name for name in ("domain", "target_link_uri") if not _is_text(tool.get(name))]
    claims = tool.get("claims")
    if not isinstance(claims, list) or not all(map(_is_text, claims)):
        errors.append("claims")
    if tool.get(PRIVACY_LEVEL, "anonymous") not in _PRIVACY:
        errors.append(PRIVACY_LEVEL)
    messages = tool.get("messages")
    if not isinstance(messages, list) or not messages:
        return [*errors, "messages"]
    customs = [tool.get("custom_parameters", {})]
    for at, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("type") not in _MESSAGE_TYPES:
            errors.append(f"messages.{at}.type")
            continue
        customs.append(message.get("custom_parameters", {}))
        placements = message.get("placements", [])
        if not isinstance(placements, list) or not KNOWN_PLACEMENTS.issuperset(map(str, placements)):
            errors.append(f"messages.{at}.placements")
        if not isinstance(message.get("target_link_uri", ""), str):
            errors.append(f"messages.{at}.target_link_uri")
    for custom in customs:
        values = custom.values() if isinstance(custom, dict) else [None]
        if not all(isinstance(value, str if wants_text_values else str | int | float) for value in values):
            errors.append("custom_parameters")
    return errors


def _placed(tool: dict[str, Any]) -> list[PlacedMessage]:
    return [
        PlacedMessage(
            placement=placement,
            message_type=message["type"],
            target_link_url=message.get("target_link_uri") or tool["target_link_uri"],
            label=str(message.get("label", "")),
            custom=_texts_of(message.get("custom_parameters", {})),
        )
        for message in tool["messages"]
        for placement in message.get("placements") or [DEFAULT_PLACEMENT]
    ]


def _texts_of(custom: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in custom.items()}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))

"""Registering ourselves with a platform: what we ask for, in the shape that the product takes, and what it answers.

https://www.imsglobal.org/spec/lti-dr/v1p0; what a product does otherwise is in lti_tool.platforms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from config.strict_json import parse_json_object
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST, SUBMISSION_REVIEW_REQUEST
from lti_tool.lti.custom_parameters import tool_parameters
from lti_tool.lti.nrps import SCOPE as SCOPE_MEMBERS
from lti_tool.lti.platform_configuration import PlatformConfiguration
from lti_tool.lti.platform_text import is_identifier
from lti_tool.lti.registration_problems import RegistrationFailed, RegistrationProblem
from lti_tool.platforms.family import PlatformFamily
from lti_tool.platforms.registration_habits import Placement

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPE_NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
SCOPE_GROUPS = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
TOOL_NAME = "Mijlpaal"
LAUNCH_PATH, LOGIN_PATH, KEYS_PATH = "/lti/launch", "/lti/login", "/lti/jwks"
ICON_PATH = "/static/mark.svg"

ALWAYS_ASKED = (
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READONLY,
    SCOPE_RESULT_READONLY,
    SCOPE_SCORE,
    SCOPE_MEMBERS,
)
ASKED_WHERE_OFFERED = (SCOPE_NOTICES, SCOPE_GROUPS)
_MESSAGES = (RESOURCE_LINK_REQUEST, DEEP_LINKING_REQUEST, SUBMISSION_REVIEW_REQUEST)


class PersonalData(StrEnum):
    """What we ask to be told about people. An e-mail address does one thing only: a badge can be tied to it."""

    NAMES = "names"
    NAMES_AND_EMAIL = "names-and-email"
    NOTHING = "nothing"

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims to ask for. Without a name people are numbers, for their teachers too."""
        names = ("name", "given_name", "family_name")
        asked = {
            PersonalData.NAMES: names,
            PersonalData.NAMES_AND_EMAIL: (*names, "email"),
            PersonalData.NOTHING: (),
        }
        return ("iss", "sub", *asked[self])

    @property
    def keeps_names(self) -> bool:
        """Whether names are kept; else they are dropped at the door, whatever the platform sends."""
        return self is not PersonalData.NOTHING

    @property
    def keeps_email(self) -> bool:
        """Whether e-mail addresses are kept; else they are dropped, also those that come along with names unasked."""
        return self is PersonalData.NAMES_AND_EMAIL

    @property
    def privacy_level(self) -> str:
        """The word that Canvas has for it."""
        levels = {
            PersonalData.NAMES: "name_only",
            PersonalData.NAMES_AND_EMAIL: "public",
            PersonalData.NOTHING: "anonymous",
        }
        return levels[self]


@dataclass(frozen=True)
class Registered:
    """What a platform's answer is believed in: how it calls us, and where it says the tool is installed.

    Not the scopes and claims in it. Moodle (4.5, 2026-11) names rights there that it did not give; what was granted
    stands in each launch.
    """

    client_id: str
    deployment_id: str = ""


def scopes_to_ask(offered: Iterable[str]) -> tuple[str, ...]:
    """Return the rights that we ask of a platform.

    Where it lists what it offers, nothing else: Canvas (2026-11) refuses a registration for one word it does not know.
    """
    known = set(offered)
    if not known:
        return ALWAYS_ASKED
    return tuple(scope for scope in (*ALWAYS_ASKED, *ASKED_WHERE_OFFERED) if scope in known)


def compose_registration(
    family: PlatformFamily, configuration: PlatformConfiguration, tool_url: str, personal_data: PersonalData
) -> dict[str, Any]:
    """Return what to send, as this product takes it. `tool_url` is our own origin; everything named lies below it."""
    habits = family.registration
    launch_url = f"{tool_url}{LAUNCH_PATH}"
    tool: dict[str, Any] = {
        "domain": urlsplit(tool_url).netloc,  # with its port: Moodle compares it with the target's (4.5, 2026-11)
        "description": "Points, progress and badges for the tasks of a course.",
        "target_link_uri": launch_url,
        "custom_parameters": tool_parameters(configuration.variables or habits.variables),
        "claims": list(personal_data.claims),
        "messages": _messages(family, configuration, tool_url),
    }
    if habits.privacy_level_member:
        tool[habits.privacy_level_member] = personal_data.privacy_level
    if habits.tool_id_member:
        tool[habits.tool_id_member] = TOOL_NAME.lower()
    return {
        "application_type": "web",
        "client_name": TOOL_NAME,
        "client_uri": tool_url,
        "logo_uri": f"{tool_url}{ICON_PATH}",
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "token_endpoint_auth_method": "private_key_jwt",
        "initiate_login_uri": f"{tool_url}{LOGIN_PATH}",
        "redirect_uris": [launch_url],
        "jwks_uri": f"{tool_url}{KEYS_PATH}",
        "scope": " ".join(scopes_to_ask(configuration.scopes_supported)),
        TOOL_CONFIGURATION: tool,
    }


def placements_to_ask(family: PlatformFamily, configuration: PlatformConfiguration) -> list[tuple[Placement, str]]:
    """Return the places we ask for, each with its name as this platform writes it.

    Of a platform that lists its places only those in the list: an older one does not know the newest.
    """
    prefix = family.registration.placement_prefix
    found = []
    for placement in family.registration.placements:
        offered = configuration.placements_of(placement.message_type)
        spellings = (f"{prefix}{placement.name}", placement.name)
        name = next((spelling for spelling in spellings if spelling in offered), None)
        if name is not None or not offered:
            found.append((placement, name or spellings[0]))
    return found


def read_registration_answer(body: bytes) -> Registered:
    """Return what the platform's answer says, or raise RegistrationFailed(answer-unreadable)."""
    try:
        answer = parse_json_object(body)
    except ValueError:
        raise RegistrationFailed(RegistrationProblem.ANSWER_UNREADABLE, "not an object") from None
    client_id = answer.get("client_id")
    if not is_identifier(client_id):
        raise RegistrationFailed(RegistrationProblem.ANSWER_UNREADABLE, "client_id")
    tool = answer.get(TOOL_CONFIGURATION)
    deployment_id = tool.get("deployment_id") if isinstance(tool, dict) else None
    if isinstance(deployment_id, int) and not isinstance(deployment_id, bool):
        deployment_id = str(deployment_id)
    return Registered(str(client_id), str(deployment_id) if is_identifier(deployment_id) else "")


def _messages(family: PlatformFamily, configuration: PlatformConfiguration, tool_url: str) -> list[dict[str, Any]]:
    common = {
        "target_link_uri": f"{tool_url}{LAUNCH_PATH}",
        "label": TOOL_NAME,
        "icon_uri": f"{tool_url}{ICON_PATH}",
    }
    placed = [
        {"type": placement.message_type, **common, "placements": [name], **placement.members}
        for placement, name in placements_to_ask(family, configuration)
    ]
    if placed:
        return placed
    offered = {message.type for message in configuration.messages}
    return [{"type": name, **common} for name in _MESSAGES if name in (offered or _MESSAGES[:2])]

"""Registering a platform by hand: an administrator copies addresses between two screens, with an invitation."""

from __future__ import annotations

from dataclasses import dataclass

from config.errors import Conflict, InputInvalid
from lti_tool.lti.dynamic_registration import PersonalData
from lti_tool.lti.platform_configuration import checked_address
from lti_tool.lti.platform_text import is_identifier
from lti_tool.platforms.families import family_of
from lti_tool.registering import check_invitation
from lti_tool.roster.invitations import use_invitation
from lti_tool.roster.registrations import add_registration, find_registration, set_personal_data
from lti_tool.tool import Tool

_LONGEST = {"issuer": 500}
_LONGEST_ADDRESS = 1000


@dataclass(frozen=True)
class TypedPlatform:
    """What was typed. Of a product whose addresses we know `site` is enough; of another the four addresses are."""

    family_code: str
    client_id: str
    deployment_id: str
    personal_data: PersonalData
    site: str = ""
    issuer: str = ""
    auth_login_url: str = ""
    auth_token_url: str = ""
    jwks_url: str = ""

    @property
    def has_site(self) -> bool:
        """Whether one address is enough."""
        return family_of(self.family_code).registration.by_hand is not None

    def addresses(self) -> dict[str, str]:
        """Return the four addresses, those that we know filled in."""
        by_hand = family_of(self.family_code).registration.by_hand
        if by_hand is None:
            return {
                "issuer": self.issuer,
                "auth_login_url": self.auth_login_url,
                "auth_token_url": self.auth_token_url,
                "jwks_url": self.jwks_url,
            }
        patterns = {
            "issuer": by_hand.issuer,
            "auth_login_url": by_hand.logins_at,
            "auth_token_url": by_hand.tokens_at,
            "jwks_url": by_hand.keys_at,
        }
        return {name: pattern.replace("{site}", self.site.rstrip("/")) for name, pattern in patterns.items()}


def problems_of(tool: Tool, typed: TypedPlatform) -> dict[str, InputInvalid]:
    """Return what cannot be kept, by field: `missing`, `address` or `identifier`."""
    fields = {"site": typed.site} if typed.has_site else typed.addresses()
    found = {name: problem for name, value in fields.items() if (problem := _address_problem(tool, name, value))}
    by_hand = family_of(typed.family_code).registration.by_hand
    needs_deployment = by_hand is None or by_hand.names_deployment
    for name, value, is_needed in (
        ("client_id", typed.client_id, True),
        ("deployment_id", typed.deployment_id, needs_deployment),
    ):
        if not value and is_needed:
            found[name] = InputInvalid("missing", field=name)
        elif value and not is_identifier(value):
            found[name] = InputInvalid("identifier", field=name)
    return found


def register_by_hand(tool: Tool, secret: str, typed: TypedPlatform) -> None:
    """Keep the platform and use the invitation up. An invitation opens no registration of somebody else.

    Raises:
        InvitationRefused: see `check_invitation`.
        InputInvalid: see `problems_of`.
        Conflict: issuer and client id are registered already.
    """
    invitation_id = check_invitation(tool, secret)
    for problem in problems_of(tool, typed).values():
        raise problem
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        addresses = typed.addresses()
        if find_registration(tx, addresses["issuer"], typed.client_id) is not None:
            raise Conflict("registered-already")
        use_invitation(tx, invitation_id, now=now)
        registration, _is_new = add_registration(
            tx,
            **addresses,
            client_id=typed.client_id,
            deployments=(typed.deployment_id,) if typed.deployment_id else (),
            now=now,
        )
        registration.product_family = typed.family_code
        set_personal_data(tx, registration, typed.personal_data)


def _address_problem(tool: Tool, name: str, value: str) -> InputInvalid | None:
    if not value:
        return InputInvalid("missing", field=name)
    is_too_long = len(value) > _LONGEST.get(name, _LONGEST_ADDRESS - 100)
    if is_too_long or checked_address(value, allow_loopback=tool.settings.allow_loopback) is None:
        return InputInvalid("address", field=name)
    if name in {"site", "issuer"} and ("?" in value or "#" in value):
        return InputInvalid("address", field=name)
    return None

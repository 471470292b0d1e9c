"""What a platform publishes about itself for registration, read so that it can only speak for its own place.

The document decides where launches and tokens go from then on. So it must come from the host that it names as issuer,
and every address in it must lie on that host or below it; where a product spreads over hosts, its family says which.
https://www.imsglobal.org/spec/lti-dr/v1p0#platform-configuration
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from config.errors import PlatformFailed
from config.http_address import origin_to_call
from config.strict_json import parse_json_object
from lti_tool.lti.platform_text import clean_text, is_identifier
from lti_tool.lti.registration_problems import RegistrationFailed, RegistrationProblem
from lti_tool.platforms.families import family_of
from lti_tool.platforms.family import PlatformFamily
from lti_tool.platforms.registration_habits import HostedIssuer

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
MAX_CONFIGURATION_BYTES = 256_000
_CANVAS_ACCOUNT_NAME = "https://canvas.instructure.com/lti/account_name"
_MAX_URL_LENGTH = 1_000
_MAX_ISSUER_LENGTH = 500
_MAX_ENTRIES = 500
_MAX_MESSAGES = 50
_ON_THE_SCHOOLS_OWN_HOST = {"token_endpoint", "registration_endpoint"}
"""Of an issuer that schools share. Logins and keys are the company's own: who names the keys can sign for anybody."""
_LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class SupportedMessage:
    """A message that the platform can send, and the places from which it can."""

    type: str
    placements: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlatformConfiguration:
    """A platform's own word about itself. Lists hold identifiers only; texts are clean and cut to length."""

    url: str
    """Where it was read, without what stands behind the "?"."""
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    scopes_supported: tuple[str, ...] = ()
    claims_supported: tuple[str, ...] = ()
    product_family_code: str = ""
    version: str = ""
    messages: tuple[SupportedMessage, ...] = ()
    variables: tuple[str, ...] = ()
    """Without their "$"."""
    notice_types: tuple[str, ...] = ()
    account_name: str = ""
    authorization_server: str = ""

    @property
    def family(self) -> PlatformFamily:
        """The product that it says it is."""
        return family_of(self.product_family_code)

    @property
    def hosted_issuer(self) -> HostedIssuer | None:
        """The issuer that many schools share, where this is one."""
        return _hosted_issuer(self.family, _host(self.issuer))

    @property
    def token_audience(self) -> str:
        """The `aud` of our assertions where the platform wants another than its token address; empty elsewhere.

        Only an address of its own: a platform could otherwise make us sign something that opens another one for it.
        Canvas (2026-11) names a bare host there and still wants the token address.
        """
        server = self.authorization_server
        is_own = checked_address(server, allow_loopback=True) is not None and _is_of_issuer(
            server, self.issuer, self.hosted_issuer, ""
        )
        return server if is_own else ""

    @property
    def is_below_issuer(self) -> bool:
        """Whether it was read below the path of its issuer: two platforms can stand side by side on one host."""
        path = urlsplit(self.issuer).path.rstrip("/") + "/"
        return urlsplit(self.url).path.startswith(path)

    def placements_of(self, message_type: str) -> tuple[str, ...]:
        """Return the places from which it can send this message."""
        return tuple(place for message in self.messages if message.type == message_type for place in message.placements)


def read_configuration(document: bytes, url: str, *, allow_loopback: bool = False) -> PlatformConfiguration:
    """Return what the document says, or raise RegistrationFailed; `url` is where it was read.

    `allow_loopback` is for development: addresses of this machine may be http.
    """
    try:
        members = parse_json_object(document)
    except ValueError:
        raise RegistrationFailed(RegistrationProblem.NOT_A_CONFIGURATION) from None
    platform = members.get(PLATFORM_CONFIGURATION)
    if not isinstance(platform, dict):
        raise RegistrationFailed(RegistrationProblem.INCOMPLETE, "lti-platform-configuration")
    issuer = _address(members, "issuer", allow_loopback=allow_loopback, longest=_MAX_ISSUER_LENGTH)
    family_code = clean_text(platform.get("product_family_code"), 60) or ""
    server = clean_text(members.get("authorization_server"), _MAX_URL_LENGTH) or ""
    hosted = _hosted_issuer(family_of(family_code), _host(issuer))
    _check_issuer(issuer, url, hosted)
    endpoints = {
        name: _address(members, name, allow_loopback=allow_loopback)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    }
    for name, endpoint in endpoints.items():
        if not _is_of_issuer(endpoint, issuer, hosted, server if name in _ON_THE_SCHOOLS_OWN_HOST else ""):
            raise RegistrationFailed(RegistrationProblem.ENDPOINT_ELSEWHERE, name)
    _check_support(members, "id_token_signing_alg_values_supported", "RS256")
    _check_support(members, "token_endpoint_auth_methods_supported", "private_key_jwt")
    _check_support(members, "response_types_supported", "id_token")
    return PlatformConfiguration(
        url=_without_query(url),
        issuer=issuer,
        **endpoints,
        scopes_supported=_identifiers(members.get("scopes_supported")),
        claims_supported=_identifiers(members.get("claims_supported")),
        product_family_code=family_code,
        version=clean_text(platform.get("version"), 60) or "",
        messages=_messages(platform.get("messages_supported")),
        variables=tuple(name.removeprefix("$") for name in _identifiers(platform.get("variables"))),
        notice_types=_notice_types(platform.get("notice_types_supported")),
        account_name=clean_text(platform.get(_CANVAS_ACCOUNT_NAME), 200) or "",
        authorization_server=server,
    )


def checked_address(url: str, *, allow_loopback: bool) -> str | None:
    """Return an address that launches or tokens may go to: https and written plainly. None for any other."""
    try:
        origin = origin_to_call(url)
    except PlatformFailed:
        return None
    if origin.scheme == "https" or (allow_loopback and origin.host in _LOOPBACK_HOSTS):
        return url
    return None


def _address(members: dict[str, Any], name: str, *, allow_loopback: bool, longest: int = _MAX_URL_LENGTH) -> str:
    value = members.get(name)
    if value is None or value == "":
        raise RegistrationFailed(RegistrationProblem.INCOMPLETE, name)
    if not isinstance(value, str) or len(value) > longest or "#" in value:
        raise RegistrationFailed(RegistrationProblem.ADDRESS_REFUSED, name)
    checked = checked_address(value, allow_loopback=allow_loopback)
    if checked is None:
        raise RegistrationFailed(RegistrationProblem.ADDRESS_REFUSED, name)
    return checked


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _without_query(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()[:_MAX_URL_LENGTH]


def _hosted_issuer(family: PlatformFamily, host: str) -> HostedIssuer | None:
    return next((hosted for hosted in family.registration.hosted_issuers if hosted.issuer_host == host), None)


def _check_issuer(issuer: str, url: str, hosted: HostedIssuer | None) -> None:
    parts = urlsplit(issuer)
    if parts.query:
        raise RegistrationFailed(RegistrationProblem.ADDRESS_REFUSED, "issuer")
    host = _host(url)
    if host != _host(issuer) and not (hosted is not None and _is_among(host, hosted.hosts)):
        raise RegistrationFailed(RegistrationProblem.ISSUER_ELSEWHERE)


def _is_of_issuer(url: str, issuer: str, hosted: HostedIssuer | None, authorization_server: str) -> bool:
    host, own = _host(url), _host(issuer)
    if host == own or host.endswith(f".{own}"):
        return True
    if hosted is None:
        return False
    is_schools_own = hosted.trusts_authorization_server and host in {authorization_server, _host(authorization_server)}
    return is_schools_own or _is_among(host, hosted.hosts)


def _is_among(host: str, names: Iterable[str]) -> bool:
    return any(host.endswith(name[1:]) if name.startswith("*.") else host == name for name in names)


def _check_support(members: dict[str, Any], name: str, wanted: str) -> None:
    """Refuse a platform that says it cannot do what LTI 1.3 needs; one that does not say is tried."""
    offered = members.get(name)
    if isinstance(offered, list) and offered and wanted not in offered:
        raise RegistrationFailed(RegistrationProblem.NOT_SUPPORTED, name)


def _identifiers(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(dict.fromkeys(value for value in values[:_MAX_ENTRIES] if is_identifier(value)))


def _messages(values: Any) -> tuple[SupportedMessage, ...]:
    """Read the messages; some platforms write a bare name instead of an object."""
    found = []
    for value in values[:_MAX_MESSAGES] if isinstance(values, list) else ():
        entry = {"type": value} if isinstance(value, str) else value
        if isinstance(entry, dict) and is_identifier(entry.get("type")):
            found.append(SupportedMessage(entry["type"], _identifiers(entry.get("placements"))))
    return tuple(found)


def _notice_types(values: Any) -> tuple[str, ...]:
    """Read the notices; they are names, or objects with a name."""
    if not isinstance(values, list):
        return ()
    return _identifiers([value.get("notice_type") if isinstance(value, dict) else value for value in values])

"""Scheme, host and port of an address, for telling whether two addresses are of the same place.

https://www.rfc-editor.org/rfc/rfc6454#section-4
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
_WRITABLE_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
"""No star and no semicolon: in a header they would say more than one place."""


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Return the origin, or None for what is not a plain web address."""
    if "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme]


def written_origin(url: str) -> str:
    """Return the origin as a policy header names it, or nothing for what is not a plain web address in ASCII."""
    origin = origin_of(url)
    if origin is None or not _WRITABLE_HOST.fullmatch(origin[1]):
        return ""
    scheme, host, port = origin
    place = f"[{host}]" if ":" in host else host
    return f"{scheme}://{place}" + ("" if port == _DEFAULT_PORTS[scheme] else f":{port}")


def safe_origin(url: str, *, allow_loopback: bool) -> str:
    """Return the origin as a policy header names it, if it may be trusted with pages: nobody on the way can be it.

    `allow_loopback` is for development: places on this machine may be http.
    """
    origin = origin_of(url)
    if origin is None:
        return ""
    is_safe = origin[0] == "https" or (allow_loopback and origin[1] in _THIS_MACHINE)
    return written_origin(url) if is_safe else ""


def same_origin(one: str, other: str) -> bool:
    """Say whether both are web addresses of one place."""
    origin = origin_of(one)
    return origin is not None and origin == origin_of(other)


def is_of_platform(url: str, addresses: Iterable[str], wildcards: Iterable[str] = ()) -> bool:
    """Say whether an address is of the place of one of `addresses`: those of the registration, and of the school.

    `wildcards` are origins as a policy header writes them (`https://*.instructure.com`), for products that spread over
    many hosts of one company: see `frame_ancestors` of the platform's family.
    """
    origin = origin_of(url)
    if origin is None:
        return False
    if any(origin == origin_of(address) for address in addresses):
        return True
    scheme, host, port = origin
    return port == _DEFAULT_PORTS[scheme] and any(
        parent.startswith(f"{scheme}://*.") and host.endswith(parent.removeprefix(f"{scheme}://*"))
        for parent in wildcards
    )

"""Which addresses the service may call: the public internet, and loopback where a developer allows it.

Addresses of platforms are typed by administrators and sent by other servers, so each of them could point at our
own network. Names are judged by the addresses they resolve to, at the moment of connecting (see
`config.http_connection`); notations that other programs read differently are refused outright.
Ranges: https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from config.errors import PlatformFailed

IpAddress: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str, int], list[str]]

MAX_URL_LENGTH = 8_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")

# An own list: `ipaddress.is_global` answers differently from one Python release to the next.
_REFUSED_V4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this" network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # the host service of Azure
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, among them Teredo, which carries an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",
    )
]
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of an address, in one notation."""

    scheme: str
    host: str
    port: int


def refused(detail: str) -> PlatformFailed:
    """Return the error for an address that must not be called."""
    return PlatformFailed("address-refused", detail, retryable=False)


def origin_to_call(url: str) -> Origin:
    """Return the origin of a URL that is written in the one plain way, or raise PlatformFailed."""
    if len(url) > MAX_URL_LENGTH or not all("!" <= character <= "~" for character in url) or "\\" in url:
        raise refused("characters or length")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refused("not an address") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise PlatformFailed("scheme-refused", parts.scheme[:20], retryable=False)
    if "@" in parts.netloc:
        raise refused("user name in the address")
    if not host or port == 0:
        raise refused("no host or port")
    _check_notation(host, bracketed=parts.netloc.startswith("["))
    return Origin(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme])


def _check_notation(host: str, *, bracketed: bool) -> None:
    if bracketed:
        try:
            scoped = IPv6Address(host).scope_id is not None
        except ValueError:
            scoped = True
        if scoped:
            raise refused(f"host {host[:80]}")
        return
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):  # a trailing dot fails here too
        raise refused(f"host {host[:80]}")
    # 127.1, 2130706433 and 0x7f.1 are IPv4 addresses to the C library only.
    if _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
        try:
            IPv4Address(host)
        except ValueError:
            raise refused(f"host {host[:80]}") from None


def is_public(address: IpAddress) -> bool:
    """Say whether an address is on the public internet.

    IPv4 addresses that are written as IPv6 are refused with their notation, except behind NAT64, by which an
    IPv6-only network reaches every IPv4 host.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


def resolve_host(host: str, port: int) -> list[str]:
    """Ask the system's resolver for the addresses of a host, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@dataclass(frozen=True)
class AddressGuard:
    """Turns a host into the addresses that may be connected to."""

    allow_loopback: bool = False
    resolve: Resolve = resolve_host

    def addresses(self, origin: Origin) -> list[IpAddress]:
        """Return what may be connected to; one refused address among many refuses the host."""
        if origin.scheme == "http" and not self.allow_loopback:
            raise PlatformFailed("scheme-refused", "http", retryable=False)
        try:
            found = [ip_address(text) for text in self.resolve(origin.host, origin.port)]
        except OSError as problem:  # covers socket.gaierror
            raise PlatformFailed("unreachable", f"name {origin.host}", retryable=True) from problem
        except ValueError as problem:  # a name that cannot be asked for, or an answer that is no address
            raise refused(f"host {origin.host}") from problem
        if not found:
            raise PlatformFailed("unreachable", f"name {origin.host}", retryable=True)
        for address in found:
            loopback = self.allow_loopback and address.is_loopback
            if not loopback and not is_public(address):
                raise refused(f"host {origin.host}")
            if origin.scheme == "http" and not loopback:
                raise PlatformFailed("scheme-refused", "http", retryable=False)
        return found

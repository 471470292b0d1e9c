"""Connections of a call: to checked addresses only, and never longer than the call may last.

The address that was checked is the address connected to, so a name that changes its answer in between gains
nothing. The deadline is kept at every read of the socket: a server that sends one byte at a time, in its body or
already in its headers, cannot hold a thread. Only the system's resolver keeps its own time, which its configuration
limits. A connection serves one call, and others to the same origin after it where `config.http_keeping` keeps it.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from config.errors import PlatformFailed
from config.http_address import AddressGuard, IpAddress, Origin

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class Deadline:
    """The moment a call must be over, and how long a single step of it may wait."""

    def __init__(self, total_seconds: float, connect_seconds: float, read_seconds: float) -> None:
        self._at = time.monotonic() + total_seconds
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    def follow(self, newer: Deadline) -> None:
        """Be over when that one is: the connections of this deadline serve another call now."""
        self._at = newer._at

    def connect_seconds(self) -> float:
        """Return how long connecting may take now, or raise TimeoutError."""
        return self._left(self._connect_seconds)

    def read_seconds(self) -> float:
        """Return how long one read or write may take now, or raise TimeoutError."""
        return self._left(self._read_seconds)

    def _left(self, at_most: float) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call took too long")
        return min(at_most, left)


class _PlainSocket(socket.socket):
    """A socket that asks the deadline before each read and write."""

    deadline: Deadline | None = None

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        if self.deadline:
            self.settimeout(self.deadline.read_seconds())
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        if self.deadline:
            self.settimeout(self.deadline.read_seconds())
        super().sendall(data, flags)


class _TlsSocket(ssl.SSLSocket):
    """The same for TLS; `sendall` of an SSL socket is a loop over `send`."""

    deadline: Deadline | None = None

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        if self.deadline:
            self.settimeout(self.deadline.read_seconds())
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        if self.deadline:
            self.settimeout(self.deadline.read_seconds())
        return super().send(data, flags)


def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """Return a context that checks certificates and host names against the given authorities."""
    context = ssl.create_default_context(cafile=ca_bundle)
    context.sslsocket_class = _TlsSocket
    return context


@dataclass(frozen=True)
class _Opener:
    guard: AddressGuard
    deadline: Deadline

    def open(self, origin: Origin) -> socket.socket:
        problem: OSError | None = None
        for address in self.guard.addresses(origin):
            try:
                return self._connect(address, origin.port)
            except OSError as error:
                problem = error
        code = "timeout" if isinstance(problem, TimeoutError) else "unreachable"
        raise PlatformFailed(code, f"host {origin.host}", retryable=True) from problem

    def _connect(self, address: IpAddress, port: int) -> socket.socket:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        connected = _PlainSocket(family, socket.SOCK_STREAM)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(self.deadline.connect_seconds())
            connected.connect((str(address), port))
            # What remains for the TLS handshake, which counts its time as a whole.
            connected.settimeout(self.deadline.connect_seconds())
        except BaseException:
            connected.close()
            raise
        connected.deadline = self.deadline
        return connected


def guarded_pools(guard: AddressGuard, deadline: Deadline) -> dict[str, Any]:
    """Return the connection pools of one transport, by scheme, for urllib3's pool manager."""
    opener = _Opener(guard, deadline)

    # `_new_conn` is urllib3's place for another way to connect; its SOCKS support stands on it as well.
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return opener.open(Origin("http", self.host, self.port))

    class Tls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return opener.open(Origin("https", self.host, self.port))

        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, _TlsSocket):
                self.sock.deadline = deadline

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}

"""The one HTTP client of the service, for platforms, backpacks, verifiers and mail hooks.

Everything it calls was named by somebody else, so it has an address guard, limits on time and size, no proxies or
passwords from the environment, no cookies, and redirects only within one origin. An HTTP status is an answer;
everything else that can happen is a PlatformFailed with a code that says whether trying again makes sense.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ssl import SSLContext
from typing import Any
from urllib.parse import urljoin

import requests
import requests.adapters
import urllib3.exceptions
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from config.errors import PlatformFailed
from config.http_address import AddressGuard, Origin, Resolve, origin_to_call, resolve_host
from config.http_connection import Deadline, guarded_pools, tls_context
from config.http_keeping import KeptConnections

MAX_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_MAX_RETRY_AFTER_SECONDS = 86_400.0
_CHUNK_BYTES = 65_536

_shared_tls_context = lru_cache(maxsize=4)(tls_context)


@dataclass(frozen=True)
class HttpResponse:
    """An answer with any status. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON or raise PlatformFailed("bad-json")."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise PlatformFailed("bad-json", retryable=False, status=self.status) from None


def require_success(response: HttpResponse, what: str, now: datetime) -> None:
    """Raise PlatformFailed("<what>-failed") unless the status is 2xx, saying whether trying again makes sense."""
    status = response.status
    if 200 <= status < 300:
        return
    raise PlatformFailed(
        f"{what}-failed",
        f"status {status}",
        retryable=_is_throttled(response) or status in {408, 425, 429} or 500 <= status < 600,
        status=status,
        retry_after_seconds=retry_after_seconds(response.headers.get("retry-after", ""), now),
    )


def _is_throttled(response: HttpResponse) -> bool:
    """Say whether a 403 means "later" and not "never": an empty bucket is no refusal of rights.

    Canvas documents both 403 with this text and 429 for the same thing (2026-11), and says with each answer how much
    is left in the bucket: https://github.com/instructure/canvas-lms/blob/master/doc/api/throttling.md
    """
    if response.status != 403:
        return False
    try:
        left = float(response.headers.get("x-rate-limit-remaining", "1"))
    except ValueError:
        left = 1.0
    return left <= 0 or b"rate limit exceeded" in response.body[:2_000].lower()


def retry_after_seconds(value: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, at most a day; None if it asks nothing readable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:10]), _MAX_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return min(max((moment - now).total_seconds(), 0.0), _MAX_RETRY_AFTER_SECONDS)
    except (ValueError, OverflowError):
        return None


class _GuardedAdapter(requests.adapters.HTTPAdapter):
    """The transport of one call, or of calls to one origin one after another: `deadline` is that of the newest."""

    def __init__(self, guard: AddressGuard, deadline: Deadline, context: SSLContext) -> None:
        self._guard = guard
        self.deadline = deadline
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = guarded_pools(self._guard, self.deadline)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave it to the context, which has read its authorities once instead of at each connection."""


class HttpClient:
    """Sends requests and returns answers. Keeps no cookie, and no connection unless asked; serves all threads."""

    def __init__(
        self,
        *,
        user_agent: str,
        allow_loopback: bool = False,
        connect_timeout_seconds: float = 5,
        read_timeout_seconds: float = 10,
        total_timeout_seconds: float = 20,
        max_bytes: int = 1_000_000,
        resolve: Resolve = resolve_host,
        ca_bundle: str | None = None,
    ) -> None:
        self._guard = AddressGuard(allow_loopback, resolve)
        self._context = _shared_tls_context(ca_bundle or DEFAULT_CA_BUNDLE_PATH)
        # Moodle hosts refuse requests without a name, and Canvas asks for one since January 2026.
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}
        self._connect_seconds = connect_timeout_seconds
        self._read_seconds = read_timeout_seconds
        self._total_seconds = total_timeout_seconds
        self._max_bytes = max_bytes
        self._kept: KeptConnections[_GuardedAdapter] = KeptConnections()

    @contextmanager
    def keeping_connections(self) -> Iterator[None]:
        """Keep connections between the calls that this thread makes inside, for who calls the same hosts all day.

        A request that meets a connection which was just closed is not sent again: it may have arrived.
        """
        with self._kept.keeping():
            yield

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int | None = None,
    ) -> HttpResponse:
        """Return the answer, whatever its status; raise PlatformFailed when there is none that may be used.

        `max_bytes` limits the body as it is after decompression.
        """
        deadline = Deadline(self._total_seconds, self._connect_seconds, self._read_seconds)
        ending = {} if self._kept.is_keeping else {"Connection": "close"}
        sent_headers = {**self._headers, **ending, **(headers or {})}
        limit = self._max_bytes if max_bytes is None else max_bytes
        origin = origin_to_call(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._send_once(origin, method, url, sent_headers, body, deadline, limit)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            try:
                url = urljoin(url, location)
            except ValueError:
                break
            if method != "GET" or origin_to_call(url) != origin:
                break
        raise PlatformFailed("redirect-refused", f"host {origin.host}", retryable=False, status=answer.status)

    def _send_once(
        self,
        origin: Origin,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        deadline: Deadline,
        limit: int,
    ) -> HttpResponse:
        timeout = (self._connect_seconds, self._read_seconds)
        try:
            prepared = requests.Request(method, url, headers=headers, data=body).prepare()
            with self._kept.borrow(origin, lambda: self._new_adapter(deadline)) as adapter:
                adapter.deadline.follow(deadline)
                with adapter.send(prepared, stream=True, timeout=timeout) as answer:
                    received_headers = {name.lower(): value for name, value in answer.headers.items()}
                    content = _read_body(answer.raw, limit)
                    return HttpResponse(answer.status_code, received_headers, content)
        except requests.exceptions.InvalidURL as problem:
            raise PlatformFailed("address-refused", "not an address", retryable=False) from problem
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError) as problem:
            raise PlatformFailed("timeout", retryable=True) from problem
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as problem:
            raise PlatformFailed("tls", retryable=False) from problem
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            raise PlatformFailed("unreachable", type(problem).__name__, retryable=True) from problem

    def _new_adapter(self, deadline: Deadline) -> _GuardedAdapter:
        return _GuardedAdapter(self._guard, deadline, self._context)


def _read_body(raw: Any, limit: int) -> bytes:
    received = bytearray()
    for chunk in raw.stream(_CHUNK_BYTES, decode_content=True):
        received += chunk
        if len(received) > limit:
            raise PlatformFailed("too-large", retryable=False, status=raw.status)
    return bytes(received)

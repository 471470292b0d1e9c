"""The cookies of the demo browser, kept and sent by the rules that today's browsers apply to a tool in a frame.

The frame of another site gets only what is Partitioned (the strict rule, as in Safari and Firefox); SameSite, the
`__Host-` prefix, paths and expiry count; Secure cookies are taken over http, since every host here is this machine.
https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html
https://developer.mozilla.org/docs/Web/Privacy/Guides/Privacy_sandbox/Partitioned_cookies
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from config.clock import Clock


@dataclass(frozen=True)
class Navigation:
    """What decides about cookies: from where to where, how, and under which page."""

    host: str
    path: str
    method: str
    from_host: str | None
    """The host of the page that started it; None when the person typed the address."""
    top_host: str
    """The host of the page in the address bar while this happens."""
    in_frame: bool

    @property
    def is_framed_elsewhere(self) -> bool:
        """Whether the page is shown inside the page of another site."""
        return self.in_frame and self.host != self.top_host

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether another site started it."""
        return self.from_host not in (None, self.host)


@dataclass(frozen=True)
class Cookie:
    """One cookie as it was set. `partition` is the top host under which it lives, None for an ordinary one."""

    name: str
    value: str
    host: str
    path: str
    same_site: str
    partition: str | None
    expires_at: datetime | None

    def is_sent(self, to: Navigation, now: datetime) -> bool:
        """Tell whether a browser sends it along."""
        if self.host != to.host or self.partition not in (None, to.top_host):
            return False
        if self.expires_at is not None and self.expires_at <= now:
            return False
        if not (to.path + "/").startswith(self.path.rstrip("/") + "/"):
            return False
        if to.is_framed_elsewhere:
            return self.partition is not None and self.same_site == "none"
        if to.is_from_elsewhere and self.same_site != "none":
            return self.same_site == "lax" and not to.in_frame and to.method == "GET"
        return True


class CookieJar:
    """All cookies of one browser. With `keeps_frame_cookies` off, frames of other sites have none at all."""

    def __init__(self, clock: Clock, *, keeps_frame_cookies: bool = True) -> None:
        self._clock = clock
        self._keeps_frame_cookies = keeps_frame_cookies
        self._cookies: dict[tuple[str, str, str, str | None], Cookie] = {}

    def header(self, to: Navigation) -> str:
        """Return the Cookie header for a request; empty when there is nothing to send."""
        now = self._clock.now()
        sent = [cookie for cookie in self._cookies.values() if cookie.is_sent(to, now)]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sorted(sent, key=lambda c: -len(c.path)))

    def keep(self, lines: Iterable[str], by: Navigation) -> None:
        """Take the Set-Cookie lines of an answer, each if a browser would."""
        for line in lines:
            cookie = _read(line, by, self._clock.now())
            if cookie is None or (by.is_framed_elsewhere and not self._takes_from_frame(cookie)):
                continue
            self._cookies[(cookie.host, cookie.path, cookie.name, cookie.partition)] = cookie

    def _takes_from_frame(self, cookie: Cookie) -> bool:
        return self._keeps_frame_cookies and cookie.partition is not None and cookie.same_site == "none"


def _read(line: str, by: Navigation, now: datetime) -> Cookie | None:
    pair, *rest = line.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    attributes = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
    secure, path = "secure" in attributes, attributes.get("path", "")
    same_site = attributes.get("samesite", "lax").lower()
    if not equals or not name or attributes.get("domain", by.host).lstrip(".").lower() != by.host:
        return None
    if name.startswith("__Host-") and not (secure and path == "/" and "domain" not in attributes):
        return None
    if (name.startswith("__Secure-") or same_site == "none" or "partitioned" in attributes) and not secure:
        return None
    return Cookie(
        name=name,
        value=value,
        host=by.host,
        path=path if path.startswith("/") else by.path.rpartition("/")[0] or "/",
        same_site=same_site,
        partition=by.top_host if "partitioned" in attributes else None,
        expires_at=_expiry(attributes, now),
    )


def _expiry(attributes: dict[str, str], now: datetime) -> datetime | None:
    try:
        if "max-age" in attributes:
            return now + timedelta(seconds=int(attributes["max-age"]))
        if "expires" in attributes:
            moment = parsedate_to_datetime(attributes["expires"])
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return None

"""What the proxies in front say of a request, and whether that fits MIJLPAAL_TRUSTED_PROXIES.

Anybody can send X-Forwarded-* headers. Only what our own proxies added is believed, counted from the near end, and
nothing at all where they say less than they should: then the number is too high, and a client's own words would be
taken for theirs. Nobody is refused for a wrong number, since pages and launches do not depend on it; the log says so
once an hour, and `/health/ready` tells `mijlpaal check` how its own request arrived.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from lti_tool.web.current import tool

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KEY = "mijlpaal.forwarded"
_FOR, _SCHEME = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
_NEVER_READ = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_REAL_IP",
)
_SILENCE = timedelta(hours=1)
_LONGEST_SCHEME = 10

logger = logging.getLogger("mijlpaal.proxies")


class ProxyProblem(StrEnum):
    """How the headers of a request and the setting disagree."""

    NONE_TRUSTED = "none-trusted"
    NO_PROXY = "no-proxy"
    TOO_MANY_TRUSTED = "too-many-trusted"
    NO_SCHEME = "no-scheme"
    NOT_HTTPS = "not-https"
    TOO_FEW_TRUSTED = "too-few-trusted"


SENTENCES = {
    ProxyProblem.NONE_TRUSTED: (
        "X-Forwarded-* headers come in and are not believed, because MIJLPAAL_TRUSTED_PROXIES is 0. If there is a "
        "proxy of yours in front, set it to the number of proxies."
    ),
    ProxyProblem.NO_PROXY: (
        "A request came without X-Forwarded-For and X-Forwarded-Proto: the proxy does not set them, or the request "
        "came past it. Let the proxy set both, and let nobody else reach the port of `mijlpaal serve`."
    ),
    ProxyProblem.TOO_MANY_TRUSTED: (
        "X-Forwarded-For names fewer addresses than MIJLPAAL_TRUSTED_PROXIES says. Lower the number, or let every "
        "proxy add its address; until then none of these headers is believed."
    ),
    ProxyProblem.NO_SCHEME: "The proxy does not set X-Forwarded-Proto. Let it say https or http.",
    ProxyProblem.NOT_HTTPS: (
        "A request came over http, and MIJLPAAL_PUBLIC_URL is https. Let the proxy send http on to https."
    ),
    ProxyProblem.TOO_FEW_TRUSTED: (
        "X-Forwarded-For names more addresses than MIJLPAAL_TRUSTED_PROXIES says. If there are more proxies of yours, "
        "raise the number. If not, a browser sent the header itself: that does no harm, only the last are believed."
    ),
}
"""What an administrator reads."""


@dataclass(frozen=True)
class Forwarded:
    """What a request carried when it arrived here."""

    addresses: int
    """How many X-Forwarded-For names: one for each proxy, more when the client sent the header itself."""
    scheme: str
    """What our proxies say the browser used; empty when they say nothing."""


def read_forwarded(environ: WSGIEnvironment, trusted: int) -> Forwarded:
    """Read the headers. Of several schemes the one that the farthest trusted proxy wrote counts; often there is one."""
    addresses = _values(environ.get(_FOR, ""))
    schemes = _values(environ.get(_SCHEME, ""))
    scheme = schemes[-min(max(trusted, 1), len(schemes))] if schemes else ""
    return Forwarded(len(addresses), scheme[:_LONGEST_SCHEME].lower())


def problem_of(forwarded: Forwarded, *, trusted: int, is_https_site: bool) -> ProxyProblem | None:
    """Return what does not fit, the surest first; None when all does."""
    if trusted == 0:
        return ProxyProblem.NONE_TRUSTED if forwarded.addresses or forwarded.scheme else None
    if not forwarded.addresses and not forwarded.scheme:
        return ProxyProblem.NO_PROXY
    if forwarded.addresses < trusted:
        return ProxyProblem.TOO_MANY_TRUSTED
    if not forwarded.scheme:
        return ProxyProblem.NO_SCHEME
    if is_https_site and forwarded.scheme != "https":
        return ProxyProblem.NOT_HTTPS
    return ProxyProblem.TOO_FEW_TRUSTED if forwarded.addresses > trusted else None


class TrustedProxies:
    """Applies what the trusted proxies say, and takes every other forwarding header away from the application."""

    def __init__(self, app: WSGIApplication, trusted: int) -> None:
        self._app = app
        self._trusted = trusted
        # The scheme is one value by then: with two proxies most set-ups still write a single one.
        self._believing = ProxyFix(app, x_for=trusted, x_proto=1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request on."""
        forwarded = environ[_KEY] = read_forwarded(environ, self._trusted)
        for name in _NEVER_READ:
            environ.pop(name, None)
        if self._trusted == 0 or forwarded.addresses < self._trusted:
            environ.pop(_FOR, None)
            environ.pop(_SCHEME, None)
            return self._app(environ, start_response)
        environ[_SCHEME] = forwarded.scheme
        return self._believing(environ, start_response)


def how_it_arrived() -> dict[str, object]:
    """Describe the present request for `/health/ready`: numbers and a short word, no address."""
    forwarded, trusted = _forwarded(), tool().settings.trusted_proxies
    return {
        "trusted": trusted,
        "addresses": forwarded.addresses,
        "scheme": forwarded.scheme,
        "problem": _problem(forwarded) or "",
    }


def init_proxies(app: Flask, settings: Settings) -> None:
    """Put the app behind its proxies. After `init_requests_log`, so that a logged problem has a reference number."""
    said: dict[ProxyProblem, datetime] = {}
    lock = Lock()

    @app.before_request
    def look() -> None:
        problem = None if request.path.startswith("/health/") else _problem(_forwarded())
        if problem is None:
            return
        now = tool().clock.now()
        with lock:
            if problem in said and now - said[problem] < _SILENCE:
                return
            said[problem] = now
        logger.warning("proxies do not fit", extra={"code": problem, "detail": SENTENCES[problem]})

    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]


def _problem(forwarded: Forwarded) -> ProxyProblem | None:
    settings = tool().settings
    is_https_site = settings.public_url.startswith("https://")
    return problem_of(forwarded, trusted=settings.trusted_proxies, is_https_site=is_https_site)


def _forwarded() -> Forwarded:
    forwarded: Forwarded = request.environ[_KEY]
    return forwarded


def _values(header: str) -> list[str]:
    return [value.strip() for value in header.split(",") if value.strip()]

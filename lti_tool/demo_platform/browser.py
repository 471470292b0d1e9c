"""A person at a browser, without a browser: plays launches and forms for the demo that needs no screen.

It does what a browser does with addresses, redirects, cookies, frames and forms, and sends the headers by which a
server tells a frame from a window (https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header).
It runs no scripts; a page that would send itself on is recognised and sent on. It talks to this machine only.

    browser = DemoBrowser()
    course = browser.open("http://localhost:8700/as/zoe/course")
    page = browser.launch(course)
    page = browser.submit(page, page.find_form("answer").fill(answer="Ja"))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from config.clock import Clock, SystemClock
from lti_tool.demo_platform.browser_cookies import CookieJar, Navigation
from lti_tool.demo_platform.browser_form import Button, Form, Sending
from lti_tool.demo_platform.browser_origin import distance, farthest, origin_header, origin_of, referrer_header
from lti_tool.demo_platform.browser_page import Link, Page, read_page

_MOST_REDIRECTS = 10
_MOST_BYTES = 5_000_000
_TIMEOUT_SECONDS = 20
_AS_IS = "%/:?#[]@!$&'()*+,;=~"
_KEEPS_METHOD = {307, 308}
_REDIRECTS = {301, 302, 303, *_KEEPS_METHOD}
# By these fields a page of a launch is known: https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
_LAUNCH_FIELDS = ({"id_token", "state"}, {"iss", "login_hint"})


class BrowserFailed(Exception):
    """The browser could not go on; the text says where."""


@dataclass(frozen=True)
class Step:
    """One request and its answer. The query is left out: it may hold secrets of a launch."""

    method: str
    url: str
    status: int
    in_frame: bool


@dataclass(frozen=True)
class _Request:
    sending: Sending
    from_page: Page | None
    """The page on which a link or button was used; None when the address was typed."""
    top_host: str
    in_frame: bool
    origin: str
    """The Origin header; empty for a GET."""
    site: str
    """How far away the request comes from, over all redirects: Sec-Fetch-Site."""

    @property
    def url(self) -> str:
        return self.sending.url


class DemoBrowser:
    """One browser with its own cookies. `steps` records everything it asked for, in order."""

    def __init__(self, *, language: str = "nl", clock: Clock | None = None, keeps_frame_cookies: bool = True) -> None:
        self._language = language
        self._cookies = CookieJar(clock or SystemClock(), keeps_frame_cookies=keeps_frame_cookies)
        self.steps: list[Step] = []

    def open(self, url: str) -> Page:
        """Type an address."""
        return self._go(Sending(url), None, in_frame=False, top_host=_host(url))

    def follow(self, page: Page, link: Link | str) -> Page:
        """Use a link, or the first with these words; `_top` and `_blank` leave the frame."""
        wanted = page.find_link(link) if isinstance(link, str) else link
        return self._go_from(page, Sending(wanted.url), wanted.target)

    def enter_frame(self, page: Page, title: str = "") -> Page:
        """Load the frame of a page, as the browser does by itself."""
        frame = page.find_frame(title)
        return self._go(Sending(frame.url), page, in_frame=True, top_host=page.top_host)

    def submit(self, page: Page, form: Form, button: Button | str | None = None) -> Page:
        """Send a form of a page, with its first button unless another is named."""
        if isinstance(button, str):
            button = form.find_button(button)
        elif button is None and form.buttons:
            button = form.buttons[0]
        return self._go_from(page, form.sending(button), form.target)

    def launch(self, page: Page, *, new_window: str = "") -> Page:
        """Open the tool that a course page shows, and return its first page.

        In the frame of the page, or through the link whose words are given as `new_window`.
        """
        here = self.follow(page, new_window) if new_window else self.enter_frame(page)
        for _ in range(_MOST_REDIRECTS):
            form = next((form for form in here.forms if any(form.names >= names for names in _LAUNCH_FIELDS)), None)
            if form is None:
                return here
            here = self.submit(here, form)
        raise BrowserFailed(f"the launch does not end: {here.url}")

    def summary(self) -> list[str]:
        """Return the record, one line a step."""
        return [f"{step.method:4} {step.status} {step.url}{' (frame)' if step.in_frame else ''}" for step in self.steps]

    def _go_from(self, page: Page, sending: Sending, target: str) -> Page:
        stays = page.in_frame and target.lower() not in ("_top", "_blank", "_parent")
        top_host = page.top_host if stays else _host(sending.url)
        return self._go(sending, page, in_frame=stays, top_host=top_host)

    def _go(self, sending: Sending, from_page: Page | None, *, in_frame: bool, top_host: str) -> Page:
        request = _Request(
            sending=sending,
            from_page=from_page,
            top_host=top_host,
            in_frame=in_frame,
            origin="" if sending.method == "GET" else origin_header(from_page, sending.url),
            site="none" if from_page is None else distance(from_page.url, sending.url),
        )
        for _ in range(_MOST_REDIRECTS):
            page = self._send(request)
            location = page.headers.get("location")
            if page.status not in _REDIRECTS or not location:
                return page
            request = _redirected(request, urljoin(request.url, location), page.status)
        raise BrowserFailed(f"too many redirects: {request.url}")

    def _send(self, request: _Request) -> Page:
        parts = _parts(request.url)
        from_host = None if request.from_page is None else urlsplit(request.from_page.url).hostname
        navigation = Navigation(
            host=parts.hostname or "",
            path=parts.path or "/",
            method=request.sending.method,
            from_host=from_host,
            top_host=request.top_host,
            in_frame=request.in_frame,
        )
        status, lines, body = self._exchange(request, parts, self._headers(request, navigation))
        self.steps.append(Step(request.sending.method, request.url.partition("?")[0], status, request.in_frame))
        self._cookies.keep((value for name, value in lines if name == "set-cookie"), navigation)
        return read_page(request.url, status, dict(lines), body, top_host=request.top_host, in_frame=request.in_frame)

    def _headers(self, request: _Request, navigation: Navigation) -> dict[str, str]:
        headers = {
            "User-Agent": "Mozilla/5.0 (compatible; mijlpaal-demo-browser)",
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": self._language,
            "Sec-Fetch-Dest": "iframe" if request.in_frame else "document",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": request.site,
            "Cookie": self._cookies.header(navigation),
            "Referer": referrer_header(request.from_page, request.url),
            "Origin": request.origin,
            "Content-Type": request.sending.media_type,
        }
        return {name: value for name, value in headers.items() if value}

    def _exchange(
        self, request: _Request, parts: SplitResult, headers: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        try:
            path = quote(parts.path or "/", safe=_AS_IS)
            path += f"?{quote(parts.query, safe=_AS_IS)}" if parts.query else ""
            sending = request.sending
            connection.request(sending.method, path, body=sending.body, headers=headers)
            answer = connection.getresponse()
            body = answer.read(_MOST_BYTES + 1)
            lines = [(name.lower(), value) for name, value in answer.getheaders()]
        except (OSError, HTTPException) as error:
            raise BrowserFailed(f"no answer from {parts.netloc}: {error}") from error
        finally:
            connection.close()
        if len(body) > _MOST_BYTES:
            raise BrowserFailed(f"the page is too large: {request.url}")
        return answer.status, lines, body


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != "http" or not _is_this_machine(parts.hostname or ""):
        raise BrowserFailed(f"not an http address of this machine: {url}")
    return parts


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(url: str) -> str:
    return _parts(url).hostname or ""


def _redirected(request: _Request, url: str, status: int) -> _Request:
    top_host = request.top_host if request.in_frame else _host(url)
    site = farthest(request.site, distance(request.url, url)) if request.from_page else "none"
    if status in _KEEPS_METHOD and request.sending.method != "GET":
        origin = request.origin if origin_of(request.url) == origin_of(url) else "null"
        sending = replace(request.sending, url=url)
        return replace(request, sending=sending, top_host=top_host, site=site, origin=origin)
    return replace(request, sending=Sending(url), top_host=top_host, site=site, origin="")

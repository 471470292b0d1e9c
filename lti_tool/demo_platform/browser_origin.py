"""What the demo browser tells a server about where a request comes from.

https://www.w3.org/TR/referrer-policy/ and https://www.w3.org/TR/fetch-metadata/
A page that hides where it comes from hides it in the Origin header as well, even from its own server:
https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

from urllib.parse import urlsplit

from lti_tool.demo_platform.browser_page import Page

_DISTANCES = ("same-origin", "same-site", "cross-site")


def origin_of(url: str) -> str:
    """Return scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def distance(from_url: str, to_url: str) -> str:
    """Return the Sec-Fetch-Site of a step. Ports do not make a site."""
    if origin_of(from_url) == origin_of(to_url):
        return "same-origin"
    return "same-site" if urlsplit(from_url).hostname == urlsplit(to_url).hostname else "cross-site"


def farthest(one: str, other: str) -> str:
    """Return the greater of two distances: a chain of redirects is as far as its farthest step."""
    return max(one, other, key=_DISTANCES.index)


def referrer_header(page: Page | None, url: str) -> str:
    """Return the Referer of a request that this page starts; empty when there is none."""
    if page is None:
        return ""
    full, origin = page.url.partition("#")[0], f"{origin_of(page.url)}/"
    same = origin_of(page.url) == origin_of(url)
    match _policy(page):
        case "no-referrer":
            return ""
        case "same-origin":
            return full if same else ""
        case "origin" | "strict-origin":
            return origin
        case "unsafe-url" | "no-referrer-when-downgrade":
            return full
    return full if same else origin


def origin_header(page: Page | None, url: str) -> str:
    """Return the Origin of a POST that this page starts."""
    if page is None or _policy(page) == "no-referrer":
        return "null"
    if _policy(page) == "same-origin" and origin_of(page.url) != origin_of(url):
        return "null"
    return origin_of(page.url)


def _policy(page: Page) -> str:
    return page.headers.get("referrer-policy", "").split(",")[-1].strip() or "strict-origin-when-cross-origin"

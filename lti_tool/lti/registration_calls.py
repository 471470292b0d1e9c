"""The two calls of a registration: asking a platform who it is, and asking it to register us.

The token that came with the browser goes to the platform's own hosts and nowhere else. It is first tried without:
Moodle shows its configuration to everybody, Canvas to the bearer of the token only (2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from config.errors import PlatformFailed
from config.http import HttpClient, HttpResponse
from lti_tool.lti.dynamic_registration import Registered, read_registration_answer
from lti_tool.lti.platform_configuration import (
    MAX_CONFIGURATION_BYTES,
    PlatformConfiguration,
    checked_address,
    read_configuration,
)
from lti_tool.lti.platform_text import clean_text
from lti_tool.lti.registration_problems import RegistrationFailed, RegistrationProblem

MAX_ANSWER_BYTES = 256_000
MAX_TOKEN_LENGTH = 8_000
_LONGEST_SAID = 300
_READING_PROBLEMS = {
    "address-refused": RegistrationProblem.ADDRESS_REFUSED,
    "scheme-refused": RegistrationProblem.ADDRESS_REFUSED,
    "too-large": RegistrationProblem.NOT_A_CONFIGURATION,
    "redirect-refused": RegistrationProblem.NOT_A_CONFIGURATION,
}
# Of these it is certain that the platform never got the request.
_NEVER_SENT = {"address-refused", "scheme-refused", "tls"}


def fetch_configuration(http: HttpClient, url: str, token: str, *, allow_loopback: bool) -> PlatformConfiguration:
    """Return the configuration that stands at this address, or raise RegistrationFailed."""
    if not url:
        raise RegistrationFailed(RegistrationProblem.NO_CONFIGURATION_ADDRESS)
    if checked_address(url, allow_loopback=allow_loopback) is None:
        raise RegistrationFailed(RegistrationProblem.ADDRESS_REFUSED, "openid_configuration")
    answer = _read(http, url, "")
    if answer.status in {401, 403} and is_token(token):
        answer = _read(http, url, token)
    if answer.status in {401, 403}:
        raise RegistrationFailed(RegistrationProblem.BEARER_REFUSED, f"status {answer.status}")
    if not 200 <= answer.status < 300:
        raise RegistrationFailed(RegistrationProblem.CONFIGURATION_REFUSED, f"status {answer.status}")
    return read_configuration(answer.body, url, allow_loopback=allow_loopback)


def send_registration(
    http: HttpClient, configuration: PlatformConfiguration, token: str, payload: Mapping[str, Any]
) -> Registered:
    """Ask the platform to register us; `configuration` has been checked, so its address is the platform's own.

    Raises:
        RegistrationFailed: `outcome-unknown` when no answer came, so that only the platform knows whether it did it.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if is_token(token):
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = http.send(
            "POST",
            configuration.registration_endpoint,
            headers=headers,
            body=json.dumps(payload).encode(),
            max_bytes=MAX_ANSWER_BYTES,
        )
    except PlatformFailed as failed:
        if failed.code in _NEVER_SENT:
            raise RegistrationFailed(RegistrationProblem.UNREACHABLE, failed.code) from failed
        raise RegistrationFailed(RegistrationProblem.OUTCOME_UNKNOWN, failed.code) from failed
    if 200 <= answer.status < 300:
        return read_registration_answer(answer.body)
    problem = RegistrationProblem.REFUSED
    if answer.status in {401, 403}:
        problem = RegistrationProblem.BEARER_REFUSED
    elif answer.status >= 500:
        problem = RegistrationProblem.PLATFORM_BROKEN
    raise RegistrationFailed(problem, f"status {answer.status}", said=_said(answer))


def is_token(token: str) -> bool:
    """Say whether this can go into a header."""
    return 0 < len(token) <= MAX_TOKEN_LENGTH and all("!" <= character <= "~" for character in token)


def _read(http: HttpClient, url: str, token: str) -> HttpResponse:
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        return http.send("GET", url, headers=headers, max_bytes=MAX_CONFIGURATION_BYTES)
    except PlatformFailed as failed:
        problem = _READING_PROBLEMS.get(failed.code, RegistrationProblem.UNREACHABLE)
        raise RegistrationFailed(problem, failed.code) from failed


def _said(answer: HttpResponse) -> str:
    """Return the platform's reason where it gave one in words; a web page is none."""
    text = answer.body[: 4 * _LONGEST_SAID].decode("utf-8", "replace")
    if "<" in text:
        return ""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = text
    return clean_text(said if isinstance(said, str) else text, _LONGEST_SAID) or ""

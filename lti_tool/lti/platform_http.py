"""The one way to a platform's services: with an access token, and with a second try when the platform dropped it.

https://www.imsglobal.org/spec/security/v1p0/#using-oauth-2-0-client-credentials-grant
"""

from __future__ import annotations

from collections.abc import Iterable

from config.clock import Clock
from config.http import HttpClient, HttpResponse, require_success
from lti_tool.lti.access_tokens import AccessTokens
from lti_tool.lti.platform_endpoint import PlatformEndpoint


class PlatformHttp:
    """Calls services of platforms. One instance serves all threads."""

    def __init__(self, http: HttpClient, access_tokens: AccessTokens, clock: Clock) -> None:
        self._http = http
        self._access_tokens = access_tokens
        self._clock = clock

    def send(
        self,
        endpoint: PlatformEndpoint,
        method: str,
        url: str,
        *,
        scopes: Iterable[str],
        what: str,
        accept: str | None = None,
        content_type: str | None = None,
        body: bytes | None = None,
        max_bytes: int | None = None,
    ) -> HttpResponse:
        """Return an answer with a 2xx status, or raise PlatformFailed; `what` is the first word of its code.

        Media types go out exactly as given: Moodle refuses a charset behind them.
        """
        wanted = tuple(scopes)
        headers = {"Accept": accept} if accept else {}
        if content_type:
            headers["Content-Type"] = content_type
        for attempt in (1, 2):
            token = self._access_tokens.get_token(endpoint, wanted)
            response = self._http.send(
                method,
                url,
                headers={**headers, "Authorization": f"Bearer {token}"},
                body=body,
                max_bytes=max_bytes,
            )
            if response.status != 401 or attempt == 2:
                break
            self._access_tokens.forget(endpoint, wanted, token)
        require_success(response, what, self._clock.now())
        return response

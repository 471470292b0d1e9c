"""The public keys of the tools: fetched when first needed, kept, fetched again when a key id is unknown.

https://www.imsglobal.org/spec/security/v1p0/#h_key-set-url
"""

from __future__ import annotations

from collections.abc import Callable

import jwt


class ToolKeysUnavailable(Exception):
    """The key set of a tool could not be fetched or read."""


class ToolKeys:
    """The key sets behind the addresses of the tools, kept in memory."""

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._fetch = fetch
        self._keys: dict[str, dict[str, jwt.PyJWK]] = {}

    def find(self, url: str, kid: str) -> jwt.PyJWK | None:
        """Return the key with this id, of the set at this address. Raises ToolKeysUnavailable."""
        if kid not in self._keys.get(url, {}):
            self._keys[url] = self._fetch_keys(url)
        return self._keys[url].get(kid)

    def _fetch_keys(self, url: str) -> dict[str, jwt.PyJWK]:
        try:
            key_set = jwt.PyJWKSet.from_json(self._fetch(url).decode())
        # `fetch` belongs to whoever started the platform: whatever it raises, the keys are not there.
        except Exception as error:
            raise ToolKeysUnavailable(f"no keys at {url}: {error}") from error
        return {key.key_id: key for key in key_set.keys if key.key_id and key.key_type == "RSA"}

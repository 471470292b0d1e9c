"""The public keys of the tool: fetched when first needed, kept, fetched again when a key id is unknown.

https://www.imsglobal.org/spec/security/v1p0/#h_key-set-url
"""

from __future__ import annotations

from collections.abc import Callable

import jwt


class ToolKeysUnavailable(Exception):
    """The key set of the tool could not be fetched or read."""


class ToolKeys:
    """The key set behind one address, kept in memory."""

    def __init__(self, url: str, fetch: Callable[[str], bytes]) -> None:
        self._url = url
        self._fetch = fetch
        self._keys: dict[str, jwt.PyJWK] = {}

    def find(self, kid: str) -> jwt.PyJWK | None:
        """Return the key with this id. Raises ToolKeysUnavailable."""
        if kid not in self._keys:
            self._keys = self._fetch_keys()
        return self._keys.get(kid)

    def _fetch_keys(self) -> dict[str, jwt.PyJWK]:
        try:
            key_set = jwt.PyJWKSet.from_json(self._fetch(self._url).decode())
        # `fetch` belongs to whoever started the platform: whatever it raises, the keys are not there.
        except Exception as error:
            raise ToolKeysUnavailable(f"no keys at {self._url}: {error}") from error
        return {key.key_id: key for key in key_set.keys if key.key_id and key.key_type == "RSA"}

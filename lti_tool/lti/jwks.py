"""The public keys of platforms, fetched when needed and kept for an hour.

A key id we do not know makes us fetch the set again, for platforms renew their keys; not for every token with an
invented key id, though. When a platform does not answer, the keys we have go on counting for a day.
https://www.imsglobal.org/spec/security/v1p0/#key-set-url
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from config.clock import Clock
from config.errors import PlatformFailed
from config.http import HttpClient, require_success
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.platform_text import is_identifier

_FRESH = timedelta(hours=1)
_USABLE = timedelta(days=1)
_REFETCH_AFTER = timedelta(seconds=30)
_UNKNOWN = timedelta(seconds=60)
_RETRY_AFTER = timedelta(seconds=5)
_MAX_SETS = 256
_MAX_KEYS = 100
_MAX_UNKNOWN = 100
_MAX_BYTES = 256_000
_MIN_BITS, _MAX_BITS = 2048, 8192


@dataclass
class _KeySet:
    lock: Lock = field(default_factory=Lock)
    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    try_again_at: datetime | None = None
    unknown: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    def is_within(self, age: timedelta, now: datetime) -> bool:
        return self.fetched_at is not None and now - self.fetched_at < age

    def remember_unknown(self, key_id: str, now: datetime) -> None:
        """Keep a key id that the platform does not publish, for a minute: it may be about to."""
        self.unknown[key_id] = now + _UNKNOWN
        self.unknown.move_to_end(key_id)
        if len(self.unknown) > _MAX_UNKNOWN:
            self.unknown.popitem(last=False)


class KeySets:
    """The key sets of all platforms, by address. One instance serves all threads."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._sets: OrderedDict[str, _KeySet] = OrderedDict()
        self._lock = Lock()

    def get_key(self, jwks_url: str, key_id: str) -> RSAPublicKey:
        """Return the key, or raise LaunchRefused: key_unknown, or keys_unreachable when it cannot be known."""
        key_set = self._key_set(jwks_url)
        now = self._clock.now()
        # Known and fresh needs no lock: the dictionary is replaced as a whole.
        key = key_set.keys.get(key_id)
        if key is not None and key_set.is_within(_FRESH, now):
            return key
        with key_set.lock:
            return self._get_key_locked(key_set, jwks_url, key_id, now)

    def _get_key_locked(self, key_set: _KeySet, jwks_url: str, key_id: str, now: datetime) -> RSAPublicKey:
        key = key_set.keys.get(key_id)
        fresh = key_set.is_within(_FRESH, now)
        if key is not None and fresh:
            return key
        may_fetch = key_set.try_again_at is None or now >= key_set.try_again_at
        known_unknown = fresh and key_set.unknown.get(key_id, now) > now
        reached = fresh
        if may_fetch and not known_unknown:
            reached = self._fetch(key_set, jwks_url, now)
            key = key_set.keys.get(key_id)
            if reached and key is None:
                key_set.remember_unknown(key_id, now)
                # Made-up key ids cost the platform one request in this while; a real rotation is seen at once.
                key_set.try_again_at = now + _REFETCH_AFTER
        if key is not None and key_set.is_within(_USABLE, now):
            return key
        raise LaunchRefused(LaunchRefusal.KEY_UNKNOWN if reached else LaunchRefusal.KEYS_UNREACHABLE)

    def _fetch(self, key_set: _KeySet, jwks_url: str, now: datetime) -> bool:
        try:
            response = self._http.send("GET", jwks_url, headers={"Accept": "application/json"}, max_bytes=_MAX_BYTES)
            require_success(response, "jwks", now)
            key_set.keys = _usable_keys(response.json())
        except PlatformFailed:
            key_set.try_again_at = now + _RETRY_AFTER
            return False
        key_set.fetched_at = now
        key_set.try_again_at = None
        return True

    def _key_set(self, jwks_url: str) -> _KeySet:
        with self._lock:
            key_set = self._sets.setdefault(jwks_url, _KeySet())
            self._sets.move_to_end(jwks_url)
            if len(self._sets) > _MAX_SETS:
                self._sets.popitem(last=False)
            return key_set


def _usable_keys(document: Any) -> dict[str, RSAPublicKey]:
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise PlatformFailed("bad-jwks", retryable=False)
    found: dict[str, RSAPublicKey] = {}
    for entry in entries[:_MAX_KEYS]:
        key = _usable_key(entry)
        if key is not None:
            found.setdefault(entry["kid"], key)
    return found


def _usable_key(entry: Any) -> RSAPublicKey | None:
    if not isinstance(entry, dict) or not is_identifier(entry.get("kid")):
        return None
    if (
        entry.get("kty") != "RSA"
        or entry.get("use") not in (None, "sig")
        or entry.get("alg") not in (None, "RS256")
        or not _may_verify(entry.get("key_ops"))
        or len(str(entry.get("n"))) > _MAX_BITS // 6 + 10
        or len(str(entry.get("e"))) > 6
    ):
        return None
    try:
        key = RSAAlgorithm.from_jwk(entry)
    except (jwt.InvalidKeyError, ValueError, TypeError):
        return None
    # A private key that was published is everybody's key.
    return key if isinstance(key, RSAPublicKey) and _MIN_BITS <= key.key_size <= _MAX_BITS else None


def _may_verify(key_ops: Any) -> bool:
    return key_ops is None or (isinstance(key_ops, list) and (not key_ops or "verify" in key_ops))

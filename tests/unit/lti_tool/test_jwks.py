"""Key sets of platforms: renewal, invented key ids, silence, and keys that must not count."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from config.clock import SettableClock
from config.http import HttpClient
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.keys import load_private_key
from tests.factories.launch import NOW, platform_keys
from tests.factories.local_server import Answer, LocalServer, Received

FIRST = platform_keys().jwks()["keys"][0]
SECOND = platform_keys("second").jwks()["keys"][0]


class Published:
    """A key set address whose answer can be changed."""

    def __init__(self) -> None:
        self.document: Any = {"keys": [FIRST]}
        self.status = 200
        self.clock = SettableClock(NOW)
        self.server = LocalServer(self._answer)
        self.key_sets = KeySets(HttpClient(user_agent="test", allow_loopback=True), self.clock)

    def _answer(self, received: Received) -> Answer:
        return Answer(self.status, json.dumps(self.document).encode())

    @property
    def fetched(self) -> int:
        return len(self.server.received)

    def find(self, key_id: str) -> str:
        """Return "found" or the reason why not."""
        try:
            self.key_sets.get_key(f"{self.server.url}/jwks", key_id)
        except LaunchRefused as refused:
            return refused.reason
        return "found"


@pytest.fixture
def published() -> Iterator[Published]:
    given = Published()
    with given.server:
        yield given


def test_key_is_fetched_once_when_asked_for_often(published: Published) -> None:
    assert [published.find(FIRST["kid"]) for _ in range(5)] == ["found"] * 5
    assert published.fetched == 1


def test_keys_are_fetched_again_when_an_hour_has_passed(published: Published) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(minutes=61)
    published.find(FIRST["kid"])

    assert published.fetched == 2


def test_new_key_is_found_when_the_platform_has_renewed_it(published: Published) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(minutes=5)
    published.document = {"keys": [FIRST, SECOND]}

    assert published.find(SECOND["kid"]) == "found"
    assert published.fetched == 2


def test_withdrawn_key_is_unknown_when_the_set_was_fetched_again(published: Published) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(minutes=61)
    published.document = {"keys": [SECOND]}

    assert published.find(FIRST["kid"]) == LaunchRefusal.KEY_UNKNOWN


def test_invented_key_id_fetches_once_and_is_then_remembered(published: Published) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(minutes=5)

    assert [published.find("invented") for _ in range(5)] == [LaunchRefusal.KEY_UNKNOWN] * 5
    assert published.fetched == 2

    published.clock.advance(seconds=40)
    published.find("invented")
    assert published.fetched == 2

    published.clock.advance(seconds=30)
    published.find("invented")
    assert published.fetched == 3


def test_many_invented_key_ids_fetch_no_more_than_twice_a_minute(published: Published) -> None:
    for number in range(120):
        published.find(f"invented-{number}")
        published.clock.advance(seconds=0.5)

    assert published.fetched == 2
    assert published.find(FIRST["kid"]) == "found"


def test_remembered_key_ids_are_bounded(published: Published) -> None:
    for number in range(250):
        published.find(f"invented-{number}")
        published.clock.advance(seconds=31)

    (key_set,) = published.key_sets._sets.values()
    assert len(key_set.unknown) == 100


def test_key_sets_are_bounded(published: Published) -> None:
    for number in range(260):
        published.key_sets.get_key(f"{published.server.url}/{number}", FIRST["kid"])

    assert len(published.key_sets._sets) == 256


def test_old_keys_count_when_the_platform_does_not_answer(published: Published) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(hours=2)
    published.status = 500

    assert published.find(FIRST["kid"]) == "found"
    assert published.find(SECOND["kid"]) == LaunchRefusal.KEYS_UNREACHABLE


def test_old_keys_no_longer_count_when_silence_lasts_a_day(published: Published) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(hours=25)
    published.status = 500

    assert published.find(FIRST["kid"]) == LaunchRefusal.KEYS_UNREACHABLE


@pytest.mark.parametrize("document", [[], {}, {"keys": {}}, None, "keys"], ids=repr)
def test_old_keys_count_when_the_answer_is_no_key_set(published: Published, document: Any) -> None:
    published.find(FIRST["kid"])
    published.clock.advance(hours=2)
    published.document = document

    assert published.find(FIRST["kid"]) == "found"


def test_keys_are_unreachable_and_not_asked_for_again_at_once_when_the_platform_fails(published: Published) -> None:
    published.status = 503

    assert [published.find(FIRST["kid"]) for _ in range(3)] == [LaunchRefusal.KEYS_UNREACHABLE] * 3
    assert published.fetched == 1

    published.status = 200
    published.clock.advance(seconds=6)
    assert published.find(FIRST["kid"]) == "found"


def test_key_set_is_fetched_once_when_many_threads_need_it(published: Published) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(published.find(FIRST["kid"]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (found, published.fetched) == (["found"] * 8, 1)


@pytest.mark.parametrize("extra", [{}, {"use": None, "alg": None}, {"key_ops": ["verify"]}, {"x5c": ["a"]}], ids=str)
def test_key_counts_when_it_is_for_signatures(published: Published, extra: dict[str, Any]) -> None:
    published.document = {"keys": [{**FIRST, **extra}]}

    assert published.find(FIRST["kid"]) == "found"


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"n": None},
        {"n": "!"},
        {"n": 5},
        {"n": "A" * 2_000},
        {"e": "A"},
        {"e": "AQAB" * 10},
        {**RSAAlgorithm.to_jwk(load_private_key(platform_keys().private_key_pem), as_dict=True), "key_ops": None},
        {"key_ops": ["sign"]},
        {"key_ops": "sign"},
    ],
    ids=lambda change: "private" if "d" in change else str(change)[:40],
)
def test_key_does_not_count_when_it_is_for_something_else(published: Published, change: dict[str, Any]) -> None:
    published.document = {"keys": [{**FIRST, **change}, "odd", None, {"kid": 5}, SECOND]}

    assert published.find(FIRST["kid"]) == LaunchRefusal.KEY_UNKNOWN
    assert published.find(SECOND["kid"]) == "found"


def test_key_does_not_count_when_it_is_short(published: Published) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    published.document = {"keys": [{**RSAAlgorithm.to_jwk(weak, as_dict=True), "kid": "weak"}]}

    assert published.find("weak") == LaunchRefusal.KEY_UNKNOWN

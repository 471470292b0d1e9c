"""A doorbell between processes: rings a separate worker through Redis after a commit that put a message.

Only speed depends on it. A ring that is lost, or a Redis that is away, delays work by the worker's polling pause.
"""

from __future__ import annotations

import logging
import threading

import redis

CHANNEL = "mijlpaal:outbox"
_LISTEN_SECONDS = 1.0

logger = logging.getLogger("mijlpaal.doorbell")


class Doorbell:
    """Rings and listens on one Redis."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=1.0, socket_timeout=2.0)

    def ring(self) -> None:
        """Tell the workers that there is something to do; never raises."""
        try:
            self._redis.publish(CHANNEL, b"")
        except redis.RedisError as error:
            logger.warning("doorbell away", extra={"code": type(error).__name__})

    def is_there(self) -> bool:
        """Tell whether Redis answers; never raises."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    def listen(self, *, wake: threading.Event, stop: threading.Event) -> None:
        """Set `wake` at every ring until `stop`; waits and tries again while Redis is away."""
        while not stop.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANNEL)
                    while not stop.is_set():
                        if channel.get_message(timeout=_LISTEN_SECONDS) is not None:
                            wake.set()
            except redis.RedisError as error:
                logger.warning("doorbell away", extra={"code": type(error).__name__})
                stop.wait(_LISTEN_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

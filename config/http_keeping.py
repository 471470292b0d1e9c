"""Connections that outlive a call, for a thread that makes many calls to few hosts: connecting costs more than asking.

Kept by one thread, inside `KeptConnections.keeping` alone, and never for long: a name is asked again and its address
judged again within a minute, and no call waits on a connection that the other side may be closing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from config.http_address import Origin

IDLE_SECONDS = 1.0
"""Servers hang up on who is silent, most of them after five seconds or more."""
LONGEST_SECONDS = 60.0
"""A host that moved, or whose name points at our own network by now, is not called for longer than this."""
MOST = 8
"""Hosts for each thread."""


class _Closable(Protocol):
    def close(self) -> None: ...


_T = TypeVar("_T", bound=_Closable)


@dataclass(frozen=True)
class _Kept(Generic[_T]):
    thing: _T
    made_at: float
    used_at: float

    def is_fresh(self, now: float) -> bool:
        return now - self.used_at < IDLE_SECONDS and now - self.made_at < LONGEST_SECONDS


class _OfThread(threading.local, Generic[_T]):
    kept: OrderedDict[Origin, _Kept[_T]] | None = None


class KeptConnections(Generic[_T]):
    """What is connected to each origin, for each thread by itself: two threads never share a connection."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._of_thread = _OfThread[_T]()

    @property
    def is_keeping(self) -> bool:
        """Whether this thread keeps connections now."""
        return self._of_thread.kept is not None

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep connections between the calls that this thread makes inside; all are closed at the end."""
        if self._of_thread.kept is not None:
            yield
            return
        self._of_thread.kept = OrderedDict()
        try:
            yield
        finally:
            kept, self._of_thread.kept = self._of_thread.kept, None
            for one in kept.values():
                one.thing.close()

    @contextmanager
    def borrow(self, origin: Origin, make: Callable[[], _T]) -> Iterator[_T]:
        """Lend what is connected to this origin, or a new one; it is kept only when the call went well to its end."""
        lent = self._take(origin)
        made_at = self._clock() if lent is None else lent.made_at
        thing = make() if lent is None else lent.thing
        try:
            yield thing
        except BaseException:
            thing.close()
            raise
        self._keep(origin, thing, made_at)

    def _take(self, origin: Origin) -> _Kept[_T] | None:
        kept: OrderedDict[Origin, _Kept[_T]] = self._of_thread.kept or OrderedDict()
        now = self._clock()
        for stale in [key for key, one in kept.items() if not one.is_fresh(now)]:
            kept.pop(stale).thing.close()
        return kept.pop(origin, None)

    def _keep(self, origin: Origin, thing: _T, made_at: float) -> None:
        kept = self._of_thread.kept
        if kept is None:
            thing.close()
            return
        kept[origin] = _Kept(thing, made_at, self._clock())
        while len(kept) > MOST:
            kept.popitem(last=False)[1].thing.close()

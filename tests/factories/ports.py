"""Free ports for the servers that tests start as processes."""

from __future__ import annotations

import socket


def free_port(in_a_row: int = 1) -> int:
    """Return a port that nobody listens on, the first of as many as are wanted in a row."""
    while True:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            free: int = one.getsockname()[1]
        probes = [socket.socket() for _ in range(in_a_row)]
        try:
            for number, probe in enumerate(probes, free):
                probe.bind(("127.0.0.1", number))
        except (OSError, OverflowError):
            continue
        else:
            return free
        finally:
            for probe in probes:
                probe.close()

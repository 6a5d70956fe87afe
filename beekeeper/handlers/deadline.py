"""Connections that share one deadline: for DNS, the connection, and each byte that comes.

A socket's own time-out begins anew with each byte. So an answer that drips would take for ever. DNS
has no time-out at all, and can't be cut off: it gets a thread of its own, which is left behind.

A deadline is a time of ``time.monotonic``. Who is too late gets a TimeoutError.
"""

import io
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

Address = tuple[int, Any]  # family and socket address
# Bytes of an answer. http.client reads to the end if a chunk's length is -1.
MOST_RECEIVED = 1_000_000


class Wire:
    """A connected socket as http.client uses it, with one deadline for all that goes over it.

    To receive more than MOST_RECEIVED raises ValueError.
    """

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._connected.settimeout(left(self._deadline))
        self._connected.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._connected, self._deadline))

    def close(self) -> None:
        """Do nothing: http.client closes before it has read. The owner closes the socket."""


class _Received(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connected = connected
        self._deadline = deadline
        self._left = MOST_RECEIVED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connected.settimeout(left(self._deadline))
        received = self._connected.recv_into(buffer)
        self._left -= received
        if self._left < 0:
            raise ValueError(f"more than {MOST_RECEIVED} bytes came")
        return received


def in_time(work: Callable[[], Any], deadline: float) -> Any:
    """Return what ``work`` gives. Raise its error, or TimeoutError at the deadline."""
    results = queue.SimpleQueue[tuple[Any, Exception | None]]()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:
            results.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = results.get(timeout=left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return found


def connected(addresses: Sequence[Address], port: int, deadline: float) -> socket.socket:
    """Return a socket that is connected to the first of the addresses that answers."""
    failure: OSError | None = None
    for family, where in addresses:
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            connecting.settimeout(left(deadline))
            connecting.connect((where[0], port, *where[2:]))
        except OSError as error:
            connecting.close()
            failure = error
        else:
            return connecting
    raise failure or TimeoutError


def left(deadline: float) -> float:
    """Return the seconds until the deadline. Raises TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left

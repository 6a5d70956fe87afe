"""A lease: a lock that expires unless it is renewed. So the lock of a killed process goes away.

    taken ──30 s──▶ renewed ──30 s──▶ renewed ─── killed      until expires_at: others are refused
    │                                   │                     then: the next command takes it over
    └────────────── 180 s ─ ─ ─ ─ ─ ─ ─ └────── 180 s ──────▶ expires_at

A lease in use has at least 150 s left, so the clocks of two machines can differ by two minutes.

This module has what all leases share. ``provision/table_lease.py`` keeps a lease in the room's
table, and ``state/bucket.py`` keeps one next to a state in a bucket.
"""

import getpass
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 180
RENEW_SECONDS = 30


def this_machine() -> str:
    """Return who we are, such as ann@laptop, for others who find our lock."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # the user of a container can be without a name
        user = "somebody"
    # A name in another encoding has halves of characters, with which DynamoDB refuses every write.
    return f"{user}@{socket.gethostname()}".encode(errors="replace").decode()


@contextmanager
def renewed(renew: Callable[[], None]) -> Iterator[None]:
    """Call ``renew`` every 30 seconds in a thread, for as long as the block runs."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(RENEW_SECONDS):
            renew()

    thread = threading.Thread(target=go_on, name="beekeeper lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()

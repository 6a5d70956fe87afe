"""What operators do on the day of the event: watch the room, and change its mode or rate.

    mode.py     on, off, pause
    rate.py     the visitors per minute
    consumer.py whether a consumer is running
    clear.py    a fresh start of the line
    status.py   the status of the room, and what was changed by hand
    governor.py whether the governor may slow the line down, and what it does
    keys.py     the keys with which the destination verifies passes
    rotation.py a change of the key that signs passes
    health.py   what is damaged in the room's items, and how to repair it
    logs.py     what the functions have logged; log_events.py reads an event, log_visitor.py finds
                one visitor among them
    table.py    the room's items in its table, which the other modules read or write

A change is one write. The functions read the table at least once a second, so a change takes effect
within two seconds.
"""

from beekeeper.control import (
    clear,
    consumer,
    governor,
    health,
    keys,
    logs,
    mode,
    rate,
    rotation,
    status,
)

__all__ = [
    "clear",
    "consumer",
    "governor",
    "health",
    "keys",
    "logs",
    "mode",
    "rate",
    "rotation",
    "status",
]

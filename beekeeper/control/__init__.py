"""What operators do on the day of the event: watch the room, and change its mode or rate.

    mode.py     on, off, pause
    rate.py     the visitors per minute
    message.py  what everybody who waits reads
    changing.py one change of a setting, with its row in the history
    note.py     why a change is made, and from when on it holds
    effect.py   what a change means for those who wait
    history.py  what was changed, by whom, and what is planned
    report.py   what happened to all visitors of an event
    consumer.py whether a consumer is running
    clear.py    a fresh start of the line
    status.py   the status of the room: flow.py reads who joined lately, metrics.py what failed,
                drift.py and cause.py what was changed by hand, and links.py leads to the console
    verdict.py  the light of a room, from what is known about it (facts.py): line_rules.py has the
                rules about the line, and judgement.py what all rules share
    watching.py the status again and again, also while AWS can't be reached
    waiting.py  waits until the room stands as somebody wants it
    governor.py whether the governor may slow the line down, and what it does
    keys.py     the keys with which the destination verifies passes
    rotation.py a change of the key that signs passes
    health.py   what is damaged in the room's items, and how to repair it
    logs.py     what the functions have logged; log_events.py reads an event, log_visitor.py finds
                one visitor among them
    table.py    the room's items in its table, which the other modules read or write

A change is one transaction. The functions read the table at least once a second, so it takes effect
within two seconds.
"""

from beekeeper.control import (
    clear,
    consumer,
    governor,
    health,
    history,
    keys,
    logs,
    message,
    mode,
    note,
    rate,
    report,
    rotation,
    status,
    waiting,
    watching,
)

__all__ = [
    "clear",
    "consumer",
    "governor",
    "health",
    "history",
    "keys",
    "logs",
    "message",
    "mode",
    "note",
    "rate",
    "report",
    "rotation",
    "status",
    "waiting",
    "watching",
]

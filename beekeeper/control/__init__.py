"""What operators do on the day: look at the room, and change its mode or rate.

    mode.py     on, off, pause
    rate.py     the visitors per minute
    status.py   how the room stands, and what was changed by hand
    keys.py     what the destination needs to verify passes
    table.py    the room's items in its table, which all of these read or write

A change is one write. The functions read the table at least once a second, so a change takes effect
within two seconds.
"""

from beekeeper.control import keys, mode, rate, status

__all__ = ["keys", "mode", "rate", "status"]

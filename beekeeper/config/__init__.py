"""The configuration of a room: what ``beekeeper.toml`` and keyword arguments may say.

section.py       how a field is declared, and how its problems are told
essentials.py    name, destination, rate, title, region
line.py          how visitors are let through
domain.py        the custom domain
upkeep.py        logs, state, tags
room_config.py   RoomConfig, which has all of these
toml_file.py     reading and writing beekeeper.toml

Each section has its fields, the checks of these fields, and the same fields once more as the
keyword arguments that editors complete. To add a setting, add it to a section (both times), and
use it. The README's table of settings follows: ``python -m tests.settings_table``.
"""

from beekeeper.config.room_config import RoomConfig, RoomValues
from beekeeper.config.toml_file import FILE_NAME, configured

__all__ = ["FILE_NAME", "RoomConfig", "RoomValues", "configured"]

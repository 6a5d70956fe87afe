"""The configuration of a room: the settings for ``beekeeper.toml`` and for keyword arguments.

address.py       addresses as people copy them
section.py       how a section declares a field, and how errors describe a wrong value
essentials.py    name, destination, rate, title, picture, region
line.py          how the line admits visitors
domain.py        the custom domain
upkeep.py        logs, state, tags
governor.py      the table [governor]
alarms.py        the table [alarms]
page.py          the table [page]
page_files.py    the files that it names
room_config.py   RoomConfig, which has all of these
toml_file.py     reading and writing beekeeper.toml

Each section has its fields and their checks. It lists the same fields a second time as keyword
arguments, so that editors can complete them. To add a setting, add it to both places in a section,
and use it. ``python -m tests.settings_table`` then updates the table of settings in the README.
"""

from beekeeper.config.room_config import RoomConfig, RoomValues, bare_config
from beekeeper.config.toml_file import FILE_NAME, configured, configured_text

__all__ = ["FILE_NAME", "RoomConfig", "RoomValues", "bare_config", "configured", "configured_text"]

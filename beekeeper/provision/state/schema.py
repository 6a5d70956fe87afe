"""What a state document says: its fields, its schema's version, and how older ones are read. Pure.

A schema is upgraded on read, one version at a time, and written as of today from then on. A newer
one is refused: what it says that we don't know would be lost with our first write.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from beekeeper._version import __version__
from beekeeper.errors import StateError
from beekeeper.provision.engine.journal import Record

SCHEMA = 1
Document = dict[str, Any]
# From the version that it reads to the next one. To change the schema: count SCHEMA up, and put
# the function that makes the new fields of the old ones here.
UPGRADES: Mapping[int, Callable[[Document], Document]] = {}


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one room."""

    room: str
    account: str
    region: str
    config: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""  # the campaign link
    resources: tuple[Record, ...] = ()
    beekeeper: str = __version__
    schema: int = SCHEMA


def to_text(state: State) -> str:
    """Return the document, as of today's schema, in the name of this version of Beekeeper."""
    return json.dumps({**asdict(state), "beekeeper": __version__}, indent=2) + "\n"


def from_text(
    text: str | bytes,
    location: str,
    schema: int = SCHEMA,
    upgrades: Mapping[int, Callable[[Document], Document]] = UPGRADES,
) -> State:
    """Read a document; raise StateError when it is none, is damaged, or is of a newer schema."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise StateError(
            f"The state file {location} can't be read: {error}. Restore it, or delete it: the"
            " room's resources are found again by their tags."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("schema"), int):
        raise StateError(f"The state file {location} is not one of Beekeeper's. Move it away.")
    if content["schema"] > schema:
        raise StateError(
            f"The state file {location} was written by Beekeeper {content.get('beekeeper')}, which"
            f" is newer than this one ({__version__}). Upgrade: pip install --upgrade beekeeper."
        )
    try:
        return _state(_upgraded(content, schema, upgrades))
    except (AttributeError, KeyError, TypeError) as error:
        raise StateError(
            f"The state file {location} is damaged: {error}. Delete it: the room's resources are"
            " found again by their tags."
        ) from error


def _upgraded(
    content: Document, schema: int, upgrades: Mapping[int, Callable[[Document], Document]]
) -> Document:
    while content["schema"] < schema:
        version = content["schema"]
        content = {**upgrades[version](content), "schema": version + 1}
    return content


def _state(content: Document) -> State:
    records = tuple(Record(**record) for record in content["resources"])
    # "writer" is the bucket's own: see bucket.py.
    known = {name: value for name, value in content.items() if name != "writer"}
    return State(**{**known, "resources": records})

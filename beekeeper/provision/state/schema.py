"""The state document: its fields, the version of its schema, and how to read older ones. Pure.

Reading a document upgrades it, one version at a time. The next write has the current schema. We
refuse a newer schema, because our first write would lose the fields that we don't know.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from beekeeper._version import __version__
from beekeeper.errors import StateError
from beekeeper.provision.engine.journal import Record

SCHEMA = 2
Document = dict[str, Any]


def _with_tag_keys(content: Document) -> Document:
    return {**content, "tag_keys": sorted(content.get("config", {}).get("tags", {}))}


# Maps a version to the function that upgrades a document to the next version. To change the schema,
# increase SCHEMA by one, and add the function that makes the new fields from the old ones here.
UPGRADES: Mapping[int, Callable[[Document], Document]] = {1: _with_tag_keys}


@dataclass(frozen=True, slots=True)
class State:
    """What we know about one room."""

    room: str
    account: str
    region: str
    config: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""  # the campaign link
    resources: tuple[Record, ...] = ()
    tag_keys: tuple[str, ...] = ()  # of the tags that deploys set, also of one that was interrupted
    beekeeper: str = __version__
    schema: int = SCHEMA

    def id_of(self, key: str) -> str:
        """Return AWS's id of a resource. It is empty if the resource is not known."""
        return next((record.id for record in self.resources if record.key == key), "")


def to_text(state: State) -> str:
    """Return the document with the current schema and the version of this Beekeeper."""
    return json.dumps({**asdict(state), "beekeeper": __version__}, indent=2) + "\n"


def from_text(
    text: str | bytes,
    location: str,
    room: str | None = None,
    schema: int = SCHEMA,
    upgrades: Mapping[int, Callable[[Document], Document]] = UPGRADES,
) -> State:
    """Read a document. Raise StateError if it is not ours, is damaged, or has a newer schema.

    ``room`` is the one that it must be about.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateError(
            f"The state file {location} can't be read: {error}. Restore it, or delete it. Beekeeper"
            " then finds the room's resources by their tags."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("schema"), int):
        raise StateError(
            f"The file {location} is not a state file of Beekeeper. Move it to another place."
        )
    if content["schema"] > schema:
        raise StateError(
            f"The state file {location} was written by Beekeeper {content.get('beekeeper')}, which"
            f" is newer than this version ({__version__}). Run: pip install --upgrade"
            " beekeeper-waiting-room"
        )
    try:
        state = _state(_upgraded(content, schema, upgrades))
    except (AttributeError, KeyError, TypeError) as error:
        raise StateError(
            f"The state file {location} is damaged: {error}. Delete it. Beekeeper then finds the"
            " room's resources by their tags."
        ) from error
    if room not in (None, state.room):
        raise StateError(
            f"The state file {location} is about room {state.room}. Restore the one of room {room},"
            " or delete this one. Beekeeper then finds the room's resources by their tags."
        )
    return state


def _upgraded(
    content: Document, schema: int, upgrades: Mapping[int, Callable[[Document], Document]]
) -> Document:
    while content["schema"] < schema:
        version = content["schema"]
        content = {**upgrades[version](content), "schema": version + 1}
    return content


def _state(content: Document) -> State:
    records = tuple(Record(**record) for record in content["resources"])
    for name in ("room", "account", "region", "url"):
        if not isinstance(content.get(name, ""), str):
            raise TypeError(f"{name} is no text")
    if not isinstance(content.get("config", {}), dict):
        raise TypeError("config is no table")
    # Only bucket.py uses "writer".
    known = {name: value for name, value in content.items() if name != "writer"}
    return State(**{**known, "resources": records, "tag_keys": tuple(content["tag_keys"])})

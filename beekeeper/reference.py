"""Which room is meant: people and programs give a name, settings, or the path of a file.

Every public function takes each of these, so that what one function gave fits the next. Reading a
reference touches no AWS. It takes only the room's name, its region and the place of its state: on
the day, a mistake elsewhere in the configuration must not keep an operator from pausing the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from beekeeper.config import RoomConfig, configured
from beekeeper.errors import ConfigError

Form: TypeAlias = RoomConfig | Mapping[str, Any] | str | Path
# For a room whose configuration is not known: nothing that finds a room depends on these.
UNKNOWN_DESTINATION = "https://unknown.invalid/"
READ = ("name", "region", "state")
FORMS = (
    'its name ("summer-sale"), a Room, a RoomConfig, a mapping of settings, or the path of a TOML'
    ' file ("beekeeper.toml")'
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A room's name, and what else was given with it. ``source`` is None for a name alone."""

    name: str
    source: RoomConfig | Mapping[str, Any] | Path | None = None
    region: str | None = None
    state: str | None = None

    def config(self) -> RoomConfig | None:
        """Return the whole configuration, if one was given; raise ConfigError if it is wrong.

        A file is read again each time, so that a deploy takes what it says now.
        """
        if self.source is None:
            return None
        config = RoomConfig.load(self.source)
        if (config.name, config.state) != (self.name, self.state):
            raise ConfigError(
                f"{self.source} has another name or state than when this handle of room {self.name}"
                " was made from it. Make a new Room from it."
            )
        return config


def read(form: object) -> Reference:
    """Return which room is meant.

    A text is a path if it ends in ``.toml`` or has a separator; otherwise it is a name. Raises
    TypeError for what can't be a room, and ConfigError for a name, mapping or file that is wrong.
    """
    match form:
        case RoomConfig():
            return Reference(form.name, form, form.region, form.state)
        case str() if not _is_path(form):
            return Reference(_valid_name(form))
        case str() | Path():
            path = Path(form)
            return _reference(path, {field: configured(path, field) for field in READ})
        case Mapping() if all(isinstance(key, str) for key in form):
            return _reference(dict(form), {field: form.get(field) for field in READ})
        case _:
            raise TypeError(f"A {type(form).__name__} is not a room: {form!r:.60}. Give {FORMS}.")


def bare_config(name: str) -> RoomConfig:
    """Return a configuration that is enough to find a room by its name; raise ConfigError."""
    return RoomConfig(name=name, destination=UNKNOWN_DESTINATION, rate=1)


def _is_path(text: str) -> bool:
    return text.lower().endswith(".toml") or "/" in text or "\\" in text


def _valid_name(text: str) -> str:
    try:
        return bare_config(text).name
    except ConfigError as error:
        raise ConfigError(
            f"{error}. (A text is taken for the path of a file if it ends in .toml or has a / in"
            " it.)"
        ) from None


def _reference(source: Mapping[str, Any] | Path, found: Mapping[str, Any]) -> Reference:
    try:
        name = bare_config(found["name"]).name
    except ConfigError:
        return read(RoomConfig.load(source))  # it says all that is wrong
    region, state = (_text(found[field]) for field in ("region", "state"))
    return Reference(name, source, region, state)


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None

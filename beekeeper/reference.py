"""Finds out which room is meant, from a name, settings, or the path of a file.

Every public function takes each of these forms, so you can pass on what another function gave you.
Reading a reference makes no call to AWS. It reads only the room's name, its region and the place of
its state. On the day of the event, an operator must be able to pause the line even if another
setting in the configuration is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from beekeeper.config import RoomConfig, bare_config, configured
from beekeeper.errors import ConfigError

Form: TypeAlias = RoomConfig | Mapping[str, Any] | str | Path
READ = ("name", "region", "state")
FORMS = (
    'its name ("summer-sale"), a Room, a RoomConfig, a mapping of settings, or the path of a TOML'
    ' file ("beekeeper.toml")'
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A room's name, and what was given with it. ``source`` is None for a name alone."""

    name: str
    source: RoomConfig | Mapping[str, Any] | Path | None = None
    region: str | None = None
    state: str | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of the file that was given. None without a file."""
        return self.source.parent if isinstance(self.source, Path) else None

    def config(self) -> RoomConfig | None:
        """Return the whole configuration, if one was given. Raise ConfigError if it is wrong.

        A file is read again each time, so that a deploy uses its present content.
        """
        if self.source is None:
            return None
        config = RoomConfig.load(self.source)
        if (config.name, config.region, config.state) != (self.name, self.region, self.state):
            raise ConfigError(
                f"The name, region or state in {self.source} has changed since this handle of room"
                f" {self.name} was made. Make a new Room from it."
            )
        return config


def read(form: object) -> Reference:
    """Return which room is meant.

    A string is a path if it ends in ``.toml`` or contains a separator. Otherwise it is a name.
    Raises TypeError for anything that can't be a room, and ConfigError for a wrong name, mapping or
    file.
    """
    match form:
        case RoomConfig():
            return Reference(form.name, form, form.region, form.state)
        case str() if not _is_path(form):
            return Reference(_valid_name(form))
        case str() | Path():
            path = Path(form).absolute()  # a later change of the working directory is no matter
            return _reference(path, {field: configured(path, field) for field in READ})
        case Mapping() if all(isinstance(key, str) for key in form):
            return _reference(dict(form), {field: form.get(field) for field in READ})
        case _:
            raise TypeError(f"{form!r:.60} ({type(form).__name__}) is not a room. Give {FORMS}.")


def _is_path(text: str) -> bool:
    return text.lower().endswith(".toml") or "/" in text or "\\" in text


def _valid_name(text: str) -> str:
    try:
        return bare_config(text).name
    except ConfigError as error:
        raise ConfigError(
            f"{error}. (To give the path of a file, write a text that ends in .toml or contains a"
            " /.)"
        ) from None


def _reference(source: Mapping[str, Any] | Path, found: Mapping[str, Any]) -> Reference:
    try:
        known = bare_config(**found)
    except ConfigError:
        return read(RoomConfig.load(source))  # the error of load names everything that is wrong
    return Reference(known.name, source, known.region, known.state)

"""RoomConfig: all sections together, and how to load and write a configuration."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Unpack

from pydantic import ValidationError

from beekeeper.config.alarms import AlarmsValues, WithAlarms
from beekeeper.config.domain import Domain, DomainValues
from beekeeper.config.edge import EdgeValues
from beekeeper.config.essentials import EssentialValues
from beekeeper.config.functions import Functions, FunctionsValues
from beekeeper.config.governor import GovernorValues, WithGovernor, governor_settings
from beekeeper.config.line import Line, LineValues
from beekeeper.config.page import PageValues, WithPage
from beekeeper.config.page_files import beside
from beekeeper.config.section import explained
from beekeeper.config.toml_file import check_tags, read_toml, shown, to_toml
from beekeeper.config.upkeep import Upkeep, UpkeepValues
from beekeeper.errors import ConfigError
from beekeeper.rules import polling
from beekeeper.rules.quotas import Account
from beekeeper.rules.settings import Mode, Settings

# For a room whose configuration is not known. Finding a room does not depend on the destination.
UNKNOWN_DESTINATION = "https://unknown.invalid/"


class RoomValues(
    EssentialValues,
    LineValues,
    EdgeValues,
    DomainValues,
    FunctionsValues,
    UpkeepValues,
    total=False,
):
    """The fields of :class:`RoomConfig` as keyword arguments, for editors and type checkers."""

    alarms: AlarmsValues
    governor: GovernorValues
    page: PageValues


class RoomConfig(WithPage, WithAlarms, WithGovernor, Upkeep, Functions, Domain, Line):
    """What to deploy.

    Make one from keyword arguments, or with :meth:`load` from a mapping or a ``beekeeper.toml``.
    Raises :class:`beekeeper.ConfigError`, which names the field, the value and the remedy.

    >>> RoomConfig(name="sale", destination="https://shop.example.com/", rate=600).title
    'Sale'
    """

    def __init__(self, **values: Unpack[RoomValues]) -> None:
        given: dict[str, Any] = {**values}
        if "title" not in given and isinstance(given.get("name"), str):
            given["title"] = given["name"].replace("-", " ").title() or "?"
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise ConfigError(explained(error, type(self))) from None

    @classmethod
    def load(cls, source: "RoomConfig | Mapping[str, Any] | str | Path") -> "RoomConfig":
        """Return the configuration from a mapping or a TOML file. Raises ConfigError."""
        if isinstance(source, RoomConfig):
            return source
        if isinstance(source, Mapping):
            return cls(**source)
        values = read_toml(source)
        check_tags(source, values, cls.model_fields)
        try:
            return cls(**beside(values, Path(source).parent))
        except ConfigError as error:
            raise ConfigError(f"{shown(source)}: {error}") from None

    def settings(self, account: Account) -> Settings:
        """Return the settings that the first deploy to this account writes into the table."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values |= governor_settings(self.governor)
        values["news_seconds"] = self.news_seconds if self.edge else 0
        of_config = {
            setting.name: setting.type(values[setting.name])  # type: ignore[operator]
            for setting in fields(Settings)
            if setting.name in values
        }
        budget = polling.budget_of(account)
        return Settings(mode=Mode.ON, polls_per_second=budget, **of_config)

    def to_toml(self) -> str:
        """Return the text of a ``beekeeper.toml`` that loads to this configuration."""
        return to_toml(self.model_dump(exclude_defaults=True))


def bare_config(name: str, **known: Any) -> RoomConfig:
    """Return a configuration that is enough to find a room by its name. Raises ConfigError."""
    return RoomConfig(**{"name": name, "destination": UNKNOWN_DESTINATION, "rate": 1, **known})

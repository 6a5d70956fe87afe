"""The governor, which slows the line down while the destination suffers: the table ``[governor]``.

It is the only setting that is a table with settings of its own. In Python it is a mapping:
``governor={"mode": "automatic"}``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypedDict

from pydantic import AfterValidator, field_validator, model_validator

from beekeeper.config.address import ascii_address
from beekeeper.config.essentials import Essentials
from beekeeper.config.section import Section, declared, table, table_of
from beekeeper.config.toml_file import configured
from beekeeper.rules.destination import has_host, is_private
from beekeeper.rules.settings import SETTINGS, GovernorMode

PREFIX = "governor_"  # of these settings in rules/settings.py
# What `init` writes below the other settings.
COMMENTED = """
# The governor measures your site once a minute, and slows the line down while it suffers. It needs
# a page that does real work. To turn it on, remove the # of these lines, and deploy again:
# [governor]
# mode = "advise"  # only says which pace it would hold; "automatic" holds it
# probe_url = "https://shop.example.com/search?q=ticket"
# floor = 10  # visitors a minute, which it never goes below
"""


class GovernorValues(TypedDict, total=False):
    """The fields of :class:`Governor` as a mapping."""

    mode: Literal["off", "advise", "automatic"]
    probe_url: str
    floor: int
    baseline_seconds: float


def _probe_url(text: str) -> str:
    value = ascii_address(text)
    if value and not has_host(value):
        raise ValueError(
            "give the whole address of a page of your site, without a user name or a password, such"
            " as https://shop.example.com/search?q=ticket"
        )
    if value and not is_private(value):
        raise ValueError("use https:// (http:// only for this machine), as in https://example.com")
    return value


class Governor(Section):
    """Whether the room has a governor, what it asks for, and its bounds."""

    mode: Literal["off", "advise", "automatic"] = declared(f"{PREFIX}mode")
    probe_url: Annotated[str, AfterValidator(_probe_url)] = declared(f"{PREFIX}probe_url")
    floor: int = declared(f"{PREFIX}floor")
    baseline_seconds: float = declared(f"{PREFIX}baseline_seconds")


class WithGovernor(Essentials):
    """The governor of the room."""

    governor: Governor = table(Governor, "governor's")

    @property
    def is_governed(self) -> bool:
        """Whether the room has a governor: its function, its role, its alarm and so on."""
        return self.governor.mode != GovernorMode.OFF.value

    @field_validator("governor", mode="before")
    @classmethod
    def _is_a_table(cls, value: Any) -> Any:
        return table_of(value, Governor, "governor", "mode", "advise")

    @model_validator(mode="after")
    def _floor_below_the_rate(self) -> Self:
        # The default is meant for all rooms: in one with a lower rate, the rate is the floor.
        floor = self.governor.floor
        is_given = floor != Governor.model_fields["floor"].default
        if is_given and floor > self.rate:
            raise ValueError(
                f"governor.floor = {floor}: the governor can't hold a pace above the rate (rate ="
                f" {self.rate}). Give at most the rate"
            )
        return self


def configured_governor(path: str | Path) -> bool:
    """Return whether a TOML file asks for a governor, even if other settings are wrong."""
    table = configured(path, "governor")
    return isinstance(table, Mapping) and table.get("mode", GovernorMode.OFF) != GovernorMode.OFF


def governor_settings(governor: Governor) -> dict[str, Any]:
    """Return the governor's settings by the names that they have in rules/settings.py."""
    values = {f"{PREFIX}{name}": getattr(governor, name) for name in Governor.model_fields}
    assert values.keys() <= SETTINGS.keys()
    return values

"""What a deploy sets in the ``room`` item, and what it finds there.

The mode and the message belong to the operators. The rate is theirs between two deploys:
``deployed_rate`` keeps what the last deploy set. So a rate that an operator has changed is no
drift, and another rate in the configuration is.
"""

from collections.abc import Iterable
from dataclasses import Field, fields
from typing import Any

from beekeeper.contract import items, plans
from beekeeper.contract.attributes import Damaged, Item
from beekeeper.rules.settings import SETTINGS, Settings

# The settings that a deploy writes. Only operators write the others.
DEPLOYED = tuple(name for name, known in SETTINGS.items() if known.configured or not known.live)


def deployed_settings(settings: Settings) -> dict[str, str | float]:
    """Return the settings that a deploy decides."""
    return {name: getattr(settings, name) for name in DEPLOYED}


def deployed_settings_of(item: Item) -> dict[str, str | float | None]:
    """Return what the last deploy decided. A rate that an operator set since then is no drift.

    A setting that can't be right is None, so that a deploy writes it anew.
    """
    return {
        known.name: _deployed(known, item) for known in fields(Settings) if known.name in DEPLOYED
    }


def _deployed(known: Field[Any], item: Item) -> str | float | None:
    name = deployed_name(known.name)
    try:
        value: str | float = items.stored_value(known, item, known.name)
        if not SETTINGS[known.name].live:
            return value
        if value != items.setting_value(known, item):
            return None  # out of its bounds, so no operator has set it
        return items.stored_value(known, item, name) if name in item else value
    except Damaged:
        return None


def deployed_name(name: str) -> str:
    """Return the name of the attribute that keeps a deploy's value of an operators' setting."""
    return f"deployed_{name}"


def deployed_attributes(settings: Settings, names: Iterable[str]) -> dict[str, Any]:
    """Return the attributes to write if a deploy sets the settings with these names."""
    written = {name: plans.setting_attribute(getattr(settings, name)) for name in names}
    live = {deployed_name(name): written[name] for name in written if SETTINGS[name].live}
    return {**written, **live}

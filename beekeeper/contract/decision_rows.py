"""The rows that say what the governor did, to and from DynamoDB's wire format.

    decision#<second>    at, pace, rate, mode, reason, expires_at

The governor writes a row each time its pace or its mode changes. ``rate`` is the operators' rate at
that time. Only reports read the rows. They live as long as the rows of the visitors.
"""

from typing import Any

from beekeeper.contract.attributes import read_number, read_text
from beekeeper.contract.governor_item import MOST_REASON_CHARACTERS
from beekeeper.contract.items import EXPIRES_AT, LATEST, MOST, ROW_SECONDS, Item, key, number
from beekeeper.rules.governed import Governed
from beekeeper.rules.settings import Settings

PREFIX = "decision#"


def decision_item(governed: Governed, settings: Settings) -> dict[str, Any]:
    """Return the row of what the governor holds from now on."""
    return {
        **key(f"{PREFIX}{int(governed.held_at)}"),
        "at": number(governed.held_at),
        "pace": number(governed.pace),
        "rate": number(settings.rate),
        "mode": {"S": settings.governor_mode.value},
        "reason": {"S": governed.reason[:MOST_REASON_CHARACTERS]},
        EXPIRES_AT: number(int(governed.held_at) + ROW_SECONDS),
    }


def decision_of(item: Item) -> tuple[float, float, str, str]:
    """Return when, the pace, the mode and the reason. Raises Damaged."""
    at, pace = read_number(item, "at", 0.0, LATEST), read_number(item, "pace", 0.0, MOST)
    return at, pace, read_text(item, "mode"), read_text(item, "reason")

"""The table as the governor uses it: what it measures against, and what it holds."""

from dataclasses import dataclass
from typing import Any

from beekeeper.contract import decision_rows, governor_item, items, pulse_item
from beekeeper.contract.governor_item import ASKED_AT, HELD_AT
from beekeeper.handlers.reading import read_items
from beekeeper.rules.governed import AHEAD_SECONDS, Governed
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Settings

UNCHANGED, NEW = f"{HELD_AT} = :stored", f"attribute_not_exists({HELD_AT})"
# A site that asks again replaces what it asked for before. What can't be right is replaced too.
NOT_EARLIER = (
    f"attribute_not_exists({ASKED_AT}) OR {ASKED_AT} <= :at OR {ASKED_AT} > :after"
    f" OR NOT attribute_type({ASKED_AT}, :number)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the governor knows when a minute begins. ``stored`` is the ``held_at`` of the item."""

    settings: Settings
    governed: Governed
    pulse: Pulse
    stored: Any


class GovernorTable:
    """The room's table. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def read(self, now: float) -> Known:
        """Read the settings, the pulse and what is held. Raises if that fails."""
        ids = (items.ROOM, items.PULSE, items.GOVERNOR)
        query = {"Keys": [items.key(item_id) for item_id in ids], "ConsistentRead": True}
        found = {items.id_of(i): i for i in read_items(self._dynamodb, self._name, query)}
        held = found.get(items.GOVERNOR)
        return Known(
            settings=items.settings_of(found.get(items.ROOM, {}), now),
            governed=governor_item.governed_of(held),
            pulse=pulse_item.pulse_of(found.get(items.PULSE), now),
            stored=(held or {}).get(HELD_AT),
        )

    def hold(self, governed: Governed, stored: Any) -> bool:
        """Write a measurement; return False if another governor has written since ``stored``.

        What is stored is compared as it is. So what can't be read is replaced, too.
        """
        condition = UNCHANGED if stored else NEW
        more = {":stored": stored} if stored else {}
        return self._write(governor_item.measured_values(governed), condition, more)

    def note(self, governed: Governed, settings: Settings) -> None:
        """Write the row of a decision, for reports. Raises if that fails."""
        row = decision_rows.decision_item(governed, settings)
        self._dynamodb.put_item(TableName=self._name, Item=row)

    def ask(self, pace: float, asked_at: float, until: float, now: float) -> bool:
        """Write what the site asks for; return False if it has asked for something else since."""
        more = {
            ":at": items.number(asked_at),
            ":after": items.number(now + AHEAD_SECONDS),
            ":number": {"S": "N"},
        }
        return self._write(governor_item.asked_values(pace, asked_at, until), NOT_EARLIER, more)

    def _write(self, values: dict[str, Any], condition: str, more: dict[str, Any]) -> bool:
        try:
            self._dynamodb.update_item(
                TableName=self._name,
                Key=items.key(items.GOVERNOR),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues={
                    **{f":{name}": value for name, value in values.items()},
                    **more,
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

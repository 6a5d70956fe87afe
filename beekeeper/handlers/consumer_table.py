"""The table as the consumer uses it: admissions, the pulse, and who has gone in."""

import functools
import logging
import math
import operator
import random
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract import governor_item, items, plans, pulse_item
from beekeeper.contract.items import Item
from beekeeper.handlers.admissions import Admissions, Admitting, Outcome
from beekeeper.handlers.arrivals import Arrivals
from beekeeper.handlers.batches import batches
from beekeeper.handlers.reading import CALL_FAILED, READ_BATCH, read_items
from beekeeper.rules.cadence import ROWS_PER_TRANSACTION
from beekeeper.rules.governed import NEVER, Governed
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import GovernorMode, Settings

UNCHANGED, NEW = "as_of = :stored", "attribute_not_exists(as_of)"
# Of the governor's item: as many ticks as there are SETTINGS_SECONDS for settings (consumer.py).
MOST_MISSES = 10
logger = logging.getLogger(__name__)


class OtherFormat(Exception):
    """The items have another format than this code, so it must not admit anybody.

    It is none of TROUBLE (reading.py): to try again changes nothing.
    """


@dataclass(frozen=True, slots=True)
class Orders:
    """What a consumer goes by: the operators' settings, the lane's numbers, and the governor."""

    settings: Settings
    given: int  # how many numbers the lane has given
    governed: Governed = NEVER
    opens_at: float = math.inf  # when it is next planned to turn the room on


class Table:
    """The room's table."""

    def __init__(self, dynamodb: Any, name: str, executor: Executor, chance: random.Random) -> None:
        self._dynamodb = dynamodb
        self._name = name
        self._executor = executor
        self.arrivals = Arrivals(dynamodb, name)
        self._admissions = Admissions(dynamodb, name, chance)
        self._as_of: Mapping[str, Any] | None = None  # of the last pulse, as it is in the table
        self._is_governed = False  # as it was when the settings were last read
        self._governed: Governed | None = None  # the last copy, if there was one
        self._misses = 0  # how often the first copy could not be read

    def orders(self, now: float) -> Orders:
        """Read what operators and the governor want now. Raises if that fails, and OtherFormat.

        The governor's item is read only in automatic mode. If that alone fails, the last copy stays
        in use until it is too old (rules/governed.py). Without a copy the operator's rate could be
        too much, so nobody is admitted for MOST_MISSES ticks. Then it is in force.
        """
        found = self._read_orders()
        item = found.get(items.ROOM, {})
        if (other := items.format_of(item)) != items.FORMAT:
            raise OtherFormat(
                f"the table has format {other}, and this code has format {items.FORMAT}: a deploy"
                " is under way, or was interrupted; run it again to complete it"
            )
        settings = items.settings_of(item, now)
        self._admissions.cleared_at = settings.cleared_at
        self._note_governed(settings, found)
        given = items.given_of(found.get(items.LATE))
        return Orders(settings, given, self._governed or NEVER, plans.opens_at(item, now))

    def cleared_at(self, now: float) -> float:
        """Read when operators had last cleared the line at ``now``. Raises if that fails."""
        item = self._get(items.ROOM) or {}
        return items.settings_of(item, now).cleared_at

    def _read_orders(self) -> dict[str, Item]:
        if self._is_governed:
            try:
                return self._read(items.ROOM, items.LATE, items.GOVERNOR)
            except CALL_FAILED as error:
                # The role may not be allowed to read the governor's item. It costs nobody a turn.
                logger.warning("reading the room and its governor failed: %s", error)
                self._is_governed = False
        return self._read(items.ROOM, items.LATE)

    def _note_governed(self, settings: Settings, found: Mapping[str, Item]) -> None:
        was_read = self._is_governed
        self._is_governed = settings.governor_mode is GovernorMode.AUTOMATIC
        if not self._is_governed:
            return
        try:
            read = found if was_read else self._read(items.GOVERNOR)
        except CALL_FAILED as error:
            if self._governed is None and not _is_denied(error) and self._misses < MOST_MISSES:
                self._misses += 1
                raise
            logger.warning("reading the governor's item failed: %s", error)
            return
        self._governed = governor_item.governed_of(read.get(items.GOVERNOR))

    def _read(self, *ids: str) -> dict[str, Item]:
        query = {"Keys": [items.key(item_id) for item_id in ids], "ConsistentRead": True}
        return {items.id_of(i): i for i in read_items(self._dynamodb, self._name, query)}

    def pulse(self, now: float) -> Pulse:
        """Read the pulse; raise if that fails."""
        item = self._get(items.PULSE) or {}
        self._as_of = item.get("as_of")
        return pulse_item.pulse_of(item, now)

    def _get(self, item_id: str) -> Mapping[str, Any] | None:
        response = self._dynamodb.get_item(
            TableName=self._name, Key=items.key(item_id), ConsistentRead=True
        )
        item: Mapping[str, Any] | None = response.get("Item")
        return item

    def publish(self, pulse: Pulse) -> bool:
        """Replace the pulse that was last read or published; return False if it is another now.

        What is stored is compared as it is. So what can't be read is replaced, too.
        """
        values = {f":{name}": value for name, value in pulse_item.pulse_values(pulse).items()}
        try:
            self._dynamodb.update_item(
                TableName=self._name,
                Key=items.key(items.PULSE),
                UpdateExpression="SET " + ", ".join(f"{v[1:]} = {v}" for v in values),
                ConditionExpression=UNCHANGED if self._as_of else NEW,
                ExpressionAttributeValues={
                    **values,
                    **({":stored": self._as_of} if self._as_of else {}),
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        self._as_of = values[":as_of"]
        return True

    def totals(self, cleared_at: float) -> tuple[int, int]:
        """Return how many were admitted and entered since the line was cleared. Raises."""
        return items.totals_of(self._read(*items.COUNT_IDS).values(), cleared_at)

    def admitted_among(self, ticket_ids: Iterable[str]) -> set[str]:
        """Return which of the tickets have been admitted; raise if they can't be read."""
        return {i for i, _ in self._rows(ticket_ids, consistent=True)}

    def gone_in_among(self, ticket_ids: Iterable[str]) -> set[str]:
        """Return which of the admitted have gone in; raise if they can't be read."""
        return {i for i, row in self._rows(ticket_ids, consistent=False) if "claimed_at" in row}

    def _rows(
        self, ticket_ids: Iterable[str], *, consistent: bool
    ) -> Iterable[tuple[str, items.Item]]:
        def find(batch: Sequence[str]) -> list[items.Item]:
            return self._find(batch, consistent=consistent)

        for rows in self._executor.map(find, batches(ticket_ids, READ_BATCH)):
            for row in rows:
                yield items.id_of(row).removeprefix(items.VISITOR_PREFIX), row

    def _find(self, ticket_ids: Sequence[str], *, consistent: bool) -> list[items.Item]:
        keys = [items.key(items.visitor_id(ticket_id)) for ticket_id in ticket_ids]
        query = {"ConsistentRead": consistent, "ProjectionExpression": "id, claimed_at"}
        return read_items(self._dynamodb, self._name, {"Keys": keys, **query})

    def admit(
        self,
        admissions: Sequence[Admitting],
        is_too_late: Callable[[float], bool],
        alone: Container[str] = (),
    ) -> Outcome:
        """Write rows, and count them. Slots that are too late are left out.

        Tickets of ``alone`` get a transaction each, after the others.
        """
        write = functools.partial(self._admissions.write, is_too_late=is_too_late)
        together = batches((a for a in admissions if a[0] not in alone), ROWS_PER_TRANSACTION)
        outcomes = list(self._executor.map(write, together))
        outcomes += self._executor.map(write, [[a] for a in admissions if a[0] in alone])
        return functools.reduce(operator.or_, outcomes, Outcome())


def _is_denied(error: Exception) -> bool:
    """Return whether IAM refuses the call. To try again changes nothing."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return bool(code == "AccessDeniedException")

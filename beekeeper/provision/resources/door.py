"""The door of the API, in the table's ``keys`` item: closed while the room has an edge.

Once it is closed, the functions answer only what came through the edge (contract/door.py). So with
an edge it is closed last, when the edge answers at the campaign link. Without an edge it is opened
before what is left of the edge is removed, and in a room that never had one, there is no door.
"""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract import items
from beekeeper.contract.door import EDGE, door_attribute, door_of
from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner, known
from beekeeper.provision.engine.wait import has_code, ignoring
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import EDGE_LINK, SIGNING_KID
from beekeeper.rules.edge import Door

MISSING, CHANGED = "ResourceNotFoundException", "ConditionalCheckFailedException"
OPEN = {"link": "", "kid": ""}
DAMAGED = {"link": None, "kid": None}
# The output of a door that was found closed, also after this deploy has opened it.
WAS_CLOSED = "door was closed"


class DoorAttribute(Contained):
    """The attribute. The permissions for the item are those of its own step (table_items.py)."""

    key, kind = "door", "door of the API"
    container = "table"

    def __init__(self, names: Names, domain_name: str | None, *, edge: bool) -> None:
        self.name = f"{names.stem}/{items.KEYS}/{EDGE}"
        self._table = names.stem
        self._link = f"https://{domain_name}/" if domain_name else None
        self._edge = edge
        answers = ("settings", "distribution", "bucket policy") if edge else ()
        record = ("dns record",) if edge and domain_name else ()
        self.needs = ("table", "keys", *answers, *record)

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        """Return where everybody else is sent, and which key's secret the edge sends.

        That is the key that signs: the distribution was just told of it.
        """
        if not self._edge:
            return OPEN if WAS_CLOSED in outputs else None
        link = self._link or known(outputs, EDGE_LINK)
        return {"link": link, "kid": known(outputs, SIGNING_KID)}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        item = self._read(aws)
        if item is not None and EDGE in item:
            return Found(self.name, _attributes_of(item), Owner.OURS, {WAS_CLOSED: "yes"})
        was_opened = item is not None and WAS_CLOSED in outputs
        return Found(self.name, OPEN, Owner.OURS) if was_opened else None

    def _read(self, aws: Aws) -> Mapping[str, Any] | None:
        with ignoring(MISSING):
            response = aws.client("dynamodb").get_item(
                TableName=self._table,
                Key=items.key(items.KEYS),
                ConsistentRead=True,
                ProjectionExpression=f"{items.ID}, #edge",
                ExpressionAttributeNames={"#edge": EDGE},
            )
            found: Mapping[str, Any] | None = response.get("Item")
            return found
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        write = functools.partial(
            aws.client("dynamodb").update_item, TableName=self._table, Key=items.key(items.KEYS)
        )
        if self._edge:
            self._close(write, Door(**desired))
            return
        write(
            UpdateExpression="REMOVE #edge",
            ConditionExpression=items.PRESENT,  # otherwise the write would make an item
            ExpressionAttributeNames={"#edge": EDGE},
        )

    def _close(self, write: Callable[..., object], door: Door) -> None:
        """Close the door, unless its key is gone: then the functions would refuse the edge, too.

        The edge takes minutes, and operators can have changed the keys since it was told.
        """
        try:
            write(
                UpdateExpression="SET #edge = :door",
                ConditionExpression="contains(#ring, :kid)",
                ExpressionAttributeNames={"#edge": EDGE, "#ring": items.PASS_KEYS},
                ExpressionAttributeValues={
                    ":door": door_attribute(door),
                    ":kid": {"S": json.dumps(door.kid)},  # as the ring has it
                },
            )
        except ClientError as error:
            if not has_code(error, CHANGED):
                raise
            raise ProvisionError(
                f"Closing the {self.kind} {self.name}: the signing keys have changed since this"
                f" deploy began, and the edge still sends a secret of {door.kid}, which is gone."
                " Run the same command again: it gives the edge the new one."
            ) from error

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, {**found.attributes, **changes})


def _attributes_of(item: Mapping[str, Any]) -> Attributes:
    door = door_of(item)
    return {"link": door.link, "kid": door.kid} if door else DAMAGED

"""Lambda permissions: who can invoke a function. Each is a statement of the function's own policy.

Quirks:

- Lambda refuses to add a statement that exists already.
- If two statements are added to one function at once, one of them is lost. So a function has only
  one here, or the step of its second one needs that of the first.
- A statement id can't contain a dot.
- GetPolicy answers 404 when the function has no statement.
- A new function can be invisible for some seconds.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import (
    UNKNOWN,
    Attributes,
    Contained,
    Found,
    Owner,
    new_only,
)
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import API_ID

MISSING = "ResourceNotFoundException"
STATEMENT_ID = "beekeeper"
ACTION = "lambda:InvokeFunction"
CHANGE = Wait("Lambda to accept a permission", 120, every=2)
BUSY = (
    Busy(MISSING),
    Busy("ResourceConflictException", "in progress"),
    Busy("ResourceConflictException", "Pending"),
    Busy("ResourceConflictException", "concurrent"),
)


class Permission(Contained):
    """The permission for one service to invoke one function."""

    kind: ClassVar[str] = "permission"

    def __init__(
        self,
        part: str,
        names: Names,
        service: str,
        source: str,
        needs: tuple[str, ...] = (),
        second: str = "",
    ) -> None:
        """``source`` is the ARN that can invoke. In it, ``{api_id}`` stands for the API's id.

        ``second`` names the second permission of a function: its key and its statement end in it.
        """
        self._statement = f"{STATEMENT_ID}-{second}" if second else STATEMENT_ID
        self.key = f"permission {part} {second}".rstrip()
        self.name = f"{names.function(part)}/{self._statement}"
        self.container = f"function {part}"
        self.needs = (self.container, *needs)
        self._arn = names.function_arn(part)
        self._function = names.function(part)
        self._service = service
        self._source = source

    def grants(self) -> Iterable[Grant]:
        yield grant("lambda", ("GetPolicy", "AddPermission", "RemovePermission"), self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        missing = "{api_id}" in self._source and API_ID not in outputs
        source = self._source.replace("{api_id}", outputs.get(API_ID, ""))
        return {
            "action": ACTION,
            "service": self._service,
            "source": UNKNOWN if missing else source,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        with ignoring(MISSING):
            raw = aws.client("lambda").get_policy(FunctionName=self._function)
            for statement in json.loads(raw["Policy"])["Statement"]:
                if statement.get("Sid") == self._statement:
                    return Found(self.name, _normalised(statement), Owner.OURS)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        add = aws.client("lambda").add_permission
        wanted = {
            "FunctionName": self._function,
            "StatementId": self._statement,
            "Action": desired["action"],
            "Principal": desired["service"],
            "SourceArn": desired["source"],
        }
        # "The statement id provided already exists" means that an earlier answer was lost.
        with new_only():
            retrying(aws, CHANGE, BUSY, lambda: add(**wanted))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self._remove(aws)
        self.create(aws, {**found.attributes, **changes})

    def _remove(self, aws: Aws) -> None:
        remove = aws.client("lambda").remove_permission
        which = {"FunctionName": self._function, "StatementId": self._statement}
        with ignoring(MISSING):
            retrying(aws, CHANGE, BUSY[1:], lambda: remove(**which))


def _normalised(statement: Mapping[str, Any]) -> dict[str, Any]:
    condition = statement.get("Condition", {}).get("ArnLike", {})
    source = condition.get("AWS:SourceArn") or condition.get("aws:SourceArn")
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    return {"action": statement.get("Action"), "service": service, "source": source}

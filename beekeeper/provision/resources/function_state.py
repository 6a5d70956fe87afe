"""The states of a Lambda function, and the waits for them.

Quirks:

- A function is first Pending, then Active. While an update is InProgress, Lambda refuses the next
  one. So every change waits for the one before it.
- ResourceConflictException means "exists", "pending" or "busy". Only its message says which.
- After some weeks without a call, a function is Inactive. It works as well as an Active one.
"""

from collections.abc import Mapping
from typing import Any

from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, until

MISSING = "ResourceNotFoundException"
INVALID = "InvalidParameterValueException"
CONFLICT = "ResourceConflictException"
# The Terraform provider allows five minutes for each. Usually it takes 5 to 15 seconds.
ROLE = Wait("IAM to let Lambda use the new role", 300, every=2)
READY = Wait("the function to become ready", 300)
GONE = Wait("the function to be deleted", 120)
ROLE_BUSY = (
    Busy(INVALID, "cannot be assumed by Lambda"),
    Busy(INVALID, "does not have permissions"),
    Busy(INVALID, "KMS key is invalid for CreateGrant"),
    Busy(INVALID, "throttled by EC2"),
)
STATE_BUSY = (
    Busy(CONFLICT, "in progress"),
    Busy(CONFLICT, "Pending"),
    Busy(CONFLICT, "concurrent update"),
)


def wait_until_ready(aws: Aws, name: str) -> None:
    """Return when the function is ready with its last change. Raise ProvisionError if it failed."""
    raw = wait_until_settled(aws, name)
    if has_failed(raw):
        reason = raw.get("StateReason") or raw.get("LastUpdateStatusReason")
        raise ProvisionError(
            f"The function {name} failed to start: {reason}. Run the same command again. If it"
            " fails again, delete the function first."
        )


def wait_until_settled(aws: Aws, name: str) -> dict[str, Any]:
    """Return the function when it is neither Pending nor being updated."""

    def probe() -> dict[str, Any] | None:
        with ignoring(MISSING):  # it is new, and not visible yet
            raw: dict[str, Any] = aws.client("lambda").get_function(FunctionName=name)[
                "Configuration"
            ]
            busy = raw.get("State") == "Pending" or raw.get("LastUpdateStatus") == "InProgress"
            return None if busy else raw
        return None

    return until(aws, READY, probe)


def wait_until_gone(aws: Aws, name: str) -> None:
    """Return when the function no longer exists."""

    def probe() -> bool | None:
        with ignoring(MISSING):
            aws.client("lambda").get_function_configuration(FunctionName=name)
            return None
        return True

    until(aws, GONE, probe)


def has_failed(configuration: Mapping[str, Any]) -> bool:
    """Return whether the creation or the last update of the function failed."""
    return "Failed" in (configuration.get("State"), configuration.get("LastUpdateStatus"))

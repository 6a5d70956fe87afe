"""The states of a Lambda function, and the waits for them.

Quirks:

- A function is first Pending, then Active. While an update is InProgress, Lambda refuses the next
  one. So every change waits for the one before it.
- ResourceConflictException means "exists", "pending" or "busy". Only its message says which.
- After some weeks without a call, a function is Inactive. The next invocation fails, and makes it
  Pending until Lambda has put it back together, which takes a minute or two. So somebody else must
  call it before the visitors do (Lambda, "Function states").
- Not every region has arm64 and the newest runtimes. Nothing but this error tells.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract.functions import CALL
from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import Busy, Wait, has_code, ignoring, retrying, until

RUNTIME = "python3.13"
MISSING = "ResourceNotFoundException"
INVALID = "InvalidParameterValueException"
CONFLICT = "ResourceConflictException"
# The Terraform provider allows five minutes for each. Usually it takes 5 to 15 seconds.
ROLE = Wait("IAM to let Lambda use the new role", 300, every=2)
READY = Wait("the function to become ready", 300)
GONE = Wait("the function to be deleted", 120)
# Usually it takes one to two minutes.
AWAKE = Wait("Lambda to wake the function, which was idle for weeks", 300, every=2)
INACTIVE = "Inactive"
ROLE_BUSY = (
    Busy(INVALID, "cannot be assumed by Lambda"),
    Busy(INVALID, "does not have permissions"),
    Busy(INVALID, "KMS key is invalid for CreateGrant"),
    Busy(INVALID, "throttled by EC2"),
)
# Of an invocation (boto/boto3#3788, and Lambda's Invoke API).
WAKING = ("CodeArtifactUserPendingException", "ResourceNotReadyException", CONFLICT)
STATE_BUSY = (
    Busy(WAKING[0]),
    Busy(CONFLICT, "in progress"),
    Busy(CONFLICT, "Pending"),
    Busy(CONFLICT, "concurrent update"),
)
NO_ARCHITECTURE = re.compile(
    r'Architecture "(\w+)" is not supported|not support the following architectures \[(\w+)\]'
)
NO_RUNTIME = re.compile(r"'runtime' failed to satisfy constraint")


def submit(aws: Aws, name: str, busy: tuple[Busy, ...], call: Callable[[], Any]) -> None:
    """Send a function's code or configuration, again while the role or the function is not ready.

    Raises ProvisionError if the region lacks what the function needs, and ClientError.
    """
    try:
        retrying(aws, ROLE, busy, call)
    except ClientError as error:
        message = error.response["Error"].get("Message", "")
        if found := NO_ARCHITECTURE.search(message):
            raise ProvisionError(
                f"Lambda does not offer {found[1] or found[2]} in {aws.region}, which function"
                f' {name} needs. Set architecture = "x86_64" in the configuration, then run the'
                " same command again. It continues from there."
            ) from error
        if NO_RUNTIME.search(message):
            raise ProvisionError(
                f"Lambda does not offer {RUNTIME} in {aws.region}, which function {name} needs."
                " Run python -m beekeeper destroy, set another region in the configuration, and"
                " then deploy."
            ) from error
        raise


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


def wake(aws: Aws, name: str) -> bool:
    """Invoke the function until it is Active, if it is Inactive. Return whether it was asleep.

    Raises TimedOutError, ProvisionError if it failed, and ClientError if it does not exist.
    """
    get = aws.client("lambda").get_function
    if get(FunctionName=name)["Configuration"].get("State") != INACTIVE:
        return False

    def probe() -> bool | None:
        if wait_until_settled(aws, name).get("State") != INACTIVE:
            return True
        _call(aws, name)
        return None

    until(aws, AWAKE, probe)
    wait_until_ready(aws, name)
    return True


def _call(aws: Aws, name: str) -> None:
    """Invoke a function that is Inactive. Its answer is an error of one of several codes."""
    try:
        # botocore must not repeat it: the state says when to call again.
        aws.client("lambda", once=True).invoke(FunctionName=name, Payload=json.dumps(CALL))
    except ClientError as error:
        status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
        if status < 500 and not has_code(error, *WAKING):
            raise


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

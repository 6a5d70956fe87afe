"""Named waits: each says what it waits for, and for how long at most. ``Aws`` supplies the clock.

There are two kinds. ``until`` polls for a state. ``retrying`` repeats a call that AWS refuses for a
while. A real misconfiguration looks like a state that never comes. So every wait has a deadline,
and its error says what it waited for.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from beekeeper.errors import TimedOutError
from beekeeper.provision.aws import Aws

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wait:
    """What to wait for, for how many seconds at most, and the seconds between two tries.

    ``what`` completes the words "Waiting for": "the table to become active".
    """

    what: str
    seconds: float
    every: float = 1.0


@dataclass(frozen=True, slots=True)
class Busy:
    """A temporary error: its code, and a part of its message if the code is ambiguous."""

    code: str
    message: str = ""

    def matches(self, error: ClientError) -> bool:
        """Return whether the error is this one."""
        found = error.response["Error"]
        return self.code in codes_of(error) and self.message in found.get("Message", "")


def codes_of(error: ClientError) -> set[str]:
    """Return the error's codes: query-compatible services have an old and a new one."""
    found = error.response["Error"]
    return {str(c) for c in (found.get("Code"), found.get("QueryErrorCode")) if c}


def has_code(error: ClientError, *codes: str) -> bool:
    """Return whether the error has one of the codes."""
    return bool(codes_of(error) & set(codes))


# Why DynamoDB cancels a transaction that can be tried again after another read.
IN_THE_WAY = {
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}


def was_in_the_way(error: Exception) -> bool:
    """Return whether DynamoDB did nothing of a transaction because of another write."""
    found: Mapping[str, Any] = error.response if isinstance(error, ClientError) else {}
    codes = {reason.get("Code") for reason in found.get("CancellationReasons", [])}
    return bool(codes & IN_THE_WAY)


@contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """Leave the block when AWS answers with one of the codes. Every other error is raised.

    Use it for deletions, where "already gone" means success, and for reads of what may be missing.
    """
    try:
        yield
    except ClientError as error:
        if not has_code(error, *codes):
            raise


def until(aws: Aws, wait: Wait, probe: Callable[[], T | None]) -> T:
    """Poll until the probe returns something other than None, or raise TimedOutError."""
    deadline = aws.clock() + wait.seconds
    while (result := probe()) is None:
        if aws.clock() >= deadline:
            raise TimedOutError(
                f"waiting for {wait.what} took longer than {wait.seconds:.0f} s. Run the same"
                " command again. If it fails again, check the resource in the AWS console."
            )
        pause(aws, wait)
    return result


def retrying(aws: Aws, wait: Wait, busy: tuple[Busy, ...], call: Callable[[], T]) -> T:
    """Repeat the call while AWS answers that it is busy. At the deadline, raise its last answer."""
    deadline = aws.clock() + wait.seconds
    while True:
        try:
            return call()
        except ClientError as error:
            if not any(b.matches(error) for b in busy) or aws.clock() >= deadline:
                raise
        pause(aws, wait)


def pause(aws: Aws, wait: Wait) -> None:
    """Sleep until the next try, and report what we wait for."""
    if aws.on_wait:
        aws.on_wait(wait.what)
    aws.sleep(wait.every)

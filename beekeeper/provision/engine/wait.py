"""Named waits: each says what for, how long at most, and why. Time comes from the session.

Two kinds. ``until`` polls a state; ``retrying`` repeats a call that AWS refuses for a while. A real
misconfiguration looks like a state that does not come, so every wait has a deadline, and its error
says what was waited for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from beekeeper.errors import TimedOutError
from beekeeper.provision.aws import Aws

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for, for how many seconds at most, and how often it is tried."""

    what: str
    seconds: float
    every: float = 1.0


@dataclass(frozen=True, slots=True)
class Busy:
    """An error that goes away: its code, and a part of its message where the code is ambiguous."""

    code: str
    message: str = ""

    def matches(self, error: ClientError) -> bool:
        """Tell whether it is this error."""
        found = error.response["Error"]
        return self.code in codes_of(error) and self.message in found.get("Message", "")


def codes_of(error: ClientError) -> set[str]:
    """Return the error's codes: query-compatible services have an old and a modelled one."""
    found = error.response["Error"]
    return {str(c) for c in (found.get("Code"), found.get("QueryErrorCode")) if c}


def has_code(error: ClientError, *codes: str) -> bool:
    """Tell whether the error has one of the codes."""
    return bool(codes_of(error) & set(codes))


@contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """Leave the block when AWS answers with one of the codes; every other error goes on.

    For deletions, to which what is gone already is success, and for reads of what is not there.
    """
    try:
        yield
    except ClientError as error:
        if not has_code(error, *codes):
            raise


def until(aws: Aws, wait: Wait, probe: Callable[[], T | None]) -> T:
    """Poll until the probe returns something other than None; raise TimedOutError in the end."""
    deadline = aws.clock() + wait.seconds
    while (result := probe()) is None:
        if aws.clock() >= deadline:
            raise TimedOutError(
                f"{wait.what} took longer than {wait.seconds:.0f} s. Run the same command again; if"
                " it stays so, look at the resource in the AWS console."
            )
        pause(aws, wait)
    return result


def retrying(aws: Aws, wait: Wait, busy: tuple[Busy, ...], call: Callable[[], T]) -> T:
    """Repeat the call while AWS answers that it is busy; raise its last answer in the end."""
    deadline = aws.clock() + wait.seconds
    while True:
        try:
            return call()
        except ClientError as error:
            if not any(b.matches(error) for b in busy) or aws.clock() >= deadline:
                raise
        pause(aws, wait)


def pause(aws: Aws, wait: Wait) -> None:
    """Sleep until the next try, and tell that and why."""
    if aws.on_wait:
        aws.on_wait(wait.what)
    aws.sleep(wait.every)

"""Records a run call by call, and can run it again from any call on.

A command with one worker always makes its calls in the same order. So a run can be brought to its
n-th call: the tape answers the calls before it, and AWS is restored to its state at that moment.
That takes a tenth of the time. A killed process does nothing more, not even a ``finally``. So AWS
and the disk at a call are in the state that a SIGKILL at that call leaves.
"""

import hashlib
import json
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random

from beekeeper.contract.items import LEASE
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.snapshot import AwsSnapshot, Folder
from tests.support.moto_aws.wire import Answered, Call, Forward

# AWS creates these twice when it gets the call twice. Repeating another change has no effect.
DOUBLES = ("CreateApi", "CreateIntegration")


def distinct(changes: Iterable[Call]) -> list[Call]:
    """Leave out repeated calls, and the lease, which its last owner can take again."""
    found: list[Call] = []
    for call in changes:
        if call.operation == "PutItem" and call.arguments["Item"]["id"]["S"] == LEASE:
            continue
        if not found or call is not found[-1] or call.operation in DOUBLES:
            found.append(call)
    return found


def steady_ids(cloud: Cloud) -> None:
    """Make moto's random ids depend only on the changes before, not on reads in between."""

    def seed(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if call.mutates:
            mock_random.seed(len(distinct(cloud.wire.changes)))
        return None

    cloud.wire.gaps = (seed, *cloud.wire.gaps)


def _told(call: Call) -> str:
    if call.operation == "PutItem":  # its content has times and secrets
        return f"{call} {call.arguments['Item']['id']['S']}"
    if call.operation == "CreateInvalidation":  # each has a new reference
        return str(call)
    return f"{call} {json.dumps(call.arguments, sort_keys=True, default=_short)}"


def _short(content: Any) -> str:
    """Return a text for code, or for the page, whose hash is in another argument."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else "page"


def history(changes: Iterable[Call]) -> tuple[str, ...]:
    """Return a key for the state of AWS. States that can't be told apart have the same key."""
    return tuple(map(_told, distinct(changes)))


@dataclass(frozen=True, eq=False)
class Moment:
    """What AWS and the state's folder contain, and all changes since both were empty."""

    aws: AwsSnapshot
    files: Folder
    changes: tuple[Call, ...]

    @classmethod
    def now(cls, cloud: Cloud) -> "Moment":
        return cls(AwsSnapshot.take(), Folder.read(cloud.state_dir), tuple(cloud.wire.changes))

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for all moments from which the run continues in the same way."""
        state = {n: c for n, c in self.files.files.items() if n.endswith(".json")}
        return history(self.changes), *state.items()

    def restore(self, cloud: Cloud) -> None:
        """Restore this moment, for a new process."""
        self.files.write(cloud.state_dir)
        self.restore_aws(cloud)
        cloud.session.refill()

    def restore_aws(self, cloud: Cloud) -> None:
        self.aws.restore()
        cloud.time.sleeps.clear()
        cloud.wire.changes[:] = self.changes


class Tape:
    """The calls of a command, their answers, and the moment before each call."""

    def __init__(self, cloud: Cloud, command: Callable[[], object]) -> None:
        """Record a command."""
        self.calls: list[Call] = []
        self._answers: list[tuple[AWSResponse, bytes]] = []
        self._moments: list[Moment] = []

        def before(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
            self._moments.append(Moment.now(cloud))
            self.calls.append(call)
            return None

        cloud.wire.rules[:] = [before]
        cloud.wire.hear = lambda answered: self._answers.append(_kept(answered))
        command()
        cloud.wire.rules.clear()
        cloud.wire.hear = lambda answered: None
        self._moments.append(Moment.now(cloud))
        assert len(self.calls) == len(self._answers)

    @property
    def end(self) -> Moment:
        return self._moments[-1]

    def before(self, n: int) -> Moment:
        """Return what a process leaves when it is killed just before its n-th call."""
        return self._moments[n]

    def after(self, n: int) -> Moment:
        """Return what a process leaves when it is killed just after its n-th call."""
        later = self._moments[n + 1]
        return Moment(later.aws, self._moments[n].files, later.changes)

    def play(self, cloud: Cloud, n: int, command: Callable[[], object]) -> None:
        """Run the command again, with its first n calls from the tape. Raise what it raises.

        If the n-th call has the same result as on the tape, the rest also comes from the tape.
        """
        head = _Head(self, cloud, n)
        self._moments[0].restore(cloud)
        cloud.wire.known, cloud.wire.hear = head.known, head.hear
        try:
            command()
        finally:
            cloud.wire.known, cloud.wire.hear = lambda call: None, lambda answered: None
        if head.is_back:
            self.end.restore_aws(cloud)

    def answer(self, n: int) -> Answered:
        response, parsed = self._answers[n]
        return response, pickle.loads(parsed)


class _Head:
    """The position of a run on a tape."""

    def __init__(self, tape: Tape, cloud: Cloud, n: int) -> None:
        self._tape, self._cloud, self._n = tape, cloud, n
        self._made = -1
        self._heard: tuple[AWSResponse, bytes] | None = None
        self.is_back = False

    def hear(self, answered: Answered) -> None:
        """Keep the last answer to the n-th call."""
        if self._made == self._n:
            self._heard = _kept(answered)

    def known(self, call: Call) -> Answered | None:
        """Return the answer of the tape: before the n-th call, and after it if all is equal."""
        self._made += 1
        if self._made == self._n + 1:
            self.is_back = self._is_as_recorded()
        if self._made == self._n:
            self._tape.before(self._n).restore_aws(self._cloud)
        if self._made == self._n or (self._made > self._n and not self.is_back):
            return None
        recorded = self._tape.calls[self._made]
        assert str(call) == str(recorded), f"call {self._made} is {call}, and was {recorded}"
        return self._tape.answer(self._made)

    def _is_as_recorded(self) -> bool:
        if self._heard is None:
            return False
        (there, recorded), (here, heard) = self._tape.answer(self._n), self._heard
        same = there.status_code == here.status_code
        same = same and _lasting(recorded) == _lasting(pickle.loads(heard))
        changes = self._tape.before(self._n + 1).changes
        return same and history(self._cloud.wire.changes) == history(changes)


def _lasting(part: Any) -> Any:
    """Return an answer without times and without the id of the request."""
    if isinstance(part, dict):
        return {name: _lasting(p) for name, p in part.items() if name != "ResponseMetadata"}
    if isinstance(part, list):
        return [_lasting(p) for p in part]
    return None if isinstance(part, datetime) else part


def _kept(answered: Answered) -> tuple[AWSResponse, bytes]:
    """Return a copy of an answer without its body, which can be read only once."""
    response, parsed = answered
    return response, pickle.dumps({n: part for n, part in parsed.items() if n != "Payload"})

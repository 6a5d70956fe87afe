"""A run that is recorded call by call, and run again from any call on.

A command with one worker makes its calls in one order, so a run can be brought to its n-th call by
answering those before from the tape, and putting AWS where it was then. That takes a tenth of the
time. And since a killed process does nothing more, not even a ``finally``, what is in AWS and on
the disk at a call is what a SIGKILL there leaves.
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

# What AWS makes twice when it is asked twice; any other change that is repeated is one change.
DOUBLES = ("CreateApi", "CreateIntegration")


def distinct(changes: Iterable[Call]) -> list[Call]:
    """Leave out what botocore repeated, and the lease: it may be taken by who had it before."""
    found: list[Call] = []
    for call in changes:
        if call.operation == "PutItem" and call.arguments["Item"]["id"]["S"] == LEASE:
            continue
        if not found or call is not found[-1] or call.operation in DOUBLES:
            found.append(call)
    return found


def steady_ids(cloud: Cloud) -> None:
    """Let the ids that moto makes up follow from the changes before, whatever was read between."""

    def seed(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if call.mutates:
            mock_random.seed(len(distinct(cloud.wire.changes)))
        return None

    cloud.wire.gaps = (seed, *cloud.wire.gaps)


def _told(call: Call) -> str:
    if call.operation == "PutItem":  # its content has times and secrets
        return f"{call} {call.arguments['Item']['id']['S']}"
    return f"{call} {json.dumps(call.arguments, sort_keys=True, default=_short)}"


def _short(content: Any) -> str:
    """Return a text for code, or for the page, whose hash is beside it."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else "page"


def history(changes: Iterable[Call]) -> tuple[str, ...]:
    """Return what made AWS as it is: the same for what can't be told apart."""
    return tuple(map(_told, distinct(changes)))


@dataclass(frozen=True, eq=False)
class Moment:
    """What is in AWS and in the state's folder, and the changes since there was nothing."""

    aws: AwsSnapshot
    files: Folder
    changes: tuple[Call, ...]

    @classmethod
    def now(cls, cloud: Cloud) -> "Moment":
        return cls(AwsSnapshot.take(), Folder.read(cloud.state_dir), tuple(cloud.wire.changes))

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for moments from which everything goes on in the same way."""
        state = {n: c for n, c in self.files.files.items() if n.endswith(".json")}
        return history(self.changes), *state.items()

    def restore(self, cloud: Cloud) -> None:
        """Go back to it, with a new process."""
        self.files.write(cloud.state_dir)
        self.restore_aws(cloud)
        cloud.session.refill()

    def restore_aws(self, cloud: Cloud) -> None:
        self.aws.restore()
        cloud.time.sleeps.clear()
        cloud.wire.changes[:] = self.changes


class Tape:
    """The calls of a command, their answers, and what there was before each of them."""

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
        """Return what a process leaves that is killed just before its n-th call."""
        return self._moments[n]

    def after(self, n: int) -> Moment:
        """Return what a process leaves that is killed just after its n-th call."""
        later = self._moments[n + 1]
        return Moment(later.aws, self._moments[n].files, later.changes)

    def play(self, cloud: Cloud, n: int, command: Callable[[], object]) -> None:
        """Run the command again, its first n calls from the tape; raises what it raises.

        Where the n-th call led to nothing else than on the tape, the rest comes from there, too.
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
    """Where a run is on a tape."""

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
        """Return the answer of the tape: before the n-th call, and after it when all is equal."""
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
    """Return an answer without times and the request's id."""
    if isinstance(part, dict):
        return {name: _lasting(p) for name, p in part.items() if name != "ResponseMetadata"}
    if isinstance(part, list):
        return [_lasting(p) for p in part]
    return None if isinstance(part, datetime) else part


def _kept(answered: Answered) -> tuple[AWSResponse, bytes]:
    """Return an answer that no one changes, without a body, which can be read only once."""
    response, parsed = answered
    return response, pickle.dumps({n: part for n, part in parsed.items() if n != "Payload"})

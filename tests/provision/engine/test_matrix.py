"""The crash and fault matrix: every fault at every call of a deploy and of a destroy.

The calls are those of a recorded run. For each call, the process is killed just before it and just
after it. The call is throttled, answered with a 500, cut off, or timed out after AWS did the work,
once and for good. And it is refused. Each error must be a sentence with a remedy. After each case:

- a destroy leaves nothing;
- the next deploy completes the room, with one of each resource in a listing of moto's own stores;
  the deploy after that changes nothing, and a destroy leaves nothing.

Cases that left the same changes in AWS and the same state file are continued only once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import BeekeeperError
from beekeeper.provision.state import StateFile
from beekeeper.provision.table_lease import OURS
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.faults import FAULTS, Fault, action_of, denied, timed_out
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.tape import Moment, Tape, history, steady_ids
from tests.support.moto_aws.wire import Call
from tests.support.rooms import REGION, ROOM, config

pytestmark = pytest.mark.matrix

GROUPS = 24
REMEDY = re.compile(r"again|[Gg]rant|Check|Wait")
Case = tuple[str, Callable[[], None]]


def is_dispensable(call: Call) -> bool:
    """Tell whether the command can succeed without this call: a warning, or the end of a lease."""
    is_release = call.arguments.get("ConditionExpression") == OURS
    quotas = ("lambda:GetAccountSettings", "apigateway:GetAccount")
    return is_release or str(call) in quotas


@dataclass
class Recorded:
    """What all tests of a process share: the two runs, and the moments that were continued."""

    tapes: dict[str, Tape] = field(default_factory=dict)
    whole: dict[str, list[str]] = field(default_factory=dict)
    settled: set[Any] = field(default_factory=set)
    emptied: set[Any] = field(default_factory=set)


class Matrix:
    """Runs cases in one account."""

    def __init__(self, cloud: Cloud, recorded: Recorded) -> None:
        self.cloud, self.recorded = cloud, recorded
        # One worker makes its calls in one order, in each run.
        self.session = cloud.session_with(workers=1)
        steady_ids(cloud)
        if not recorded.tapes:
            self._record()

    def deploy(self) -> beekeeper.Room:
        return beekeeper.deploy(config(), session=self.session, state_dir=self.cloud.state_dir)

    def destroy(self) -> None:
        state_dir = self.cloud.state_dir
        beekeeper.destroy(ROOM, region=REGION, session=self.session, state_dir=state_dir)

    def _record(self) -> None:
        """Record both commands. The lock file exists, so that all runs have the same owner id."""
        self.cloud.state_dir.mkdir(parents=True)
        (self.cloud.state_dir / f"{ROOM}.lock").write_text("the same machine")
        deploy = Tape(self.cloud, self.deploy)
        self.recorded.whole = inventory()
        destroy = Tape(self.cloud, self.destroy)
        self.recorded.tapes |= {"deploy": deploy, "destroy": destroy}
        assert inventory() == {}

    def calls(self, command: str, group: int) -> range:
        """Return the calls of a group: neighbours, because these leave the same state."""
        number = len(self.recorded.tapes[command].calls)
        return range(number * group // GROUPS, number * (group + 1) // GROUPS)

    def cases(self, command: str, n: int) -> Iterator[Case]:
        tape = self.recorded.tapes[command]
        call = f"{command}, call {n} ({tape.calls[n]})"
        yield f"{call}, killed before it", partial(self.go_on, tape.before(n))
        yield f"{call}, killed after it", partial(self.go_on, tape.after(n))
        for fault in FAULTS:
            yield f"{call}, {fault}", partial(self.run, command, n, fault)

    def run(self, command: str, n: int, fault: Fault) -> None:
        """Run the command with a fault at its n-th call, check its error, and continue."""
        tape, error = self.recorded.tapes[command], None
        call = tape.calls[n]
        self.cloud.wire.rules[:] = [fault.rule(str(call))]
        try:
            tape.play(self.cloud, n, getattr(self, command))
        except BeekeeperError as raised:
            error = raised
        finally:
            self.cloud.wire.rules.clear()
        if error is None:
            # A call that timed out can turn out to be done.
            absorbed = fault.once or fault.answer is timed_out
            assert absorbed or is_dispensable(call), "nobody was told"
            assert inventory() == (self.recorded.whole if command == "deploy" else {})
        else:
            assert REMEDY.search(str(error)), str(error)
            assert "\n" not in str(error), str(error)
        if error and fault.answer is denied:
            assert action_of(str(call)) in str(error), str(error)
            assert self.cloud.time.sleeps == [], "waiting does not help"
            assert history(self.cloud.wire.changes) == history(tape.before(n).changes)
        self.go_on(Moment.now(self.cloud))

    def go_on(self, moment: Moment) -> None:
        """In every case, a destroy leaves nothing, and the next deploy completes the room."""
        if moment.key in self.recorded.settled:
            return
        self._empties(moment)
        moment.restore(self.cloud)
        self.deploy()
        assert inventory() == self.recorded.whole
        made = Moment.now(self.cloud)
        assert not self.deploy().changes
        assert history(self.cloud.wire.changes) == history(made.changes)
        self._empties(made)
        self.recorded.settled.add(moment.key)

    def _empties(self, moment: Moment) -> None:
        if moment.key in self.recorded.emptied:
            return
        moment.restore(self.cloud)
        self.destroy()
        assert inventory() == {}
        assert not StateFile(self.cloud.state_dir, ROOM).path.exists()
        self.recorded.emptied.add(moment.key)


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def matrix(cloud: Cloud, recorded: Recorded) -> Matrix:
    return Matrix(cloud, recorded)


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_every_call(
    matrix: Matrix, command: str, group: int, record_property: Callable[[str, object], None]
) -> None:
    calls, ran, failures = matrix.calls(command, group), 0, list[str]()
    for name, case in (case for n in calls for case in matrix.cases(command, n)):
        ran += 1
        try:
            case()
        except Exception as problem:
            failures.append(f"{name}: {type(problem).__name__}: {problem}")
    record_property("matrix", (command, len(calls), ran, ran - len(failures)))
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("group", range(4))
def test_killed_and_the_state_file_lost(matrix: Matrix, group: int) -> None:
    """All tagged resources are found again. The destroy leaves at most an untagged bucket."""
    tape = matrix.recorded.tapes["deploy"]
    moments = {m.key[0]: m for m in map(tape.after, range(len(tape.calls)))}
    for moment in list(moments.values())[group::4]:
        moment.restore(matrix.cloud)
        StateFile(matrix.cloud.state_dir, ROOM).remove()
        matrix.destroy()
        last = str(moment.changes[-1]) if moment.changes else ""
        left = {"buckets"} if last == "s3:CreateBucket" else set()
        assert inventory().keys() <= left, f"killed after {last}"

"""Runs the cases of the crash and fault matrix: see tests/provision/engine/test_matrix.py."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, Protocol

import beekeeper
from beekeeper import RoomConfig
from beekeeper.contract.items import LEASE
from beekeeper.errors import BeekeeperError
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.resources.outputs import EDGE_SECRET, PAGE_SHA, SIGNING_KID
from beekeeper.provision.state import StateFile
from beekeeper.provision.table_lease import OURS
from tests.support.moto_aws import drifts_edge
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drifts_edge import distribution
from tests.support.moto_aws.edge_rooms import EdgeRoom
from tests.support.moto_aws.faults import FAULTS, Fault, action_of, denied, timed_out
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.tape import Moment, Tape, history, steady_ids
from tests.support.moto_aws.told import ToldRoom
from tests.support.moto_aws.wire import Call
from tests.support.rooms import GOVERNED, REGION, ROOM, config

FAILED = "failed for good"
REMEDY = re.compile(r"again|[Gg]rant|Check|Wait")
Case = tuple[str, Callable[[], None]]


class Changed(Protocol):
    """What a deploy returns: a room, of which only this matters here."""

    @property
    def changes(self) -> Sequence[object]:
        """What the deploy changed."""


def is_dispensable(call: Call) -> bool:
    """Tell whether the command can succeed without this call: a warning, or the end of a lease."""
    is_release = call.arguments.get("ConditionExpression") == OURS
    quotas = ("lambda:GetAccountSettings", "apigateway:GetAccount")
    return is_release or str(call) in quotas


def is_of_the_lease(call: Call) -> bool:
    """Tell whether a call takes or leaves the lease in the room's table."""
    item = call.arguments.get("Key") or call.arguments.get("Item") or {}
    return call.service == "dynamodb" and item.get("id") == {"S": LEASE}


@dataclass
class Recorded:
    """What all tests of a process share: the two runs, and the moments that were continued."""

    tapes: dict[str, Tape] = field(default_factory=dict)
    whole: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # after each command
    settled: set[Any] = field(default_factory=set)
    emptied: set[Any] = field(default_factory=set)


class Matrix:
    """Runs cases in one account."""

    faults: Sequence[Fault] = FAULTS

    def __init__(self, cloud: Cloud, recorded: Recorded) -> None:
        self.cloud, self.recorded = cloud, recorded
        # One worker makes its calls in one order, in each run.
        self.session = cloud.session_with(workers=1)
        steady_ids(cloud)
        if not recorded.tapes:
            self._record()

    def deploy(self, room: RoomConfig | None = None) -> Changed:
        state_dir = self.cloud.state_dir
        return beekeeper.deploy(room or config(), session=self.session, state_dir=state_dir)

    def destroy(self) -> None:
        state_dir = self.cloud.state_dir
        beekeeper.destroy(ROOM, region=REGION, session=self.session, state_dir=state_dir)

    def _record(self) -> None:
        """Record both commands. The lock file exists, so that all runs have the same owner id."""
        self._begin()
        self._tape("deploy")
        self._tape("destroy")
        assert inventory() == {}

    def _begin(self) -> None:
        self.cloud.state_dir.mkdir(parents=True)
        (self.cloud.state_dir / f"{ROOM}.lock").write_text("the same machine")

    def _tape(self, command: str) -> None:
        self.recorded.tapes[command] = Tape(self.cloud, getattr(self, command))
        self.recorded.whole[command] = inventory()

    def calls(self, command: str) -> Sequence[int]:
        """Return the calls to try."""
        return range(len(self.recorded.tapes[command].calls))

    def group(self, command: str, group: int, groups: int) -> Sequence[int]:
        """Return a part of the calls: neighbours, because these leave the same state."""
        calls = self.calls(command)
        return calls[len(calls) * group // groups : len(calls) * (group + 1) // groups]

    def next(self, command: str) -> str:
        """Return the command that completes the room after this one."""
        return "deploy"

    def cases(self, command: str, n: int) -> Iterator[Case]:
        tape = self.recorded.tapes[command]
        call = f"{command}, call {n} ({tape.calls[n]})"
        yield f"{call}, killed before it", partial(self.go_on, command, tape.before(n))
        yield f"{call}, killed after it", partial(self.go_on, command, tape.after(n))
        for fault in self.faults:
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
            assert inventory() == self.recorded.whole[command]
        else:
            assert REMEDY.search(str(error)), str(error)
            assert "\n" not in str(error), str(error)
        if error and fault.answer is denied:
            assert action_of(str(call)) in str(error), str(error)
            assert self.cloud.time.sleeps == [], "waiting does not help"
            assert history(self.cloud.wire.changes) == history(tape.before(n).changes)
        self.go_on(command, Moment.now(self.cloud))

    def go_on(self, command: str, moment: Moment) -> None:
        """In every case, a destroy leaves nothing, and the next deploy completes the room."""
        then = self.next(command)
        if (then, moment.key) in self.recorded.settled:
            return
        self._empties(moment)
        moment.restore(self.cloud)
        complete = getattr(self, then)
        complete()
        assert inventory() == self.recorded.whole[then]
        made = Moment.now(self.cloud)
        assert not complete().changes
        assert history(self.cloud.wire.changes) == history(made.changes)
        self.finish(made)
        self.recorded.settled.add((then, moment.key))

    def finish(self, made: Moment) -> None:
        """Remove the room that was completed."""
        self._empties(made)

    def _empties(self, moment: Moment) -> None:
        if moment.key in self.recorded.emptied:
            return
        moment.restore(self.cloud)
        self.destroy()
        assert inventory() == {}
        assert not StateFile(self.cloud.state_dir, ROOM).path.exists()
        self.recorded.emptied.add(moment.key)


class GovernorMatrix(Matrix):
    """The same for a room that gets a governor, and loses it: the calls that change something.

    The reads, and the faults that botocore alone handles, are the same as in every other room.
    """

    faults = tuple(f for f in FAULTS if f.answer in (timed_out, denied) or str(f) == FAILED)

    def govern(self) -> Changed:
        return self.deploy(GOVERNED)

    def ungovern(self) -> Changed:
        return self.deploy()

    def _record(self) -> None:
        self._begin()
        self.deploy()
        self._tape("govern")
        self._tape("ungovern")

    def calls(self, command: str) -> Sequence[int]:
        calls = self.recorded.tapes[command].calls
        return [n for n, call in enumerate(calls) if call.mutates and not is_of_the_lease(call)]

    def next(self, command: str) -> str:
        return command

    def finish(self, made: Moment) -> None:
        """Do nothing: the room is as complete as any other, and each of these takes a second."""


class ToldMatrix(Matrix):
    """The same for every call of what alarms tell, without the rest of the room."""

    def deploy(self, room: RoomConfig | None = None) -> Changed:
        return _changed(ToldRoom(self.cloud).deploy())

    def destroy(self) -> None:
        ToldRoom(self.cloud).destroy()


def _changed(plan: Plan) -> Changed:
    return SimpleNamespace(changes=[c for c in plan.changes if c.action != "unchanged"])


class EdgeMatrix(Matrix):
    """The same for every call of the edge, without the rest of the room, which takes seconds."""

    def deploy(self, room: RoomConfig | None = None) -> Changed:
        return _changed(EdgeRoom(self.cloud).deploy())

    def destroy(self) -> None:
        EdgeRoom(self.cloud).destroy()


class EdgeChangeMatrix(EdgeMatrix):
    """The same for every call that changes an edge which is there."""

    faults = GovernorMatrix.faults

    def change(self) -> Changed:
        """Deploy with another key, another page and another version, after changes by hand."""
        room = EdgeRoom(self.cloud)
        room.given["page"] = {PAGE_SHA: "b" * 64}
        room.given["keys"] = {EDGE_SECRET: f"kid-2.{'6' * 64}", SIGNING_KID: "kid-2"}
        return _changed(room.deploy())

    def _record(self) -> None:
        self._begin()
        self.deploy()
        for drift in drifts_edge.DRIFTS:
            if drift.name in ("access-Name", "policy-name", "function-code", "version"):
                drift.by_hand(self.cloud)
        distribution().tags["former"] = "1"
        self._tape("change")

    def calls(self, command: str) -> Sequence[int]:
        calls = self.recorded.tapes[command].calls
        return [n for n, call in enumerate(calls) if call.mutates]

    def next(self, command: str) -> str:
        return command

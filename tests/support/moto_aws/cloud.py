"""A room in moto's AWS, with a clock that moves only during a sleep."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.retries.quota import RetryQuota

from beekeeper import RoomConfig
from beekeeper.provision.aws import THIS_MACHINE, Aws, Machine
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks.account import account_of
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.events import Event
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.engine.step import Found, Step
from beekeeper.provision.names import Names
from beekeeper.provision.state import State, StateFile
from tests.support.moto_aws.wire import Switchboard, Wire
from tests.support.rooms import ACCOUNT, REGION, ROOM, config


class Time:
    """A clock, and a sleep that advances it."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class Session(boto3.session.Session):  # type: ignore[misc]  # boto3 has no types
    """A session that keeps its clients: making one takes as long as a hundred calls to moto."""

    machine = THIS_MACHINE

    def __init__(self, switchboard: Switchboard, region: str = REGION) -> None:
        super().__init__("testing", "testing", region_name=region)
        self._kept: dict[Any, Any] = {}
        self.switchboard = switchboard
        self.quotas: list[RetryQuota] = []

    def on(self, machine: Machine) -> Self:
        """Return this session, its clients included, with another machine."""
        made = copy.copy(self)
        made.machine = machine
        return made

    def quota(self) -> RetryQuota:
        """Make the retry quota of a client. botocore calls this for each client."""
        self.quotas.append(RetryQuota())
        return self.quotas[-1]

    def refill(self) -> None:
        """Reset the retry quota of every client, as in a new process."""
        for quota in self.quotas:
            quota.release(quota.INITIAL_CAPACITY)

    def client(self, service_name: str, **options: Any) -> Any:
        retries = getattr(options.get("config"), "retries", None)
        region = options.get("region_name") or self.region_name
        key = (service_name, region, str(retries))
        if key not in self._kept:
            self._kept[key] = super().client(service_name, **options)
        return self._kept[key]


# A tag that the engine takes for one that the last deploy set.
FORMER_TAG = "former"


class Cloud:
    """What a test needs: the wire, the clock, and the engine of a room that uses both."""

    def __init__(self, session: Session, wire: Wire, state_dir: Path) -> None:
        self.time = Time()
        self.session = session.on(Machine(self.time, self.time.sleep))
        self.wire = wire
        self.state_dir = state_dir
        self.events: list[Event] = []

    def session_with(self, workers: int) -> Session:
        """Return the session, for so many steps at a time."""
        return self.session.on(replace(self.session.machine, workers=workers))

    def aws(self, region: str = REGION, workers: int = 1) -> Aws:
        return Aws(self.session_with(workers), region=region)

    def client(self, service: str, region: str = REGION) -> Any:
        return self.session.client(service, region_name=region)

    def make_bucket(self, name: str) -> None:
        """Make a bucket, as somebody else does."""
        place = {"LocationConstraint": REGION}
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)

    def names(self, room: str = ROOM) -> Names:
        return Names(room, ACCOUNT, REGION, "aws")

    def engine(self, room: RoomConfig | None = None, workers: int = 1) -> Engine:
        """Return an engine like the one of deploy, on the fake clock."""
        room = room or config()
        aws = self.aws(room.region or REGION, workers)
        file = StateFile(self.state_dir, room.name)
        if file.read() is None:
            file.write(State(room.name, aws.account, aws.region, room.model_dump(mode="json")))
        names = aws.names(room.name, strict=room.is_strict)
        recorded = {record.key for record in file.records()}
        wanted = steps(room, names, account_of(aws), [FORMER_TAG], recorded)
        return Engine(aws, room.name, wanted, file, self.events.append)

    def deploy(self, room: RoomConfig | None = None, workers: int = 1) -> Plan:
        engine = self.engine(room, workers)
        plan = engine.plan()
        engine.apply(plan)
        return plan

    def destroy(self, room: RoomConfig | None = None, workers: int = 1) -> list[str]:
        engine = self.engine(room, workers)
        deleted = engine.remove()
        StateFile(self.state_dir, (room or config()).name).remove()
        return deleted

    def changes(self, room: RoomConfig | None = None) -> dict[str, str]:
        """Return what a deploy would change: {key: action}."""
        plan = self.engine(room).plan()
        return {c.key: c.action.value for c in plan.changes if c.action != "unchanged"}

    def recorded(self, do: Callable[[], Any]) -> list[str]:
        """Return the mutating calls that a function makes."""
        self.wire.calls.clear()
        do()
        return self.wire.names(mutating=True)


class Bench:
    """A single step, for the tests of its module."""

    def __init__(self, cloud: Cloud, step: Step, outputs: Mapping[str, str] | None = None) -> None:
        self.cloud, self.step, self.aws = cloud, step, cloud.aws()
        self.outputs = dict(outputs or {})

    def find(self) -> Found | None:
        found = self.step.find(self.aws, self.outputs)
        self.outputs |= dict(found.outputs) if found else {}
        return found

    def create(self) -> Found:
        desired = self.step.desired(self.outputs)
        assert desired is not None
        self.step.create(self.aws, desired)
        found = self.find()
        assert found is not None
        return found


def text_of(error: BaseException) -> str:
    """Return everything that a user can see of an error: its text, and those of its causes."""
    seen: list[str] = []
    at: BaseException | None = error
    while at is not None:
        seen += [str(at), *getattr(at, "__notes__", [])]
        at = at.__cause__
    return "\n".join(seen)

"""A room's edge without the rest of the room, which takes seconds to deploy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from moto.s3.models import s3_backends

from beekeeper import RoomConfig
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.engine.step import Attributes, Found, Owner, Resource, Step
from beekeeper.provision.resources import outputs as o
from beekeeper.provision.state import State, StateFile
from tests.support.moto_aws.by_hand import BUCKET
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud
from tests.support.moto_aws.edge_gaps import edge
from tests.support.rooms import ACCOUNT, REGION, ROOM, config

EDGED = config(edge=True)
EDGE = ("access control", "headers policy", "page function", "distribution", "cached page")
SECRET = f"kid-1.{'5' * 64}"
# What the edge's steps need of others.
GIVEN: dict[str, dict[str, str]] = {
    "bucket": {},
    "page": {o.PAGE_SHA: "a" * 64},
    "robots": {},
    "keys": {o.EDGE_SECRET: SECRET, o.SIGNING_KID: "kid-1"},
    "api": {
        o.API_ID: "a1b2c3d4e5",
        o.ENDPOINT: "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    },
}


@contextmanager
def _bucket() -> Iterator[None]:
    """Have the room's bucket, whose policy lets the edge read it, and no call for that."""
    s3 = s3_backends[ACCOUNT]["aws"]
    if BUCKET not in s3.buckets:
        s3.create_bucket(BUCKET, REGION)
    try:
        yield
    finally:
        s3.delete_bucket(BUCKET)


class Given(Resource):
    """A step that is there, and outputs what it is told to."""

    def __init__(self, key: str, outputs: Mapping[str, str]) -> None:
        self.key = self.kind = self.name = key
        self._outputs = outputs

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found:
        return Found(self.key, {}, Owner.OURS, self._outputs)

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Never called, because it is there."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Never called, because it is as wanted."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Do nothing: it belongs to the rest of the room."""


@dataclass
class EdgeRoom:
    """The edge's steps, deployed and destroyed as those of a whole room are."""

    cloud: Cloud
    given: dict[str, dict[str, str]] = field(default_factory=lambda: {**GIVEN})

    def steps(self, room: RoomConfig = EDGED) -> list[Step]:
        wanted = steps(room, self.cloud.names(), former_tags=[FORMER_TAG])
        given = [Given(key, outputs) for key, outputs in self.given.items()]
        return [*given, *(step for step in wanted if step.key in EDGE)]

    def engine(self, room: RoomConfig = EDGED, workers: int = 1) -> Engine:
        for each in edge().distributions.values():
            each.former = None  # reads are outdated for seconds, and a command begins later
        aws = self.cloud.aws(workers=workers)
        file = StateFile(self.cloud.state_dir, ROOM)
        if file.read() is None:
            file.write(State(ROOM, ACCOUNT, aws.region, room.model_dump(mode="json")))
        return Engine(aws, ROOM, self.steps(room), file, self.cloud.events.append)

    def deploy(self, room: RoomConfig = EDGED, workers: int = 1) -> Plan:
        engine = self.engine(room, workers)
        plan = engine.plan()
        with _bucket():
            engine.apply(plan)
        return plan

    def destroy(self, room: RoomConfig = EDGED) -> list[str]:
        """Remove the edge. Return the keys of the steps that were deleted."""
        with _bucket():
            deleted = self.engine(room).remove()
        StateFile(self.cloud.state_dir, ROOM).remove()
        return [key for key in deleted if key in EDGE]

    def forget(self) -> None:
        """Lose the state file."""
        StateFile(self.cloud.state_dir, ROOM).remove()

    def changes(self, room: RoomConfig = EDGED) -> dict[str, str]:
        """Return what a deploy would change: {key: action}."""
        plan = self.engine(room).plan()
        return {c.key: c.action.value for c in plan.changes if c.action != "unchanged"}

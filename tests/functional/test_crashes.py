"""Killed at every call: the same command again converges, and a destroy leaves nothing.

A deploy of one worker makes its calls in one order, so the calls of a recorded run are those of
the next. For each mutating call the process is killed just before it and just after it; what is
killed just before a read is in AWS where it was after the write before. Each case goes on with a
destroy that is killed, too: all its calls get their turn, as there are fewer of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.base_backend import BackendDict

from beekeeper.provision.state import StateFile

from .cloud import ROOM, Cloud
from .inventory import inventory
from .wire import Call, Forward

GROUPS = 8


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass(frozen=True)
class Point:
    """The moment just before, or just after, the n-th mutating call."""

    call: int
    after: bool
    name: str

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} call {self.call} ({self.name})"


class Killer:
    """A rule of the wire that kills at a point, and everything that comes later."""

    def __init__(self, point: Point) -> None:
        self.point, self.seen, self.dead = point, -1, False

    def __call__(
        self, call: Call, request: AWSPreparedRequest, forward: Forward
    ) -> AWSResponse | None:
        assert not self.dead, f"{call} was made by a process that was killed"
        if not call.mutates:
            return None
        self.seen += 1
        if self.seen != self.point.call:
            return None
        self.dead = True
        if self.point.after:
            forward()
        raise Killed(str(self.point))


def points(calls: Sequence[Call]) -> list[Point]:
    return [Point(n, after, str(c)) for n, c in enumerate(calls) for after in (False, True)]


def recorded(cloud: Cloud, do: Callable[[], object]) -> list[Point]:
    cloud.wire.clear()
    do()
    found = points(cloud.wire.mutations)
    cloud.wire.clear()
    return found


def kill(cloud: Cloud, point: Point, do: Callable[[], object]) -> None:
    killer = Killer(point)
    cloud.wire.add(killer)
    with pytest.raises(Killed, match=r"call \d+"):
        do()
    assert killer.dead
    cloud.wire.clear()


@pytest.mark.parametrize("group", range(GROUPS))
def test_killed_at_every_call(cloud: Cloud, group: int) -> None:
    deploy_points = recorded(cloud, cloud.deploy)
    whole = inventory()
    destroy_points = recorded(cloud, cloud.destroy)
    assert inventory() == {}

    cases = range(group, max(len(deploy_points), len(destroy_points)), GROUPS)
    for case in cases:
        _case(
            cloud,
            deploy_points[case % len(deploy_points)],
            destroy_points[case % len(destroy_points)],
            whole,
        )
    print(f"{len(cases)} of {len(deploy_points)} + {len(destroy_points)} crash points, twice each")


def _case(cloud: Cloud, deploying: Point, destroying: Point, whole: object) -> None:
    BackendDict.reset()
    kill(cloud, deploying, cloud.deploy)

    cloud.deploy()
    assert inventory() == whole, f"killed {deploying}"
    assert not cloud.engine().plan().has_changes, f"killed {deploying}"

    kill(cloud, destroying, cloud.destroy)
    cloud.destroy()
    assert inventory() == {}, f"killed {destroying}"
    assert not StateFile(cloud.state_dir, ROOM).path.exists()


@pytest.mark.parametrize("group", range(GROUPS))
def test_killed_at_every_call_and_the_state_file_lost(cloud: Cloud, group: int) -> None:
    """All but what has no tag yet is found again: the destroy leaves at most an untagged bucket."""
    deploy_points = recorded(cloud, cloud.deploy)
    cloud.destroy()
    for point in deploy_points[group::GROUPS]:
        BackendDict.reset()
        kill(cloud, point, cloud.deploy)
        StateFile(cloud.state_dir, ROOM).remove()
        cloud.destroy()
        untagged = "s3:CreateBucket" in str(point) and point.after
        untagged |= "s3:PutBucketTagging" in str(point) and not point.after
        assert inventory().keys() <= ({"buckets"} if untagged else set()), f"killed {point}"
        StateFile(cloud.state_dir, ROOM).remove()

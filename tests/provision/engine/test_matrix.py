"""The crash and fault matrix: every fault at every call of a deploy and of a destroy.

The calls are those of a recorded run. For each call, the process is killed just before it and just
after it. The call is throttled, answered with a 500, cut off, or timed out after AWS did the work,
once and for good. And it is refused. Each error must be a sentence with a remedy. After each case:

- a destroy leaves nothing;
- the next deploy completes the room, with one of each resource in a listing of moto's own stores;
  the deploy after that changes nothing, and a destroy leaves nothing.

Cases that left the same changes in AWS and the same state file are continued only once.
"""

from collections.abc import Callable, Sequence

import pytest

from beekeeper.provision.state import StateFile
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.matrix import (
    EdgeChangeMatrix,
    EdgeMatrix,
    GovernorMatrix,
    Matrix,
    Recorded,
    ToldMatrix,
)
from tests.support.rooms import ROOM

pytestmark = pytest.mark.matrix

GROUPS, GOVERNOR_GROUPS, EDGE_GROUPS = 24, 2, 2
Note = Callable[[str, object], None]


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def matrix(cloud: Cloud, recorded: Recorded) -> Matrix:
    return Matrix(cloud, recorded)


@pytest.fixture(scope="session")
def governor_recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def governor_matrix(cloud: Cloud, governor_recorded: Recorded) -> GovernorMatrix:
    return GovernorMatrix(cloud, governor_recorded)


@pytest.fixture(scope="session")
def edge_recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def edge_matrix(cloud: Cloud, edge_recorded: Recorded) -> EdgeMatrix:
    return EdgeMatrix(cloud, edge_recorded)


def run_all(matrix: Matrix, command: str, calls: Sequence[int], record: Note) -> None:
    ran, failures = 0, list[str]()
    for name, case in (case for n in calls for case in matrix.cases(command, n)):
        ran += 1
        try:
            case()
        except Exception as problem:
            failures.append(f"{name}: {type(problem).__name__}: {problem}")
    record("matrix", (command, len(calls), ran, ran - len(failures)))
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_every_call(matrix: Matrix, command: str, group: int, record_property: Note) -> None:
    run_all(matrix, command, matrix.group(command, group, GROUPS), record_property)


@pytest.mark.parametrize("group", range(GOVERNOR_GROUPS))
@pytest.mark.parametrize("command", ["govern", "ungovern"])
def test_every_change_of_a_governor(
    governor_matrix: GovernorMatrix, command: str, group: int, record_property: Note
) -> None:
    calls = governor_matrix.group(command, group, GOVERNOR_GROUPS)
    run_all(governor_matrix, command, calls, record_property)


@pytest.mark.parametrize("group", range(EDGE_GROUPS))
@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_every_call_of_an_edge(
    edge_matrix: EdgeMatrix, command: str, group: int, record_property: Note
) -> None:
    calls = edge_matrix.group(command, group, EDGE_GROUPS)
    run_all(edge_matrix, command, calls, record_property)


def test_every_change_of_an_edge(cloud: Cloud, record_property: Note) -> None:
    matrix = EdgeChangeMatrix(cloud, Recorded())
    run_all(matrix, "change", matrix.calls("change"), record_property)


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_every_call_of_what_alarms_tell(cloud: Cloud, command: str, record_property: Note) -> None:
    matrix = ToldMatrix(cloud, Recorded())
    run_all(matrix, command, matrix.calls(command), record_property)


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
        untagged = last in ("s3:CreateBucket", "s3:PutBucketPolicy")
        left = {"buckets", "bucket policies"} if untagged else set()
        assert inventory().keys() <= left, f"killed after {last}"

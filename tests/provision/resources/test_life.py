"""Every resource: created, unchanged, deleted by hand, deleted twice, owned by somebody else."""

import pytest

from beekeeper.errors import NotOursError
from beekeeper.provision.engine.step import AlreadyThere
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import (
    DELETIONS,
    FOREIGN,
    FUNCTIONS,
    GOVERNORS,
    raw_state,
    untag,
)
from tests.support.moto_aws.cloud import Bench, Cloud
from tests.support.moto_aws.edge_rooms import EDGE
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import ROOM, config

# Resources that have their own name in AWS. The others are contained in one of these.
STANDALONE = sorted(
    key
    for key in DELETIONS
    if key.split()[0] not in ("keys", "settings", "page", "robots", "routes", "stage", "permission")
    and key != "bucket policy"
)
NAMED_BY = {
    "api": {
        "permission producer",
        "permission room",
        "permission turnstile",
        "alarm visitor-errors",
        "dashboard",
    },
    "queue": {"function producer", "function consumer"},
    "dead-letter queue": {"function consumer"},
    **{f"role {part}": {f"function {part}"} for part in FUNCTIONS},
}
# Resources that are re-created because their container is: the permission of a function.
REMADE = {f"role {part}": {f"permission {part}"} for part in FUNCTIONS}


def test_every_step_has_its_tests(cloud: Cloud) -> None:
    # For the domain see test_domain.py, for the FIFO queues test_strict.py, for the governor
    # test_governor.py, for the edge test_distribution.py, test_door.py and test_domain_at_edge.py,
    # for former pages test_page_object.py.
    former = {"former domains", "former records", "former pages"}
    elsewhere = {*former, "other queue", "other dead-letter queue", "door", *GOVERNORS, *EDGE}
    assert DELETIONS.keys() == cloud.engine()._steps.keys() - elsewhere


def test_a_second_deploy_makes_no_mutating_call(deployed: Cloud) -> None:
    plan = deployed.deploy()
    assert not plan.has_changes
    assert deployed.wire.mutations == []
    assert deployed.time.sleeps == []


@pytest.mark.parametrize("key", sorted(DELETIONS))
def test_a_resource_that_disappears_is_made_again(deployed: Cloud, key: str) -> None:
    before = inventory()
    delete, along = DELETIONS[key]
    delete(deployed)
    assert inventory() != before

    changes = deployed.changes()

    created = {c for c, action in changes.items() if action == "create"}
    assert created == {key, *along} | REMADE.get(key, set())
    # The steps that name it: the id or URL of the new resource is not known yet.
    assert changes.keys() - created == NAMED_BY.get(key, set())
    deployed.deploy()
    assert inventory() == before
    assert deployed.changes() == {}


@pytest.mark.parametrize("key", sorted(DELETIONS))
def test_a_room_with_a_resource_gone_is_destroyed(deployed: Cloud, key: str) -> None:
    delete, along = DELETIONS[key]
    delete(deployed)

    deleted = deployed.destroy()

    assert inventory() == {}
    assert not {key, *along} & set(deleted)


@pytest.mark.parametrize("key", STANDALONE)
def test_delete_twice(deployed: Cloud, key: str) -> None:
    engine = deployed.engine()
    engine.read()
    step, found = engine._steps[key], engine.found[key]
    assert found is not None
    aws = deployed.aws()

    step.delete(aws, found)
    assert step.find(aws, engine.outputs) is None
    step.delete(aws, found)

    assert step.find(aws, engine.outputs) is None


# The name of an API is not unique. test_http_api.py loses the answer to its creation.
@pytest.mark.parametrize("key", sorted(DELETIONS.keys() - {"api"}))
def test_creating_again_is_noticed_or_changes_nothing(deployed: Cloud, key: str) -> None:
    """As after a lost answer to a create: the engine reads again and decides."""
    engine = deployed.engine()
    engine.read()
    before = inventory()
    bench = Bench(deployed, engine._steps[key], engine.outputs)
    try:
        bench.create()
    except AlreadyThere:
        assert bench.find() is not None
    assert inventory() == before
    assert deployed.changes() == {}


@pytest.mark.parametrize("key", sorted(FOREIGN))
def test_what_is_somebody_elses_is_not_touched(cloud: Cloud, key: str) -> None:
    make, name = FOREIGN[key]
    make(cloud)
    before, content = inventory(), raw_state(cloud, key)
    cloud.wire.clear()

    with pytest.raises(NotOursError, match=f"{name} exists already and belongs to somebody else"):
        cloud.deploy()
    assert cloud.wire.mutations == []

    assert cloud.destroy() == []  # and neither is what it contains
    assert cloud.wire.mutations == []
    assert (inventory(), raw_state(cloud, key)) == (before, content)


@pytest.mark.parametrize("key", sorted(FOREIGN))
def test_what_is_somebody_elses_stays_when_the_room_goes(deployed: Cloud, key: str) -> None:
    """Ours was deleted by hand, somebody took its name, and then the state file was lost."""
    delete, _ = DELETIONS[key]
    delete(deployed)
    FOREIGN[key][0](deployed)
    untag(deployed, key)
    content = raw_state(deployed, key)
    StateFile(deployed.state_dir, ROOM).remove()

    deployed.destroy()

    left = {name for names in inventory().values() for name in names}
    assert FOREIGN[key][1] in left
    assert raw_state(deployed, key) == content


# CreateQueue, PutRule and PutMetricAlarm accept an existing one. For the bucket see its tests.
@pytest.mark.parametrize("key", ["table", "role producer", "function producer"])
def test_what_comes_between_the_look_and_the_create_is_not_taken_over(
    cloud: Cloud, key: str
) -> None:
    """Somebody creates a resource with our name while we deploy."""
    engine = cloud.engine()
    plan = engine.plan()
    make, name = FOREIGN[key]
    make(cloud)
    with pytest.raises(NotOursError, match=name):
        engine.apply(plan)
    state = StateFile(cloud.state_dir, ROOM).read()
    assert state is not None
    assert key not in {r.key for r in state.resources}


def test_a_room_of_another_name_owns_what_it_tagged(cloud: Cloud) -> None:
    """The queue of room sale-dead-letter has the name of the dead-letter queue of room sale."""
    cloud.deploy(config(name="sale-dead-letter"))
    with pytest.raises(NotOursError, match="belongs to room sale-dead-letter"):
        cloud.deploy()
    cloud.destroy()
    assert "beekeeper-sale-dead-letter" in inventory()["queues"]

"""With an edge, the API has no route to the page's function."""

from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.resources.http_api import Api
from beekeeper.provision.resources.outputs import API_ID
from beekeeper.provision.resources.routes import PageRoutes, Routes
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import api_id
from tests.support.moto_aws.cloud import Bench, Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import NAMES, ROOM

OF_THE_PAGE = {"ANY /room", "ANY /robots.txt"}


def routes() -> set[str]:
    return set(inventory().get("routes", []))


def former(cloud: Cloud) -> Bench:
    return Bench(cloud, PageRoutes(NAMES), {API_ID: api_id(cloud)})


def test_a_room_with_an_edge_never_gets_them(cloud: Cloud) -> None:
    tags = {"beekeeper:room": ROOM}
    api = Bench(cloud, Api(NAMES, tags, has_domain=False)).create()
    step = Routes(NAMES, governed=False, edge=True)
    Bench(cloud, step, api.outputs).create()
    assert routes() == {"ANY /", "ANY /join", "ANY /turn", "ANY /enter", "ANY /check", "ANY /news"}
    assert former(cloud).find() is None


def test_a_room_that_gets_an_edge_keeps_them_until_all_else_is_done(deployed: Cloud) -> None:
    """Its visitors need them while the edge is being made, which takes minutes."""
    names, file = deployed.names(), StateFile(deployed.state_dir, ROOM)
    plain = [s for s in deployed.engine()._steps.values() if s.key not in ("routes", "door")]
    steps = [*plain, Routes(names, governed=False, edge=True), PageRoutes(names)]
    engine = Engine(deployed.aws(), ROOM, steps, file)
    changes = {c.key: c.action for c in engine.plan().changes if c.action != "unchanged"}
    assert changes == {"page routes": "delete"}
    assert routes() >= OF_THE_PAGE
    engine.apply(engine.plan())
    assert not routes() & OF_THE_PAGE
    assert deployed.changes() == {"routes": "update"}, "without an edge they come back"
    deployed.deploy()
    assert routes() >= OF_THE_PAGE


def test_deleting_them_twice_or_without_an_api_is_no_error(deployed: Cloud) -> None:
    bench = former(deployed)
    found = bench.find()
    assert found is not None
    deployed.wire.add(
        refuse(
            "apigatewayv2:DeleteRoute", "ConflictException", "concurrent modification", 409, times=2
        )
    )
    bench.step.delete(bench.aws, found)
    bench.step.delete(bench.aws, found)
    assert not routes() & OF_THE_PAGE
    deployed.client("apigatewayv2").delete_api(ApiId=found.id)
    assert bench.find() is None
    assert PageRoutes(NAMES).find(bench.aws, {}) is None

"""A room with a custom domain, and one with an edge, for the tests of what belongs to them."""

import pytest

from beekeeper import RoomConfig
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.edge_rooms import EdgeRoom
from tests.support.moto_aws.fixtures import go_to
from tests.support.moto_aws.tape import Moment
from tests.support.rooms import with_domain


@pytest.fixture
def room(cloud: Cloud, zone: str) -> RoomConfig:
    """The configuration of a deployed room with a domain and its record."""
    made = with_domain(hosted_zone_id=zone)
    cloud.deploy(made)
    cloud.wire.clear()
    return made


@pytest.fixture(scope="session")
def first_edge() -> list[tuple[Moment, float]]:
    return []


@pytest.fixture
def edged(cloud: Cloud, first_edge: list[tuple[Moment, float]]) -> EdgeRoom:
    """An account with the edge of a room in it."""
    made = EdgeRoom(cloud)
    go_to(first_edge, cloud, made.deploy)
    cloud.time.sleeps.clear()
    return made

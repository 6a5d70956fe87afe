"""A room with a custom domain, for the tests of what belongs to it."""

import pytest

from beekeeper import RoomConfig
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import with_domain


@pytest.fixture
def room(cloud: Cloud, zone: str) -> RoomConfig:
    """The configuration of a deployed room with a domain and its record."""
    made = with_domain(hosted_zone_id=zone)
    cloud.deploy(made)
    cloud.wire.clear()
    return made

from beekeeper.provision.names import Watch
from beekeeper.provision.resources.alarm import specifications
from tests.support.moto_aws.cloud import Cloud


def test_each_watch_is_one_alarm(cloud: Cloud) -> None:
    assert [found.what for found in specifications(cloud.names())] == list(Watch)

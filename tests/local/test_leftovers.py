"""The search for leftovers of a room, which the demo and the tests use, works without steps."""

import pytest

from beekeeper.local.leftovers import leftovers
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import ACCOUNT, REGION, ROOM, Cloud, config

NAME = "queue.example.com"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1a2b3c4d"
OF_THE_DOMAIN = [f"API mapping {NAME}/", f"DNS record {NAME} A", f"custom domain {NAME}"]


@pytest.fixture
def zone(cloud: Cloud) -> str:
    made = cloud.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")
    zone_id: str = made["HostedZone"]["Id"]
    return zone_id.removeprefix("/hostedzone/")


def test_every_kind_is_found(cloud: Cloud, zone: str) -> None:
    assert leftovers(cloud.session, ROOM) == []
    room = config(domain_name=NAME, certificate_arn=CERTIFICATE, hosted_zone_id=zone)
    cloud.deploy(room)

    found = leftovers(cloud.session, ROOM)
    kinds = {name.partition(" beekeeper-")[0] for name in found if STEM in name}
    assert {f"dashboard {STEM}-{REGION}", f"HTTP API {STEM}", *OF_THE_DOMAIN} <= {*found}
    assert {"alarm", "bucket", "function", "role", "rule", "table"} <= kinds
    assert leftovers(cloud.session, "another") == []

    cloud.destroy(room)
    assert leftovers(cloud.session, ROOM, NAME) == []


def test_a_record_is_found_when_its_domain_is_gone(cloud: Cloud, zone: str) -> None:
    cloud.deploy(config(domain_name=NAME, certificate_arn=CERTIFICATE, hosted_zone_id=zone))
    gateway = cloud.client("apigatewayv2")
    (mapping,) = gateway.get_api_mappings(DomainName=NAME)["Items"]
    gateway.delete_api_mapping(DomainName=NAME, ApiMappingId=mapping["ApiMappingId"])
    gateway.delete_domain_name(DomainName=NAME)

    assert f"DNS record {NAME} A" in leftovers(cloud.session, ROOM, NAME)
    assert f"custom domain {NAME}" not in leftovers(cloud.session, ROOM, NAME)
    assert f"DNS record {NAME} A" not in leftovers(cloud.session, ROOM)

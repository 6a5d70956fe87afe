"""The search for leftovers of a room, which the demo and the tests use, works without steps."""

from beekeeper.local.leftovers import leftovers
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import DOMAIN_NAME, REGION, ROOM, with_domain

OF_THE_DOMAIN = [
    f"API mapping {DOMAIN_NAME}/",
    f"DNS record {DOMAIN_NAME} A",
    f"custom domain {DOMAIN_NAME}",
]


def test_every_kind_is_found(cloud: Cloud, zone: str) -> None:
    assert leftovers(cloud.session, ROOM) == []
    room = with_domain(hosted_zone_id=zone)
    cloud.deploy(room)

    found = leftovers(cloud.session, ROOM)
    kinds = {name.partition(" beekeeper-")[0] for name in found if STEM in name}
    assert {f"dashboard {STEM}-{REGION}", f"HTTP API {STEM}", *OF_THE_DOMAIN} <= {*found}
    assert {"alarm", "bucket", "function", "role", "rule", "table"} <= kinds
    assert leftovers(cloud.session, "another") == []

    cloud.destroy(room)
    assert leftovers(cloud.session, ROOM, DOMAIN_NAME) == []


def test_a_record_is_found_when_its_domain_is_gone(cloud: Cloud, zone: str) -> None:
    cloud.deploy(with_domain(hosted_zone_id=zone))
    gateway = cloud.client("apigatewayv2")
    (mapping,) = gateway.get_api_mappings(DomainName=DOMAIN_NAME)["Items"]
    gateway.delete_api_mapping(DomainName=DOMAIN_NAME, ApiMappingId=mapping["ApiMappingId"])
    gateway.delete_domain_name(DomainName=DOMAIN_NAME)

    assert f"DNS record {DOMAIN_NAME} A" in leftovers(cloud.session, ROOM, DOMAIN_NAME)
    assert f"custom domain {DOMAIN_NAME}" not in leftovers(cloud.session, ROOM, DOMAIN_NAME)
    assert f"DNS record {DOMAIN_NAME} A" not in leftovers(cloud.session, ROOM)

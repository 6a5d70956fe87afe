"""The DNS record of a custom domain: made where it is ours to make, and nobody else's touched."""

import pytest

from beekeeper import RoomConfig
from beekeeper.errors import NotOursError, ProvisionError
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.domain_gaps import API_GATEWAY_ZONE, target_of
from tests.support.moto_aws.domains import CHANGE_RECORD, RECORD, ours, records, theirs
from tests.support.moto_aws.inventory import backend, inventory
from tests.support.moto_aws.wire import after, lose_answer
from tests.support.rooms import DOMAIN_NAME, REGION, with_domain


def test_the_zone_is_dropped(cloud: Cloud, room: RoomConfig) -> None:
    assert cloud.changes(with_domain()) == {"dns record": "delete"}
    cloud.deploy(with_domain())
    assert ours() == {"domains": [DOMAIN_NAME], "mappings": [DOMAIN_NAME]}
    assert cloud.recorded(lambda: cloud.deploy(with_domain())) == []


def test_another_zone(cloud: Cloud, room: RoomConfig, zone: str) -> None:
    made = cloud.client("route53").create_hosted_zone(Name="example.com", CallerReference="y")
    other = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    wanted = with_domain(hosted_zone_id=other)
    assert cloud.changes(wanted) == {"dns record": "replace"}
    cloud.deploy(wanted)
    assert records(cloud, zone) == {}
    assert records(cloud, other) == {DOMAIN_NAME: target_of(DOMAIN_NAME)}
    assert cloud.changes(wanted) == {}


def test_the_domain_disappears_and_the_record_follows_the_new_one(
    cloud: Cloud, room: RoomConfig, zone: str
) -> None:
    backend("apigatewayv2", REGION).api_mappings.clear()
    domain = backend("apigatewayv2", REGION).domain_names.pop(DOMAIN_NAME)
    cloud.deploy(room)
    old = domain.domain_name_configurations[0]["apiGatewayDomainName"]
    assert records(cloud, zone) == {DOMAIN_NAME: target_of(DOMAIN_NAME)} != {DOMAIN_NAME: old}
    assert cloud.changes(room) == {}


def test_the_record_disappears(cloud: Cloud, room: RoomConfig, zone: str) -> None:
    _delete_record(cloud, zone)
    assert cloud.changes(room) == {"dns record": "create"}
    cloud.deploy(room)
    assert ours() == RECORD


def _delete_record(cloud: Cloud, zone: str) -> None:
    alias = {
        "HostedZoneId": API_GATEWAY_ZONE,
        "DNSName": target_of(DOMAIN_NAME),
        "EvaluateTargetHealth": False,
    }
    record = {"Name": DOMAIN_NAME, "Type": "A", "AliasTarget": alias}
    batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
    cloud.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def test_a_record_that_leads_elsewhere_is_never_touched(cloud: Cloud, zone: str) -> None:
    theirs(cloud, zone)
    cloud.wire.clear()
    with pytest.raises(NotOursError, match=f"DNS record {DOMAIN_NAME}.*type A, in zone {zone}"):
        cloud.deploy(with_domain(hosted_zone_id=zone))
    assert cloud.wire.mutations == []
    cloud.destroy(with_domain(hosted_zone_id=zone))
    assert inventory() == {"records": [f"{DOMAIN_NAME}. A"]}


def test_a_record_that_was_turned_elsewhere_is_left_so(
    cloud: Cloud, room: RoomConfig, zone: str
) -> None:
    theirs(cloud, zone)
    with pytest.raises(NotOursError, match=DOMAIN_NAME):
        cloud.deploy(room)
    cloud.destroy(room)
    assert inventory() == {"records": [f"{DOMAIN_NAME}. A"]}


def test_a_record_that_comes_in_between(cloud: Cloud, zone: str) -> None:
    room = with_domain(hosted_zone_id=zone)
    cloud.wire.add(after("apigatewayv2:CreateDomainName", lambda: theirs(cloud, zone)))
    with pytest.raises(NotOursError, match=f"DNS record {DOMAIN_NAME}"):
        cloud.deploy(room)
    assert records(cloud, zone) == {DOMAIN_NAME: ""}


def test_a_cname_in_the_way(cloud: Cloud, zone: str) -> None:
    theirs(cloud, zone, kind="CNAME", value="shop.example.com")
    with pytest.raises(NotOursError, match=f"DNS record {DOMAIN_NAME}.*type CNAME"):
        cloud.deploy(with_domain(hosted_zone_id=zone))


def test_the_answers_of_route_53_are_lost(cloud: Cloud, zone: str) -> None:
    room = with_domain(hosted_zone_id=zone)
    cloud.wire.add(lose_answer(CHANGE_RECORD))
    cloud.deploy(room)
    assert ours() == RECORD
    cloud.wire.add(lose_answer(CHANGE_RECORD), lose_answer("apigatewayv2:DeleteDomainName"))
    cloud.deploy()
    assert ours() == {}


def test_a_zone_that_is_not_there(cloud: Cloud) -> None:
    with pytest.raises(ProvisionError, match=r"hosted_zone_id = 'ZNONE'.*leave hosted_zone_id out"):
        cloud.deploy(with_domain(hosted_zone_id="ZNONE"))
    cloud.destroy(with_domain(hosted_zone_id="ZNONE"))
    assert inventory() == {}

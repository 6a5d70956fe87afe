"""The custom domain at the edge: a room moves there and back, and its name always has an answer."""

import re
from collections.abc import Iterator

import pytest

from beekeeper import RoomConfig
from beekeeper.errors import ConfigError, NotOursError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.names import Names
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.domain_gaps import target_of
from tests.support.moto_aws.domains import CHANGE_RECORD, OTHER, RECORD, ours, records
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.fixtures import go_to
from tests.support.moto_aws.inventory import backend, inventory
from tests.support.moto_aws.reach import REMEMBERED, Watch, led_to
from tests.support.moto_aws.tape import Moment, Tape
from tests.support.moto_aws.wire import Call, lose_answer
from tests.support.rooms import (
    ACCOUNT,
    AT_EDGE,
    DOMAIN_NAME,
    NAMES,
    ROOM,
    config,
    with_domain,
)

# Some of the calls that change a domain, a record, or the tags about it. Each takes a second.
OF_A_DOMAIN = "route53:Change|:UntagResource"
AT_THE_EDGE = {"records": [f"{DOMAIN_NAME}. A", f"{DOMAIN_NAME}. AAAA"]}


@pytest.fixture
def at_api(zone: str) -> RoomConfig:
    """The room with its domain at API Gateway."""
    return with_domain(hosted_zone_id=zone)


@pytest.fixture
def at_edge(zone: str) -> RoomConfig:
    """The room with its domain at the edge."""
    return config(**AT_EDGE, hosted_zone_id=zone)


@pytest.fixture(scope="session")
def first_at_edge() -> list[tuple[Moment, float]]:
    """What a process's first deploy of such a room left, and when."""
    return []


@pytest.fixture
def stands(cloud: Cloud, first_at_edge: list[tuple[Moment, float]]) -> RoomConfig:
    """The same room, deployed."""

    def deploy() -> None:
        made = cloud.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")
        zone = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
        cloud.deploy(config(**AT_EDGE, hosted_zone_id=zone))

    go_to(first_at_edge, cloud, deploy)
    (zone,) = backend("route53", "aws").zones
    return config(**AT_EDGE, hosted_zone_id=zone)


@pytest.fixture
def watch(cloud: Cloud, zone: str) -> Iterator[Watch]:
    """Watch all calls from here on: nobody is led to what does not answer."""
    watch = Watch(cloud)
    cloud.wire.add(watch)
    yield watch
    watch.look("at the end")
    assert watch.problems == []


def host() -> str:
    (found,) = edge().distributions.values()
    return found.host


def tags() -> dict[str, str]:
    (found,) = edge().distributions.values()
    return {k: v for k, v in found.tags.items() if k.startswith("beekeeper:zone")}


def test_to_the_edge_and_back(
    cloud: Cloud, watch: Watch, at_api: RoomConfig, at_edge: RoomConfig, zone: str
) -> None:
    cloud.deploy(at_api)
    former = target_of(DOMAIN_NAME)
    assert cloud.changes(at_edge)["dns record"] == "update"
    cloud.time.sleeps.clear()
    cloud.deploy(at_edge)
    assert cloud.time.sleeps.count(10) == 12
    said = [e for e in cloud.events if "resolvers to forget where the domain led" in str(e)]
    assert len(said) == 12
    assert led_to() == {"A": host(), "AAAA": host()}
    assert ours() == AT_THE_EDGE
    assert tags() == {f"beekeeper:zone:{DOMAIN_NAME}": zone}
    assert former in watch.until
    assert cloud.recorded(lambda: cloud.deploy(at_edge)) == []

    assert cloud.changes(at_api)["dns record"] == "update"
    cloud.deploy(at_api)
    assert led_to() == {"A": target_of(DOMAIN_NAME)}
    assert ours() == RECORD
    assert edge().distributions == {}
    assert cloud.recorded(lambda: cloud.deploy(at_api)) == []
    changed = [c for c in cloud.wire.changes if str(c) == CHANGE_RECORD]
    assert len(changed) == 3  # made, and each move is one batch


@pytest.mark.parametrize("keep_state", [True, False], ids=["state", "no-state"])
def test_destroy_and_again(cloud: Cloud, stands: RoomConfig, *, keep_state: bool) -> None:
    if not keep_state:
        StateFile(cloud.state_dir, ROOM).remove()
        stands = config()
    cloud.destroy(stands)
    assert inventory() == {}
    assert cloud.recorded(lambda: cloud.destroy(stands)) == []


def test_the_door_sends_to_a_new_name_when_all_servers_know_it(
    cloud: Cloud, at_edge: RoomConfig
) -> None:
    known: list[float] = []

    def note(call: Call, *_: object) -> None:
        if str(call) in (CHANGE_RECORD, "dynamodb:UpdateItem"):
            known.append(cloud.time.now)

    cloud.wire.add(note)
    cloud.deploy(at_edge)
    made, closed = known[-2:]
    assert closed - made == 60


def test_another_name(cloud: Cloud, stands: RoomConfig) -> None:
    wanted, zone = stands.model_copy(update={"domain_name": OTHER}), str(stands.hosted_zone_id)
    assert cloud.changes(wanted)["former records"] == "delete"
    cloud.deploy(wanted)
    assert records(cloud, zone) == {OTHER: host()}
    assert tags() == {f"beekeeper:zone:{OTHER}": zone}
    assert cloud.recorded(lambda: cloud.deploy(wanted)) == []
    cloud.deploy(config(edge=True))
    assert (records(cloud, zone), tags()) == ({}, {})


def test_another_name_that_was_interrupted(cloud: Cloud, stands: RoomConfig) -> None:
    """The record of the former name stays behind, and the next deploy wants neither name."""
    wanted, zone = stands.model_copy(update={"domain_name": OTHER}), str(stands.hosted_zone_id)
    engine = cloud.engine(wanted)
    plan = engine.plan()
    cloud.wire.add(lambda call, *_: _stop() if str(call) == CHANGE_RECORD else None)
    with pytest.raises(KeyboardInterrupt):
        engine.apply(plan)
    cloud.wire.rules.clear()
    assert sorted(tags().values()) == [zone, zone]
    cloud.deploy(with_domain(hosted_zone_id=zone, domain_name="third.example.com"))
    assert [*records(cloud, zone)] == ["third.example.com"]
    assert edge().distributions == {}


def _stop() -> None:
    raise KeyboardInterrupt


def test_the_zone_is_dropped(cloud: Cloud, stands: RoomConfig) -> None:
    by_hand = config(**AT_EDGE)
    assert cloud.changes(by_hand) == {"dns record": "delete", "door": "update"}
    cloud.deploy(by_hand)
    assert (records(cloud, str(stands.hosted_zone_id)), tags()) == ({}, {})


def test_somebody_elses_record_is_not_overwritten(
    cloud: Cloud, at_api: RoomConfig, at_edge: RoomConfig, zone: str
) -> None:
    cloud.deploy(at_api)
    content = {"TTL": 60, "ResourceRecords": [{"Value": "2001:db8::1"}]}
    theirs = {"Name": DOMAIN_NAME, "Type": "AAAA", **content}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": theirs}]}
    cloud.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    with pytest.raises(NotOursError, match=r"another record of this name.*Delete it, then run"):
        cloud.deploy(at_edge)
    assert led_to() == {"A": target_of(DOMAIN_NAME), "AAAA": ""}
    cloud.deploy(at_api)
    cloud.destroy(at_api)
    assert inventory() == {"records": [f"{DOMAIN_NAME}. AAAA"]}


def test_drift_of_the_records(cloud: Cloud, stands: RoomConfig) -> None:
    (zone,) = backend("route53", "aws").zones.values()
    zone.rrsets = [r for r in zone.rrsets if r.type != "AAAA"]
    assert cloud.changes(stands) == {"dns record": "update"}
    assert cloud.recorded(lambda: cloud.deploy(stands)) == [CHANGE_RECORD]
    (found,) = edge().distributions.values()
    del found.tags[f"beekeeper:zone:{DOMAIN_NAME}"]
    assert cloud.recorded(lambda: cloud.deploy(stands)) == ["cloudfront:TagResource"]
    assert cloud.changes(stands) == {}


def test_the_answers_of_route_53_are_lost(
    cloud: Cloud, watch: Watch, at_api: RoomConfig, at_edge: RoomConfig
) -> None:
    for room in (at_api, at_edge, at_api):
        cloud.wire.add(lose_answer(CHANGE_RECORD))
        cloud.deploy(room)
        assert cloud.changes(room) == {}


def test_the_record_moves_when_everything_answers() -> None:
    """Also with many workers: what the room would miss comes before the record."""
    zone = {"hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
    needs = {
        room.edge: {s.key: s.needs for s in steps(room, NAMES)}
        for room in (with_domain(**zone), config(**AT_EDGE, **zone))
    }
    assert {"domain", "api mapping", "door", "distribution"} == {*needs[False]["dns record"]}
    assert "dns record" in needs[False]["bucket policy"]
    page = {"distribution", "bucket policy", "cached page"}
    assert {"former domains", "stage", *page} == {*needs[True]["dns record"]}
    assert "dns record" in needs[True]["door"]


@pytest.mark.parametrize("way", ["there", "back"])
def test_killed_while_it_moves(
    cloud: Cloud, at_api: RoomConfig, at_edge: RoomConfig, way: str
) -> None:
    """Also while it waits for resolvers: the next deploy waits again."""
    before, wanted = (at_api, at_edge) if way == "there" else (at_edge, at_api)
    cloud.deploy(before)
    cloud.wire.clear()
    former = set(led_to().values())
    tape = Tape(cloud, lambda: cloud.deploy(wanted))
    killed = [
        n for n, call in enumerate(tape.calls) if re.search(OF_A_DOMAIN, str(call)) and call.mutates
    ]
    waited = next(n for n in killed if tape.calls[n].operation == "UntagResource")
    assert len(killed) == 2
    for n in killed:
        tape.after(n).restore(cloud)
        end = cloud.time.now + (0 if n >= waited else REMEMBERED)
        watch = Watch(cloud, dict.fromkeys(former, end))
        cloud.wire.rules[:] = [watch]
        cloud.deploy(wanted)
        cloud.wire.rules.clear()
        assert watch.problems == [], tape.calls[n]
        assert ours() == (AT_THE_EDGE if wanted.edge else RECORD), tape.calls[n]
        assert cloud.changes(wanted) == {}, tape.calls[n]


def test_no_edge_in_china_where_cloudfront_takes_no_certificate_of_acm() -> None:
    names = Names(ROOM, ACCOUNT, "cn-north-1", "aws-cn")
    with pytest.raises(ConfigError, match="in China, CloudFront serves only domain names with a"):
        steps(config(edge=True), names)

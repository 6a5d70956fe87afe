"""The custom domain: its mapping and DNS record, its removal, and refusals of AWS."""

from typing import Any

import pytest

import beekeeper
from beekeeper import RoomConfig
from beekeeper.cli.deploy import next_steps
from beekeeper.errors import ConfigError, NotOursError, ProvisionError
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud
from tests.support.moto_aws.domain_gaps import target_of
from tests.support.moto_aws.domains import CHANGE_RECORD, OTHER, RECORD, ours, records
from tests.support.moto_aws.inventory import backend, inventory
from tests.support.moto_aws.tape import Tape
from tests.support.moto_aws.wire import changed, instead, lose_answer, refuse
from tests.support.rooms import ACCOUNT, CERTIFICATE, DOMAIN_NAME, REGION, ROOM, config, with_domain

ARN = f"arn:aws:apigateway:{REGION}::/domainnames/{DOMAIN_NAME}"
MADE = ["apigatewayv2:CreateApiMapping", "apigatewayv2:CreateDomainName"]
DELETED = ["apigatewayv2:DeleteApiMapping", "apigatewayv2:DeleteDomainName"]


def test_a_room_without_a_domain_has_none_and_its_plan_says_nothing_of_it(deployed: Cloud) -> None:
    assert ours() == {}
    assert not [c for c in deployed.engine().plan().changes if "domain" in c.kind]


def test_create_and_again(cloud: Cloud, zone: str) -> None:
    room = with_domain(hosted_zone_id=zone)
    cloud.deploy(room)
    assert ours() == RECORD
    assert records(cloud, zone) == {DOMAIN_NAME: target_of(DOMAIN_NAME)}
    assert cloud.recorded(lambda: cloud.deploy(room)) == []
    assert cloud.changes(room) == {}
    found = cloud.client("apigatewayv2").get_domain_name(DomainName=DOMAIN_NAME)
    assert found["Tags"]["beekeeper:room"] == ROOM
    (settings,) = found["DomainNameConfigurations"]
    assert (settings["EndpointType"], settings["SecurityPolicy"]) == ("REGIONAL", "TLS_1_2")
    (mapping,) = cloud.client("apigatewayv2").get_api_mappings(DomainName=DOMAIN_NAME)["Items"]
    assert (mapping["Stage"], mapping.get("ApiMappingKey") or "") == ("$default", "")


def test_added_to_a_room_that_stands(deployed: Cloud) -> None:
    assert deployed.changes(with_domain()) == {"domain": "create", "api mapping": "create"}
    assert deployed.recorded(lambda: deployed.deploy(with_domain())) == MADE
    assert ours() == {"domains": [DOMAIN_NAME], "mappings": [DOMAIN_NAME]}


@pytest.mark.parametrize("keep_state", [True, False], ids=["state", "no-state"])
def test_destroy_and_again(cloud: Cloud, room: RoomConfig, *, keep_state: bool) -> None:
    if not keep_state:
        StateFile(cloud.state_dir, ROOM).remove()
        room = config()
    cloud.destroy(room)
    assert inventory() == {}
    assert cloud.recorded(lambda: cloud.destroy(room)) == []


@pytest.mark.parametrize("keep_state", [True, False], ids=["state", "no-state"])
def test_dropped_from_the_configuration(
    cloud: Cloud, room: RoomConfig, *, keep_state: bool
) -> None:
    if not keep_state:
        StateFile(cloud.state_dir, ROOM).remove()
    (change,) = [c for c in cloud.engine().plan().changes if c.action != "unchanged"]
    assert (change.action, change.kind, change.name) == ("delete", "custom domain", DOMAIN_NAME)
    assert cloud.recorded(cloud.deploy) == [*DELETED, CHANGE_RECORD]
    assert ours() == {}
    state = StateFile(cloud.state_dir, ROOM).read()
    assert state is not None
    assert not {"domain", "api mapping", "dns record"} & {r.key for r in state.resources}
    assert cloud.recorded(cloud.deploy) == []


def test_a_drop_that_failed_is_gone_on_with(cloud: Cloud, room: RoomConfig) -> None:
    cloud.wire.add(refuse("apigatewayv2:DeleteDomainName", "AccessDeniedException", "No.", 403))
    with pytest.raises(ProvisionError, match="deleting custom domain"):
        cloud.deploy()
    cloud.wire.clear()
    cloud.deploy()
    assert ours() == {}


def test_another_name_is_made_before_the_old_one_goes(cloud: Cloud, room: RoomConfig) -> None:
    wanted = room.model_copy(update={"domain_name": OTHER})
    assert cloud.changes(wanted) == {
        "former domains": "delete",
        "domain": "create",
        "api mapping": "create",
        "dns record": "create",
    }
    cloud.deploy(wanted)
    order = [c.operation for c in cloud.wire.mutations if c.operation.endswith("DomainName")]
    assert order == ["CreateDomainName", "DeleteDomainName"]
    assert ours() == {"domains": [OTHER], "mappings": [OTHER], "records": [f"{OTHER}. A"]}
    assert cloud.changes(wanted) == {}


@pytest.mark.parametrize(
    "change",
    [{"certificateArn": "theirs"}, {"securityPolicy": "TLS_1_0"}],
    ids=["certificate", "policy"],
)
def test_drift_of_the_domain(cloud: Cloud, room: RoomConfig, change: dict[str, str]) -> None:
    domain = backend("apigatewayv2", REGION).domain_names[DOMAIN_NAME]
    domain.domain_name_configurations[0] |= change
    assert cloud.changes(room) == {"domain": "update"}
    calls = cloud.recorded(lambda: cloud.deploy(room))
    assert calls == ["apigatewayv2:UpdateDomainName"]
    assert cloud.changes(room) == {}


def test_drift_of_the_tags(cloud: Cloud, room: RoomConfig) -> None:
    client = cloud.client("apigatewayv2")
    client.untag_resource(ResourceArn=ARN, TagKeys=["beekeeper:room"])
    client.tag_resource(ResourceArn=ARN, Tags={FORMER_TAG: "x"})
    assert cloud.changes(room) == {"domain": "update"}
    calls = cloud.recorded(lambda: cloud.deploy(room))
    assert calls == ["apigatewayv2:TagResource", "apigatewayv2:UntagResource"]
    assert cloud.changes(room) == {}


def test_drift_of_the_mapping(cloud: Cloud, room: RoomConfig) -> None:
    (mapping,) = backend("apigatewayv2", REGION).api_mappings.values()
    mapping.api_id = "theirs"
    assert cloud.changes(room) == {"api mapping": "update"}
    assert cloud.recorded(lambda: cloud.deploy(room)) == ["apigatewayv2:UpdateApiMapping"]
    assert cloud.changes(room) == {}


def test_the_mapping_disappears(cloud: Cloud, room: RoomConfig) -> None:
    backend("apigatewayv2", REGION).api_mappings.clear()
    assert cloud.changes(room) == {"api mapping": "create"}
    cloud.deploy(room)
    assert ours() == RECORD


def test_a_domain_of_somebody_else_is_not_touched(deployed: Cloud) -> None:
    client = deployed.client("apigatewayv2")
    client.create_domain_name(DomainName=DOMAIN_NAME, Tags={"beekeeper:room": "other"})
    deployed.wire.calls.clear()
    with pytest.raises(NotOursError, match=f"custom domain {DOMAIN_NAME} .* room other"):
        deployed.deploy(with_domain())
    deployed.destroy(with_domain())
    assert inventory() == {"domains": [DOMAIN_NAME]}


def test_a_domain_of_another_account(cloud: Cloud) -> None:
    message = "The domain name you provided already exists."
    cloud.wire.add(refuse("apigatewayv2:CreateDomainName", "BadRequestException", message))
    with pytest.raises(NotOursError, match=f"{DOMAIN_NAME} exists already in another AWS account"):
        cloud.deploy(with_domain())


@pytest.mark.parametrize("operation", ["CreateDomainName", "CreateApiMapping"])
def test_the_answer_to_a_creation_is_lost(cloud: Cloud, operation: str) -> None:
    cloud.wire.add(lose_answer(f"apigatewayv2:{operation}"))
    cloud.deploy(with_domain())
    assert cloud.changes(with_domain()) == {}


@pytest.mark.parametrize("operation", ["CreateDomainName", "DeleteDomainName"])
def test_one_change_in_30_seconds(cloud: Cloud, operation: str) -> None:
    code = ("TooManyRequestsException", "Too Many Requests", 429)
    cloud.wire.add(refuse(f"apigatewayv2:{operation}", *code, times=12))
    cloud.deploy(with_domain())
    cloud.deploy()
    assert ours() == {}
    assert 31 in cloud.time.sleeps


def test_a_domain_that_is_updating_is_waited_for(cloud: Cloud) -> None:
    def updating(body: dict[str, Any]) -> None:
        body["domainNameConfigurations"][0]["domainNameStatus"] = "UPDATING"

    cloud.wire.add(changed("apigatewayv2:GetDomainName", updating, times=3))
    cloud.deploy(with_domain())
    assert cloud.time.sleeps.count(5) == 3


def test_a_domain_that_wants_something_of_its_owner(cloud: Cloud) -> None:
    def pending(body: dict[str, Any]) -> None:
        found = body["domainNameConfigurations"][0]
        found["domainNameStatus"] = "PENDING_OWNERSHIP_VERIFICATION"

    cloud.wire.add(changed("apigatewayv2:GetDomainName", pending))
    with pytest.raises(ProvisionError, match=f"{DOMAIN_NAME}.*PENDING_OWNERSHIP_VERIFICATION"):
        cloud.deploy(with_domain())


def test_a_certificate_that_is_not_issued(cloud: Cloud) -> None:
    message = f"Certificate {CERTIFICATE} in account {ACCOUNT} not yet issued"
    cloud.wire.add(refuse("apigatewayv2:CreateDomainName", "BadRequestException", message))
    with pytest.raises(ProvisionError, match=f"not yet issued.*status ISSUED, be in {REGION}"):
        cloud.deploy(with_domain())


def test_a_certificate_of_another_region(cloud: Cloud) -> None:
    with pytest.raises(ConfigError, match=f"must be in the room's region, {REGION}"):
        cloud.deploy(with_domain(certificate_arn=CERTIFICATE.replace(REGION, "us-east-1")))
    assert "domains" not in inventory()


def test_concurrent_changes_are_waited_out(cloud: Cloud) -> None:
    conflict = (
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
        409,
    )
    for operation in ("CreateDomainName", "CreateApiMapping", "DeleteApiMapping"):
        cloud.wire.add(refuse(f"apigatewayv2:{operation}", *conflict, times=2))
    cloud.deploy(with_domain())
    cloud.deploy()
    assert ours() == {}


def test_mappings_are_read_to_the_last_page(cloud: Cloud) -> None:
    cloud.deploy(with_domain())
    pages: list[str] = []

    def first_page(body: dict[str, Any]) -> None:
        pages.append("first")
        body.update(items=[], nextToken="more")

    cloud.wire.add(changed("apigatewayv2:GetApiMappings", first_page, times=1))
    assert cloud.changes(with_domain()) == {}
    assert pages == ["first"]


def deploy(cloud: Cloud, **values: Any) -> beekeeper.Deployment:
    here: dict[str, Any] = {"session": cloud.session, "state_dir": cloud.state_dir}
    return beekeeper.Room(with_domain(**values), **here).deploy()


@pytest.mark.parametrize("what", ["added", "changed", "dropped"])
def test_killed_at_every_call(deployed: Cloud, zone: str, what: str) -> None:
    full = with_domain(hosted_zone_id=zone)
    other = full.model_copy(update={"domain_name": OTHER})
    before, wanted, name = {
        "added": (config(), full, DOMAIN_NAME),
        "changed": (full, other, OTHER),
        "dropped": (full, config(), None),
    }[what]
    end = {"domains": [name], "mappings": [name], "records": [f"{name}. A"]} if name else {}
    deployed.deploy(before)
    deployed.wire.clear()
    tape = Tape(deployed, lambda: deployed.deploy(wanted))
    assert len(tape.end.changes) == {"added": 4, "changed": 7, "dropped": 3}[what]
    moments = {m.key: m for n in range(len(tape.calls)) for m in (tape.before(n), tape.after(n))}
    for moment in moments.values():
        moment.restore(deployed)
        deployed.deploy(wanted)
        assert (ours(), deployed.changes(wanted)) == (end, {}), moment.changes


def test_the_deployment_says_which_record_to_make(cloud: Cloud) -> None:
    cloud.wire.add(instead("lambda:Invoke", lambda _: {}))
    deployment = deploy(cloud)
    assert deployment.url == f"https://{DOMAIN_NAME}/"
    assert deployment.dns_record == f"{DOMAIN_NAME} CNAME {target_of(DOMAIN_NAME)}"
    assert f"  Add to DNS      {deployment.dns_record}" in next_steps(deployment)
    (summary,) = beekeeper.list_rooms(state_dir=cloud.state_dir)
    assert summary.url == deployment.url


def test_there_is_no_record_left_to_make_with_a_zone(cloud: Cloud, zone: str) -> None:
    cloud.wire.add(instead("lambda:Invoke", lambda _: {}))
    assert deploy(cloud, hosted_zone_id=zone).dns_record is None

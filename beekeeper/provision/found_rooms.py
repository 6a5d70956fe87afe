"""Rooms found in AWS, without a state: by their names and by the tag of their table.

An operator's machine may have no state of the room. Its table says whether the room is ours, what
was deployed, and how it is set. Where visitors come in is told by the room's custom domain or API,
which have its tag, or by its distribution, whose comment names it.

Quirk: the tagging API lags, also behind deletions. So a room that it names must be looked at, and a
room that was just deployed may be missing. Nothing else depends on it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config.essentials import is_name
from beekeeper.config.governor import PREFIX
from beekeeper.contract import deployed, items
from beekeeper.contract.attributes import Damaged, Item
from beekeeper.contract.functions import GOVERNOR
from beekeeper.errors import NotOursError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code, ignoring
from beekeeper.provision.grant import Grant, unscoped
from beekeeper.provision.names import TAG_ROOM, Names
from beekeeper.provision.resources.apigateway import pages
from beekeeper.provision.resources.cloudfront import link_of, listed
from beekeeper.provision.resources.distribution_behaviours import items_of
from beekeeper.provision.resources.queue import MISSING as NO_QUEUE
from beekeeper.provision.state import Record, State
from beekeeper.provision.tags import room_of
from beekeeper.rules.settings import SETTINGS, GovernorMode, Settings

TAGGING = "resourcegroupstaggingapi"
# What an operator calls to find a room. These must answer within seconds: Aws(soon=...).
SERVICES = ("dynamodb", "apigatewayv2", "cloudfront", "sqs", TAGGING)
LIST = "DistributionList"
MISSING = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class FoundRoom:
    """A room in AWS: what a state would say of it, and its settings (None if there are none)."""

    state: State
    settings: Settings | None


def find_room(aws: Aws, room: str) -> FoundRoom | None:
    """Return a room of this account and region. None if it has no table.

    Raises NotOursError if the table is somebody else's, ProvisionError and CredentialsError.
    """
    names = aws.names(room)
    with _reading(aws, room):
        if not _is_ours(aws, names):
            return None
        item, now = _item(aws, names.stem)
        link, api_id = _way_in(aws, room)
        if deployed.deployed_settings_of(item)["news_seconds"]:  # only with an edge
            link = _edge_link(aws, names)
        config = {**_config(item, names), "order": _order(aws, names)}
    state = State(
        room=room,
        account=names.account,
        region=names.region,
        config=config,
        url=link,
        resources=tuple(_records(names, item, api_id)),
    )
    return FoundRoom(state, _settings(item, now))


def rooms_in(aws: Aws, region: str = "") -> list[str]:
    """Return the names of the account's rooms in a region, from the tags of their tables.

    Raises the errors of boto3.
    """
    client = aws.client(TAGGING, region=region)
    found = client.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": TAG_ROOM}], ResourceTypeFilters=["dynamodb:table"]
    )
    tags = [
        tag["Value"]
        for page in found
        for resource in page["ResourceTagMappingList"]
        for tag in resource["Tags"]
        if tag["Key"] == TAG_ROOM
    ]
    return sorted({name for name in tags if is_name(name)})


def grants() -> Iterable[Grant]:
    """Return the permission to find the rooms of an account. It can't be scoped to a room."""
    yield unscoped("tag:GetResources")


@contextmanager
def _reading(aws: Aws, room: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "finding", "room", f"{room} in {aws.region}") from error


def _is_ours(aws: Aws, names: Names) -> bool:
    """Return whether the room's table exists. Raise NotOursError if it lacks the room's tag.

    For a table that does not exist, the list of its tags was seen to be denied: that looks like a
    missing permission. So we ask for the table first.
    """
    dynamodb = aws.client("dynamodb")
    with ignoring(MISSING):
        arn = dynamodb.describe_table(TableName=names.stem)["Table"]["TableArn"]
        pages = list(dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn))
        _check_tag({tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}, names)
        return True
    return False


def _check_tag(found: Mapping[str, str], names: Names) -> None:
    if room_of(found) != names.room:
        raise NotOursError(
            f"The table {names.stem} in {names.region} belongs to somebody else: it has no tag"
            f" {TAG_ROOM}={names.room}. Check the name of the room."
        )


def _item(aws: Aws, table: str) -> tuple[Item, float]:
    """Return the room's settings, and when AWS answered. After half a deploy there are none."""
    which = {"TableName": table, "Key": items.key(items.ROOM), "ConsistentRead": True}
    with ignoring(MISSING):  # the table is being deleted
        response = aws.client("dynamodb").get_item(**which)
        return response.get("Item", items.key(items.ROOM)), aws.answered_at(response)
    return items.key(items.ROOM), 0.0


def _way_in(aws: Aws, room: str) -> tuple[str, str]:
    """Return the link of a room without an edge, and the id of its API.

    What can't be read is empty: an operator can go on without it.
    """
    client = aws.client("apigatewayv2")
    try:
        apis = [each for each in pages(client.get_apis) if room_of(each.get("Tags", {})) == room]
        domains = pages(client.get_domain_names)
        hosts = [each["DomainName"] for each in domains if room_of(each.get("Tags", {})) == room]
    except (ClientError, BotoCoreError):
        return "", ""
    addresses = [f"https://{host}" for host in hosts] + [api["ApiEndpoint"] for api in apis]
    link = addresses[0].rstrip("/") + "/" if addresses else ""
    return link, apis[0]["ApiId"] if apis else ""


def _edge_link(aws: Aws, names: Names) -> str:
    """Return the link of a room with an edge: its domain, or CloudFront's own address.

    It is empty if the distributions can't be listed. The door (contract/door.py) would
    tell it, too, but that is beside the signing keys, which not every operator may read.
    """
    distributions = aws.client("cloudfront").list_distributions
    try:
        ours = [each for each in listed(distributions, LIST) if each["Comment"] == names.edge_mark]
    except (ClientError, BotoCoreError):
        return ""
    links = [f"https://{host}/" for each in ours for host in items_of(each, "Aliases")]
    return next(iter([*links, *(link_of(aws, each["DomainName"]) for each in ours)]), "")


def _order(aws: Aws, names: Names) -> str:
    """Return the order of the line, from the name of its queue. Where it is unknown: the usual one.

    A room has one of two queues. So if one of them can't be asked for just now, the other one
    tells. If neither can, nothing of the queues can be read, and status says so.
    """
    is_strict = _has_queue(aws, names.other_order.queue)
    if is_strict is None:
        is_strict = _has_queue(aws, names.queue) is False
    return "strict" if is_strict else "standard"


def _has_queue(aws: Aws, queue: str) -> bool | None:
    """Return whether a queue exists, or None if that can't be told."""
    try:
        aws.client("sqs").get_queue_url(QueueName=queue)
    except ClientError as error:
        return False if has_code(error, *NO_QUEUE) else None
    except BotoCoreError:
        return None
    return True


def _config(item: Item, names: Names) -> dict[str, Any]:
    """Return what the table tells of the configuration of the last deploy."""
    found = {
        name: value
        for name, value in deployed.deployed_settings_of(item).items()
        if SETTINGS[name].configured and value is not None
    }
    governor = {n.removeprefix(PREFIX): found.pop(n) for n in list(found) if n.startswith(PREFIX)}
    return {"name": names.room, "region": names.region, **found, "governor": governor}


def _settings(item: Item, now: float) -> Settings | None:
    try:
        return items.settings_of(item, now)
    except Damaged:
        return None


def _records(names: Names, item: Item, api_id: str) -> Iterator[Record]:
    """Return the records of a state on which the operators' commands depend."""
    if api_id:
        yield Record("api", "HTTP API", names.stem, api_id, made=True)
    mode = deployed.deployed_settings_of(item)[f"{PREFIX}mode"]
    if mode not in (None, GovernorMode.OFF):
        name = names.function(GOVERNOR.name)
        yield Record(f"function {GOVERNOR.name}", "function", name, name, made=True)

"""The list of steps: every resource of a room. Each step says which steps it needs."""

from collections.abc import Container, Iterable, Mapping

from beekeeper.config import RoomConfig
from beekeeper.contract import functions
from beekeeper.contract.functions import Variable
from beekeeper.contract.languages import SEPARATOR
from beekeeper.errors import ConfigError
from beekeeper.provision import tags
from beekeeper.provision.engine.step import Step
from beekeeper.provision.names import FUNCTION_NAMES, Names
from beekeeper.provision.policies import Document
from beekeeper.provision.resources.access_control import AccessControl
from beekeeper.provision.resources.api_mapping import ApiMapping
from beekeeper.provision.resources.bucket import Bucket
from beekeeper.provision.resources.bucket_policy import BucketPolicy
from beekeeper.provision.resources.cached_page import CachedPage
from beekeeper.provision.resources.dashboard import Dashboard
from beekeeper.provision.resources.distribution import Distribution
from beekeeper.provision.resources.distribution_errors import Front
from beekeeper.provision.resources.dns_record import DnsRecord, FormerRecords
from beekeeper.provision.resources.domain import Domain, FormerDomains
from beekeeper.provision.resources.door import DoorAttribute
from beekeeper.provision.resources.function import Function, Specification
from beekeeper.provision.resources.function_policies import function_policy
from beekeeper.provision.resources.headers_policy import HeadersPolicy
from beekeeper.provision.resources.http_api import Api
from beekeeper.provision.resources.log_group import LogGroup
from beekeeper.provision.resources.outputs import queue_url
from beekeeper.provision.resources.page_function import PageFunction
from beekeeper.provision.resources.page_object import FormerPages, PageObject, Robots
from beekeeper.provision.resources.permission import Permission
from beekeeper.provision.resources.queue import OtherQueue, Queue
from beekeeper.provision.resources.role import Role
from beekeeper.provision.resources.routes import Routes
from beekeeper.provision.resources.rule import Rule
from beekeeper.provision.resources.stage import Stage
from beekeeper.provision.resources.table import Table
from beekeeper.provision.resources.table_items import Keys, RoomItem
from beekeeper.provision.resources.unwanted import unwanted
from beekeeper.provision.telling import alarm_steps, governor_alarm, watched
from beekeeper.rules import quotas, sizing
from beekeeper.rules.quotas import Account

# The functions need the URLs that SQS returns for the queues. The steps of the queues output them.
QUEUES = {Variable.QUEUE_URL: "queue", Variable.DEAD_LETTER_URL: "dead-letter queue"}


def steps(
    config: RoomConfig,
    names: Names,
    account: Account | None = None,
    former_tags: Iterable[str] = (),
    recorded: Container[str] = (),
) -> list[Step]:
    """Return a room's steps. Their order here is for readers: the graph decides the real order.

    ``account`` has the quotas that the room must keep to. By default they are those that AWS
    documents for the region, which is enough to find and to delete what exists.
    ``former_tags`` are the keys of the last deploy's tags, which are removed if not wanted now.
    ``recorded`` has the keys of what the room has, or can have (telling.py).
    """
    account = account or quotas.usual_in(names.region)
    wanted_tags = tags.room_tags(names.room, config.tags, former_tags)
    return [
        *_queues(names, wanted_tags),
        Table(names, wanted_tags, sizing.warm_write_units(config.rate, config.overbooking)),
        Keys(names, edge=config.edge),
        RoomItem(names, config.settings(account)),
        Bucket(names, wanted_tags),
        BucketPolicy(names, config.domain_name, edge=config.edge),
        PageObject(names, config.model_dump()),
        FormerPages(names, config.model_dump()),
        Robots(names),
        *(_role(part, config, names, wanted_tags) for part in FUNCTION_NAMES),
        *(LogGroup(part, names, config.log_retention_days, wanted_tags) for part in FUNCTION_NAMES),
        *(_function(f, config, names, wanted_tags) for f in functions.FUNCTIONS),
        Api(names, wanted_tags, has_domain=bool(config.domain_name) and not config.edge),
        Routes(names, governed=config.is_governed),
        Stage(names, account),
        *_edge(config, names, wanted_tags),
        *_domain(config, names, wanted_tags),
        *(_api_permission(f.name, names) for f in functions.FUNCTIONS if f.paths),
        _schedule_permission(functions.CONSUMER.name, names),
        _consumer_rule(config, names, wanted_tags),
        *alarm_steps(config, names, wanted_tags, recorded),
        Dashboard(names, watched(config, names), governed=config.is_governed),
        *_governor(config, names, wanted_tags),
        _door(config, names),
    ]


def function_policies(names: Names, *, governed: bool) -> dict[str, Document]:
    """Return the inline policy of each function's role, by the function's name."""
    wanted = functions.functions_of(governed=governed)
    return {function.name: function_policy(names, function.name) for function in wanted}


def _governor(config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]) -> list[Step]:
    """Return the governor's steps. Without a governor, they remove what is left of one."""
    function = functions.GOVERNOR
    part = function.name
    scheduled = _schedule_permission(part, names, after=f"permission {part}")
    wanted: list[Step] = [
        _role(part, config, names, wanted_tags),
        LogGroup(part, names, config.log_retention_days, wanted_tags),
        _function(function, config, names, wanted_tags),
        _api_permission(part, names),
        scheduled,
        Rule(
            f"rule {part}",
            part,
            names,
            1,
            wanted_tags,
            needs=(f"function {part}", scheduled.key, "settings"),
        ),
        governor_alarm(config, names, wanted_tags),
    ]
    return wanted if config.is_governed else unwanted(wanted)


def _edge(config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]) -> list[Step]:
    """Return the steps of CloudFront. Without an edge, they remove what is left of one."""
    if config.edge:
        _check_partition(names)
    front = Front(config.domain_name, config.certificate_arn, config.web_acl_arn)
    offered = config.page.languages
    chooses: list[Step] = [PageFunction(names, offered)]
    wanted: list[Step] = [
        AccessControl(names),
        HeadersPolicy(names),
        *(chooses if len(offered) > 1 else unwanted(chooses)),
        Distribution(names, wanted_tags, front, has_function=len(offered) > 1),
        CachedPage(names),
    ]
    if not names.can_have_edge:
        return []
    return wanted if config.edge else unwanted(wanted, only_look=True)


def _check_partition(names: Names) -> None:
    """Raise ConfigError where a room can't have an edge."""
    if names.partition == "aws-cn":
        # AWS China, "Getting Started", Amazon CloudFront: "You can't use the default CloudFront
        # domain", and certificates come from IAM.
        raise ConfigError(
            "edge = true: in China, CloudFront serves only domain names with a certificate in IAM,"
            " and Beekeeper takes certificates from ACM. Leave edge out."
        )
    if not names.can_have_edge:
        raise ConfigError(
            f"edge = true: CloudFront does not exist in {names.region} (partition"
            f" {names.partition}). Leave edge out, or choose another region."
        )


def _consumer_rule(config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]) -> Rule:
    part = functions.CONSUMER.name
    needs = (f"permission {part}", "settings", "queue")
    return Rule("rule", part, names, sizing.workers_for(config.rate), wanted_tags, needs)


def _queues(names: Names, wanted_tags: Mapping[str, str]) -> list[Step]:
    other = names.other_order
    return [
        Queue(names, wanted_tags, is_dead_letter=True),
        Queue(names, wanted_tags),
        OtherQueue(other, wanted_tags, is_dead_letter=True),
        OtherQueue(other, wanted_tags),
    ]


def _domain(config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]) -> list[Step]:
    """Return the steps of the custom domain at API Gateway, and of its record in both forms."""
    name, certificate = config.domain_name, config.certificate_arn
    former = [FormerRecords(name)] if names.can_have_edge else []
    if not name or not certificate:
        return [*former, FormerDomains(names, wanted=None)]
    if config.edge:
        at_edge = FormerDomains(names, wanted=None, at_edge=name)
        return [*former, at_edge, _record(config, names, name)]
    return [
        *former,
        FormerDomains(names, wanted=name),
        Domain(names, name, certificate, wanted_tags),
        ApiMapping(name),
        _record(config, names, name),
    ]


def _record(config: RoomConfig, names: Names, domain_name: str) -> DnsRecord:
    """Return the step of the DNS record, which moves when all answers that it will lead to.

    It needs what it leads to now, too, because that is removed afterwards.
    """
    at_api = ("former domains", "stage") if config.edge else ("domain", "api mapping", "door")
    at_edge = ("distribution",) if names.can_have_edge else ()
    page = ("bucket policy", "cached page") if config.edge else ()
    needs = (*at_api, *at_edge, *page)
    return DnsRecord(names, domain_name, config.hosted_zone_id, needs, edge=config.edge)


def _door(config: RoomConfig, names: Names) -> DoorAttribute:
    """Return the step of the door, which leads to the domain if deploy makes the domain's record.

    A record that is made by hand comes later. CloudFront's own address answers at once.
    """
    named = config.domain_name if config.hosted_zone_id else None
    return DoorAttribute(names, named, edge=config.edge)


def _role(part: str, config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]) -> Role:
    policy = function_policy(names, part)
    return Role(part, names, policy, wanted_tags, config.role_path, config.permissions_boundary)


def _function(
    function: functions.Function, config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]
) -> Function:
    rate = config.rate
    part, is_consumer = function.name, function is functions.CONSUMER
    queues = {v: QUEUES[v] for v in function.variables if v in QUEUES}
    values = _values(config, names)
    specification = Specification(
        part=part,
        name=names.function(part),
        handler=function.handler,
        role_arn=names.role_arn(part, config.role_path),
        architecture=config.architecture,
        environment={v.value: values[v] for v in function.variables if v not in queues},
        environment_outputs={v.value: queue_url(queue) for v, queue in queues.items()},
        memory_mb=sizing.worker_memory_mb(rate) if is_consumer else sizing.VISITORS_MEMORY_MB,
        timeout_seconds=function.timeout_seconds,
        reserved_concurrency=sizing.reserved_concurrency(rate) if is_consumer else None,
        # The log group comes first. Otherwise Lambda creates one, which keeps logs forever.
        needs=(f"role {part}", f"log group {part}", *queues.values()),
    )
    return Function(specification, names, wanted_tags)


def _values(config: RoomConfig, names: Names) -> dict[Variable, str]:
    """Return the values of the environment variables that are known before a deploy."""
    return {
        Variable.TABLE: names.stem,
        Variable.ROOM: names.room,
        Variable.BUCKET: names.bucket,
        Variable.CONSUMER: names.function(functions.CONSUMER.name),
        Variable.LANGUAGES: SEPARATOR.join(config.page.languages),
    }


def _schedule_permission(part: str, names: Names, after: str = "") -> Permission:
    """Return the permission for the function's rule, and its key. ``after`` is its first one."""
    needs, second = ((after,), "schedule") if after else ((), "")
    source = names.rule_arn(part)
    return Permission(part, names, "events.amazonaws.com", source, needs, second)


def _api_permission(part: str, names: Names) -> Permission:
    source = names.arn("execute-api", "{api_id}/*/*")
    return Permission(part, names, "apigateway.amazonaws.com", source, needs=("api",))

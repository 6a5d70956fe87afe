"""The list of steps: every resource of a room, and what comes before what."""

from collections.abc import Mapping

from beekeeper.config import RoomConfig
from beekeeper.page import build_page
from beekeeper.provision import tags
from beekeeper.provision.engine.step import Step
from beekeeper.provision.names import FUNCTIONS, Names
from beekeeper.provision.resources.alarm import Alarm, specifications
from beekeeper.provision.resources.api_mapping import ApiMapping
from beekeeper.provision.resources.bucket import Bucket
from beekeeper.provision.resources.dashboard import Dashboard
from beekeeper.provision.resources.dns_record import DnsRecord
from beekeeper.provision.resources.domain import Domain, FormerDomains
from beekeeper.provision.resources.function import Function, Specification
from beekeeper.provision.resources.function_policies import function_policy
from beekeeper.provision.resources.http_api import Api
from beekeeper.provision.resources.log_group import LogGroup
from beekeeper.provision.resources.page_object import PageObject
from beekeeper.provision.resources.permission import Permission
from beekeeper.provision.resources.queue import OtherQueue, Queue
from beekeeper.provision.resources.role import Role
from beekeeper.provision.resources.routes import Routes
from beekeeper.provision.resources.rule import Rule
from beekeeper.provision.resources.stage import Stage
from beekeeper.provision.resources.table import Table
from beekeeper.provision.resources.table_items import Keys, RoomItem
from beekeeper.rules.workers import memory_mb, workers_for

# For a seventh of a core (AWS Lambda, "Configure function memory": 1,769 MB are one).
VISITORS_MEMORY_MB = 256
# The consumer runs for 75 s (handlers/consumer.py); the others answer a visitor.
TIMEOUT_SECONDS = {"producer": 15, "room": 15, "turnstile": 15, "consumer": 90}
# Room for consumers that overlap, come twice, or were started by a deploy.
RESERVED_PER_WORKER = 3
# Queues are used by the URL that SQS gave for them.
QUEUES = {"producer": ("queue",), "consumer": ("queue", "dead-letter queue")}
URLS = {
    "producer": {"BEEKEEPER_QUEUE_URL": "queue url"},
    "consumer": {
        "BEEKEEPER_QUEUE_URL": "queue url",
        "BEEKEEPER_DEAD_LETTER_URL": "dead-letter queue url",
    },
}


def steps(config: RoomConfig, names: Names) -> list[Step]:
    """Return a room's steps; the graph orders them, so the order here is for readers only."""
    wanted_tags = tags.room_tags(names.room, config.tags)
    return [
        *_queues(names, wanted_tags),
        Table(names, wanted_tags),
        Keys(names),
        RoomItem(names, config.settings(names.region)),
        Bucket(names, wanted_tags),
        PageObject(names, build_page(config.title)),
        *(Role(part, names, function_policy(names, part), wanted_tags) for part in FUNCTIONS),
        *(LogGroup(part, names, config.log_retention_days, wanted_tags) for part in FUNCTIONS),
        *(_function(part, names, config.rate, wanted_tags) for part in FUNCTIONS),
        Api(names, wanted_tags, has_domain=bool(config.domain_name)),
        Routes(names),
        Stage(names),
        *_domain(config, names, wanted_tags),
        *(_api_permission(part, names) for part in FUNCTIONS if part != "consumer"),
        Permission("consumer", names, "events.amazonaws.com", names.rule_arn),
        Rule(names, workers_for(config.rate), wanted_tags),
        *(Alarm(each, names, wanted_tags) for each in specifications(names)),
        Dashboard(names),
    ]


def _queues(names: Names, wanted_tags: Mapping[str, str]) -> list[Step]:
    other = names.other_order
    return [
        Queue(names, wanted_tags, is_dead_letter=True),
        Queue(names, wanted_tags),
        OtherQueue(other, wanted_tags, is_dead_letter=True),
        OtherQueue(other, wanted_tags),
    ]


def _domain(config: RoomConfig, names: Names, wanted_tags: Mapping[str, str]) -> list[Step]:
    name, certificate = config.domain_name, config.certificate_arn
    former = FormerDomains(names, name)
    if not name or not certificate:
        return [former]
    return [
        former,
        Domain(names, name, certificate, wanted_tags),
        ApiMapping(name),
        DnsRecord(names, name, config.hosted_zone_id),
    ]


def _function(part: str, names: Names, rate: int, wanted_tags: Mapping[str, str]) -> Function:
    is_consumer = part == "consumer"
    specification = Specification(
        part=part,
        name=names.function(part),
        role_arn=names.role_arn(part),
        environment=_environment(names, part),
        environment_outputs=URLS.get(part, {}),
        memory_mb=memory_mb(rate) if is_consumer else VISITORS_MEMORY_MB,
        timeout_seconds=TIMEOUT_SECONDS[part],
        reserved_concurrency=workers_for(rate) * RESERVED_PER_WORKER if is_consumer else None,
        # The log group first: else Lambda makes one of its own, without retention.
        needs=(f"role {part}", f"log group {part}", *QUEUES.get(part, ())),
    )
    return Function(specification, names, wanted_tags)


def _environment(names: Names, part: str) -> dict[str, str]:
    if part == "room":
        return {"BEEKEEPER_BUCKET": names.bucket}
    wakes = {"BEEKEEPER_CONSUMER": names.function("consumer")} if part == "producer" else {}
    return {"BEEKEEPER_TABLE": names.stem, "BEEKEEPER_ROOM": names.room, **wakes}


def _api_permission(part: str, names: Names) -> Permission:
    source = names.arn("execute-api", "{api_id}/*/*")
    return Permission(part, names, "apigateway.amazonaws.com", source, needs=("api",))

"""Whether a custom domain is answered while a room moves to the edge and back: at every call."""

from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.s3.models import s3_backends

from beekeeper.contract.door import EDGE
from beekeeper.contract.routes import Path
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.inventory import backend
from tests.support.moto_aws.wire import Call, Forward
from tests.support.rooms import ACCOUNT, DOMAIN_NAME, REGION

REMEMBERED = 120  # seconds for which resolvers can lead visitors to a former target


def led_to() -> dict[str, str]:
    """Return what the records of the domain lead to, by their types."""
    zones = backend("route53", "aws").zones.values()
    found = [r for zone in zones for r in zone.rrsets if r.name.rstrip(".") == DOMAIN_NAME]
    return {r.type: str((r.alias_target or {}).get("DNSName", "")).rstrip(".") for r in found}


@dataclass
class Watch:
    """A rule of the wire: before each call, everything answers that visitors can be led to."""

    cloud: Cloud
    until: dict[str, float] = field(default_factory=dict)  # by target
    problems: list[str] = field(default_factory=list)

    def __call__(self, call: Call, request: AWSPreparedRequest, forward: Forward) -> None:
        self.look(f"before {call}")

    def look(self, when: str) -> None:
        now, targets = self.cloud.time.now, led_to()
        if self.until and "A" not in targets:
            self.problems.append(f"{when}: no record")
        self.until |= dict.fromkeys(targets.values(), now + REMEMBERED)
        for target in [t for t, end in self.until.items() if end > now]:
            if problem := _at_edge(target) if "cloudfront" in target else _at_api(target):
                self.problems.append(f"{when}: {target}: {problem}")


def _at_edge(host: str) -> str:
    found = [d for d in edge().distributions.values() if d.host == host]
    if not found:
        return "there is no distribution"
    config = found[0].config
    if DOMAIN_NAME not in config["Aliases"].get("Items", ()) or not config["Enabled"]:
        return "the distribution does not answer for the name"
    policies = [str(b.policy) for b in s3_backends[ACCOUNT]["aws"].buckets.values()]
    can_read = any(found[0].arn in policy for policy in policies)
    return "" if can_read else "the distribution can't read the page"


def _at_api(target: str) -> str:
    gateway: Any = apigatewayv2_backends[ACCOUNT][REGION]
    names = [
        name
        for name, domain in gateway.domain_names.items()
        if domain.domain_name_configurations[0]["apiGatewayDomainName"] == target
    ]
    apis = [m.api_id for m in gateway.api_mappings.values() if m.domain_name in names]
    if not apis:
        return "there is no domain, or it leads to no API"
    routes = {route.route_key for route in gateway.apis[apis[0]].routes.values()}
    if Path.ROOM.route_key not in routes:
        return "the API does not have the page"
    tables = backend("dynamodb", REGION).tables.values()
    keys = [i for t in tables for i in t.all_items() if i.hash_key.value == "keys"]
    return "the door is closed" if any(EDGE in item.attrs for item in keys) else ""

"""What moto's AWS contains, read from its own stores and not through the code under test."""

from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BaseBackend

from beekeeper.contract.history_item import HISTORY_PREFIX
from tests.support.moto_aws.edge_gaps import edge
from tests.support.rooms import ACCOUNT, REGION


def backend(service: str, region: str) -> Any:
    """Return moto's store of a service in a region."""
    found: BaseBackend = get_backend(service)[ACCOUNT][region]  # type: ignore[call-overload]
    return found


def inventory(region: str = REGION) -> dict[str, list[str]]:
    """Return the names of all that there is: {kind: names}, without the kinds that are empty."""
    functions = _functions(region)
    apis = backend("apigatewayv2", region).apis.values()
    rules = [
        r for bus in backend("events", region).event_buses.values() for r in bus.rules.values()
    ]
    everything: Mapping[str, list[str]] = {
        "queues": list(backend("sqs", region).queues),
        "tables": list(backend("dynamodb", region).tables),
        "items": _items(region),
        "buckets": list(backend("s3", "aws").buckets),
        "bucket policies": [b.name for b in backend("s3", "aws").buckets.values() if b.policy],
        "objects": [
            f"{bucket.name}/{key}"
            for bucket in backend("s3", "aws").buckets.values()
            for key in bucket.keys
        ],
        "roles": [role.name for role in backend("iam", "aws").roles.values()],
        "log groups": list(backend("logs", region).groups),
        "functions": [function.function_name for function in functions],
        "permissions": [
            f"{f.function_name}/{s['Sid']}" for f in functions for s in f.policy.statements
        ],
        "apis": [api.name for api in apis],
        "integrations": [i.integration_uri for api in apis for i in api.integrations.values()],
        "routes": [route.route_key for api in apis for route in api.routes.values()],
        "stages": [stage for api in apis for stage in api.stages],
        "domains": list(backend("apigatewayv2", region).domain_names),
        "mappings": [m.domain_name for m in backend("apigatewayv2", region).api_mappings.values()],
        "records": _records(),
        "rules": [rule.name for rule in rules],
        "targets": [target["Id"] for rule in rules for target in rule.targets],
        "alarms": list(backend("cloudwatch", region).alarms),
        "dashboards": list(backend("cloudwatch", region).dashboards),
        "topics": list(backend("sns", region).topics),
        "subscriptions": [s.endpoint for s in backend("sns", region).subscriptions.values()],
        "distributions": [each.config["Comment"] for each in edge().distributions.values()],
        "access controls": [each.config["Name"] for each in edge().access_controls.values()],
        "edge functions": list(edge().functions),
        "headers policies": [each.config["Name"] for each in edge().policies.values()],
    }
    return {kind: sorted(names) for kind, names in everything.items() if names}


def _functions(region: str) -> list[Any]:
    from moto.awslambda_simple.models import lambda_simple_backends

    return list(lambda_simple_backends[ACCOUNT][region].list_functions())


def _records() -> list[str]:
    zones = backend("route53", "aws").zones.values()
    records = [record for zone in zones for record in zone.rrsets]
    return [f"{r.name} {r.type}" for r in records if r.type not in ("NS", "SOA")]


def _items(region: str) -> list[str]:
    tables = backend("dynamodb", region).tables.values()
    found = [(table.name, item.hash_key.value) for table in tables for item in table.all_items()]
    # Each change of a setting leaves a row about it, and the row stays.
    return [
        f"{table}/{item_id}" for table, item_id in found if not item_id.startswith(HISTORY_PREFIX)
    ]

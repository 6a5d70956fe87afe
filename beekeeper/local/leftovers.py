"""What is left of a room in an AWS account. It lists each service, and does not use the steps."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from boto3.session import Session

from beekeeper.provision.names import TAG_ROOM, stem

# kind: service, operation, field of the answer, name of an entry
LISTINGS: dict[str, tuple[str, str, str, Callable[[Any], str]]] = {
    "queue": ("sqs", "list_queues", "QueueUrls", str),
    "table": ("dynamodb", "list_tables", "TableNames", str),
    "bucket": ("s3", "list_buckets", "Buckets", lambda b: str(b["Name"])),
    "role": ("iam", "list_roles", "Roles", lambda r: str(r["RoleName"])),
    "function": ("lambda", "list_functions", "Functions", lambda f: str(f["FunctionName"])),
    "log group": ("logs", "describe_log_groups", "logGroups", lambda g: str(g["logGroupName"])),
    "HTTP API": ("apigatewayv2", "get_apis", "Items", lambda a: str(a["Name"])),
    "rule": ("events", "list_rules", "Rules", lambda r: str(r["Name"])),
    "alarm": ("cloudwatch", "describe_alarms", "MetricAlarms", lambda a: str(a["AlarmName"])),
    "dashboard": (
        "cloudwatch",
        "list_dashboards",
        "DashboardEntries",
        lambda d: str(d["DashboardName"]),
    ),
    "topic": ("sns", "list_topics", "Topics", lambda t: str(t["TopicArn"])),
}


def leftovers(session: Session, room: str, domain_name: str | None = None) -> list[str]:
    """Return all resources that have the room's name or its tag.

    The name of a domain does not contain the room's name. The function finds a domain by its tag,
    and its mappings and DNS records with it. If the domain is gone, it needs ``domain_name``.
    """
    own = stem(room)
    named = [f"{kind} {name}" for kind, name in _everything(session) if own in name]
    return sorted([*named, *_of_edges(session, room), *_of_domains(session, room, domain_name)])


def _everything(session: Session) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of every resource in the account that a room could have."""
    for kind, (service, operation, field, name) in LISTINGS.items():
        for entry in _listed(session.client(service), operation, field):
            yield kind, name(entry)


def _of_edges(session: Session, room: str) -> Iterator[str]:
    """Yield what CloudFront has. Only the comments name the room, and its region."""
    client = session.client("cloudfront")
    begin = f"Beekeeper: room {room} in "
    for distribution in client.list_distributions()["DistributionList"].get("Items", []):
        if distribution["Comment"].startswith(begin):
            yield f"distribution {distribution['Id']}"
    controls = client.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    yield from (f"access control {c['Id']}" for c in controls if c["Description"].startswith(begin))
    policies = client.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    for policy in (item["ResponseHeadersPolicy"] for item in policies.get("Items", [])):
        if policy["ResponseHeadersPolicyConfig"].get("Comment", "").startswith(begin):
            yield f"headers policy {policy['Id']}"
    for function in client.list_functions(Stage="DEVELOPMENT")["FunctionList"].get("Items", []):
        if function["FunctionConfig"]["Comment"].startswith(begin):
            yield f"CloudFront function {function['Name']}"


def _of_domains(session: Session, room: str, domain_name: str | None) -> Iterator[str]:
    gateway = session.client("apigatewayv2")
    domains = {domain_name} - {None}
    for domain in _listed(gateway, "get_domain_names", "Items"):
        name = str(domain["DomainName"])
        if name != domain_name and domain.get("Tags", {}).get(TAG_ROOM) != room:
            continue
        domains.add(name)
        yield f"custom domain {name}"
        for mapping in _listed(gateway, "get_api_mappings", "Items", DomainName=name):
            yield f"API mapping {name}/{mapping.get('ApiMappingKey', '')}"
    if domains:
        yield from _records(session, domains)


def _records(session: Session, domains: set[str | None]) -> Iterator[str]:
    route53 = session.client("route53")
    for zone in _listed(route53, "list_hosted_zones", "HostedZones"):
        which = {"HostedZoneId": zone["Id"]}
        for record in _listed(route53, "list_resource_record_sets", "ResourceRecordSets", **which):
            if (name := str(record["Name"]).rstrip(".")) in domains:
                yield f"DNS record {name} {record['Type']}"


def _listed(
    client: Any, operation: str, field: str, **arguments: Any
) -> Iterator[Mapping[str, Any]]:
    pages: Any = (
        client.get_paginator(operation).paginate(**arguments)
        if client.can_paginate(operation)
        else [getattr(client, operation)(**arguments)]
    )
    for page in pages:
        yield from page.get(field, [])

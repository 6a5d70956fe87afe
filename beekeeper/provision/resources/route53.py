"""Route 53 for the steps of the custom domain: records, and the tags that name their zones.

Quirks:

- Records have no tags. So what a record leads to has a tag with the id of its zone: the domain of
  API Gateway, or the distribution. We write it before the record, so that we find the record
  whenever we find what it leads to.
- A domain has one name, and a distribution may have had several. So a tag of a distribution says
  in its key which name it is about.
- A batch of changes happens as a whole, or not at all.
- DELETE needs the exact present content of the record.
- Route 53 returns names with a dot at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import Wait, has_code, ignoring, pause, retrying
from beekeeper.provision.resources.apigateway import BUSY, CHANGE
from beekeeper.provision.resources.apigateway import MISSING as NO_DOMAIN
from beekeeper.provision.resources.outputs import EDGE_RECORDS, RECORD_ZONE

TAG_ZONE = "beekeeper:zone"
NO_ZONE, REFUSED = "NoSuchHostedZone", "InvalidChangeBatch"
NO_DISTRIBUTION = "NoSuchResource"
ALIASES = ("A", "AAAA")
# All servers of Route 53 have a change within 60 s (Route 53 Developer Guide, "Editing records").
KNOWN = Wait("all servers of Route 53 to know the record (1 minute)", 60, every=10)
# And resolvers keep what they had heard before for the 60 s of an alias record.
FORGOTTEN = Wait("resolvers to forget where the domain led before (2 minutes)", 120, every=10)


def zone_tag(name: str) -> str:
    """Return the key of the tag of a distribution that has the zone of this name's record."""
    return f"{TAG_ZONE}:{name}"


def zone_of(found: Mapping[str, str]) -> dict[str, str]:
    """Return the outputs that say which records lead to what has these tags. Empty for none."""
    of_domain = {RECORD_ZONE: found[TAG_ZONE]} if TAG_ZONE in found else {}
    start = zone_tag("")
    zones = {k.removeprefix(start): v for k, v in found.items() if k.startswith(start)}
    of_edge = " ".join(f"{name}={zone}" for name, zone in sorted(zones.items()))
    return {**of_domain, EDGE_RECORDS: of_edge} if of_edge else of_domain


def edge_records(outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the zones of the records that lead, or led, to the distribution, by their names."""
    return dict(each.split("=") for each in outputs.get(EDGE_RECORDS, "").split())


def without_zone(found: Mapping[str, str]) -> tags.Tags:
    """Return the tags of a domain or distribution without those that belong to records."""
    return {k: v for k, v in found.items() if k != TAG_ZONE and not k.startswith(zone_tag(""))}


def delete_records(aws: Aws, zone: str, name: str, target: str) -> None:
    """Delete the alias records with this name and this target. Success if there is none."""
    found = [r for r in records(aws, zone, name) if target_of(r) == target]
    if not found:
        return
    try:
        change_records(aws, zone, [("DELETE", record) for record in found])
    except ClientError as error:
        # "Tried to delete resource record set [...] but it was not found"
        if not has_code(error, REFUSED) or "not found" not in str(error):
            raise


def change_records(aws: Aws, zone: str, changes: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Create, upsert or delete records, all of them or none: (action, record)."""
    wanted = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    batch = {"Comment": "Beekeeper", "Changes": wanted}
    aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def records(aws: Aws, zone: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield the A, AAAA and CNAME records of the name. They are few: the first page has them."""
    try:
        response = aws.client("route53").list_resource_record_sets(
            HostedZoneId=zone, StartRecordName=name, StartRecordType="A"
        )
    except ClientError as error:
        if has_code(error, NO_ZONE):
            return
        raise
    for record in response["ResourceRecordSets"]:
        if record["Name"].rstrip(".") == name and record["Type"] in (*ALIASES, "CNAME"):
            yield record


def target_of(record: Mapping[str, Any]) -> str:
    """Return the target of a plain alias record. Empty for every other record."""
    if record["Type"] not in ALIASES or "SetIdentifier" in record:
        return ""
    return str(record.get("AliasTarget", {}).get("DNSName", "")).rstrip(".").lower()


def let_pass(aws: Aws, wait: Wait) -> None:
    """Wait for all of the time. To end KNOWN earlier would take another permission (GetChange)."""
    for _ in range(round(wait.seconds / wait.every)):
        pause(aws, wait)


def tag(aws: Aws, arn: str, name: str, zone: str) -> None:
    """Tag what the record will lead to: a domain of API Gateway, or a distribution."""
    if _is_distribution(arn):
        items = tags.as_list({zone_tag(name): zone})
        aws.client("cloudfront").tag_resource(Resource=arn, Tags={"Items": items})
        return
    call = aws.client("apigatewayv2").tag_resource
    retrying(aws, CHANGE, BUSY, lambda: call(ResourceArn=arn, Tags={TAG_ZONE: zone}))


def untag(aws: Aws, arn: str, name: str) -> None:
    """Remove the tag about the record from what it led to. Success if that is gone."""
    with ignoring(NO_DOMAIN, NO_DISTRIBUTION):
        if _is_distribution(arn):
            keys = {"Items": [zone_tag(name)]}
            aws.client("cloudfront").untag_resource(Resource=arn, TagKeys=keys)
            return
        call = aws.client("apigatewayv2").untag_resource
        retrying(aws, CHANGE, BUSY, lambda: call(ResourceArn=arn, TagKeys=[TAG_ZONE]))


def _is_distribution(arn: str) -> bool:
    return arn.split(":")[2] == "cloudfront"

"""What the steps of the custom domain share of Route 53: its records, and the tag with their zone.

Quirks. Records have no tags, so the domain carries the id of the zone in one of its own, written
before the record: whoever finds the domain finds the record. DELETE wants the record exactly as it
is. Names come back with a dot at the end.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.resources.outputs import RECORD_ZONE

TAG_ZONE = "beekeeper:zone"
NO_ZONE, REFUSED = "NoSuchHostedZone", "InvalidChangeBatch"


def zone_of(domain_tags: Mapping[str, str]) -> dict[str, str]:
    """Return the output that says in which zone a domain's record is, if it has one."""
    return {RECORD_ZONE: domain_tags[TAG_ZONE]} if TAG_ZONE in domain_tags else {}


def without_zone(domain_tags: Mapping[str, str]) -> tags.Tags:
    """Return a domain's tags without the one that belongs to the record."""
    return {name: value for name, value in domain_tags.items() if name != TAG_ZONE}


def delete_record(aws: Aws, zone: str, name: str, target: str) -> None:
    """Delete the record of that name that leads to the target; none is success."""
    for record in records(aws, zone, name):
        if target_of(record) == target:
            try:
                change_record(aws, zone, "DELETE", record)
            except ClientError as error:
                # "Tried to delete resource record set [...] but it was not found"
                if not has_code(error, REFUSED) or "not found" not in str(error):
                    raise


def change_record(aws: Aws, zone: str, action: str, record: Mapping[str, Any]) -> None:
    """Create, upsert or delete one record."""
    batch = {"Comment": "Beekeeper", "Changes": [{"Action": action, "ResourceRecordSet": record}]}
    aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def records(aws: Aws, zone: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield the records that answer for the name, of which there are few, A first."""
    try:
        response = aws.client("route53").list_resource_record_sets(
            HostedZoneId=zone, StartRecordName=name, StartRecordType="A"
        )
    except ClientError as error:
        if has_code(error, NO_ZONE):
            return
        raise
    for record in response["ResourceRecordSets"]:
        if record["Name"].rstrip(".") == name and record["Type"] in ("A", "AAAA", "CNAME"):
            yield record


def target_of(record: Mapping[str, Any]) -> str:
    """Return where a plain alias leads to; empty for every other record."""
    if record["Type"] != "A" or "SetIdentifier" in record:
        return ""
    return str(record.get("AliasTarget", {}).get("DNSName", "")).rstrip(".").lower()

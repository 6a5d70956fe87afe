"""Route 53 for the steps of the custom domain: records, and the tag that names their zone.

Quirks:

- Records have no tags. So a tag of the domain has the id of the zone. We write it before the
  record, so that we find the record whenever we find the domain.
- DELETE needs the exact present content of the record.
- Route 53 returns names with a dot at the end.
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
    """Return the output with the zone of a domain's record. Empty if there is no record."""
    return {RECORD_ZONE: domain_tags[TAG_ZONE]} if TAG_ZONE in domain_tags else {}


def without_zone(domain_tags: Mapping[str, str]) -> tags.Tags:
    """Return a domain's tags without the one that belongs to the record."""
    return {name: value for name, value in domain_tags.items() if name != TAG_ZONE}


def delete_record(aws: Aws, zone: str, name: str, target: str) -> None:
    """Delete the record with this name and this target. Success if there is none."""
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
        if record["Name"].rstrip(".") == name and record["Type"] in ("A", "AAAA", "CNAME"):
            yield record


def target_of(record: Mapping[str, Any]) -> str:
    """Return the target of a plain alias record. Empty for every other record."""
    if record["Type"] != "A" or "SetIdentifier" in record:
        return ""
    return str(record.get("AliasTarget", {}).get("DNSName", "")).rstrip(".").lower()

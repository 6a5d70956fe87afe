"""What there is of a custom domain in moto's AWS, and what somebody else makes there."""

from typing import Any

from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import DOMAIN_NAME

OTHER = "wait.example.com"
RECORD = {"domains": [DOMAIN_NAME], "mappings": [DOMAIN_NAME], "records": [f"{DOMAIN_NAME}. A"]}
CHANGE_RECORD = "route53:ChangeResourceRecordSets"


def ours() -> dict[str, list[str]]:
    kinds = ("domains", "mappings", "records")
    return {kind: names for kind, names in inventory().items() if kind in kinds}


def records(cloud: Cloud, zone: str) -> dict[str, Any]:
    """Return what the A, AAAA and CNAME records of the zone lead to."""
    raw = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
    return {
        record["Name"].rstrip("."): record.get("AliasTarget", {}).get("DNSName", "").rstrip(".")
        for record in raw["ResourceRecordSets"]
        if record["Type"] in ("A", "AAAA", "CNAME")
    }


def theirs(cloud: Cloud, zone: str, kind: str = "A", value: str = "192.0.2.1") -> None:
    """Make a record of somebody else's, or turn ours into it."""
    content = {"TTL": 60, "ResourceRecords": [{"Value": value}]}
    record = {"Name": DOMAIN_NAME, "Type": kind, **content}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    cloud.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

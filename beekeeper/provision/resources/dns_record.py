"""The DNS record of the custom domain in Route 53: an alias (type A) to API Gateway's own name.

Quirks. Records have no tags, so the domain carries the id of the zone in one of its own, written
before the record: whoever finds the domain finds the record. A record is ours when it leads to our
domain. CREATE refuses a name that is taken, UPSERT would overwrite it; DELETE wants the record
exactly as it is. Names come back with a dot at the end.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import AlreadyThere, Attributes, Found, known, recorded_output
from beekeeper.provision.engine.wait import has_code, retrying
from beekeeper.provision.resources.apigateway import BUSY, CHANGE
from beekeeper.provision.resources.apigateway import MISSING as NO_DOMAIN

TAG_ZONE = "beekeeper:zone"
# Outputs: where the domain leads to, and the zone that its tag names.
TARGET, TARGET_ZONE, RECORD_ZONE = "domain target", "domain target zone", "dns record zone"
NO_ZONE, REFUSED = "NoSuchHostedZone", "InvalidChangeBatch"
KEY = "dns record"


class DnsRecord:
    """The alias record of the domain; not wanted without the id of a hosted zone."""

    key, kind = KEY, "DNS record"
    needs: tuple[str, ...] = ("domain",)
    fixed: ClassVar[frozenset[str]] = frozenset({"zone"})

    def __init__(self, domain_name: str, domain_arn: str, zone: str | None, room: str) -> None:
        self.name = domain_name
        self._domain_arn = domain_arn
        self._zone = zone
        self._room = room

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        if self._zone is None:
            return None
        alias = {"target": known(outputs, TARGET), "target_zone": known(outputs, TARGET_ZONE)}
        return {"zone": self._zone, **alias, "evaluate_health": False}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        # Made for a domain that was deleted by hand since, it leads to where that one was.
        targets = {outputs.get(TARGET), outputs.get(recorded_output(self.key))} - {None, ""}
        zones = dict.fromkeys(z for z in (outputs.get(RECORD_ZONE), self._zone) if z)
        for zone in zones:
            for record in _records(aws, zone, self.name):
                if _target(record) in targets:
                    return self._found(zone, record, self._room)
        # Somebody else's is in the way only where we want one.
        theirs = _records(aws, self._zone, self.name) if self._zone else ()
        return next((self._found(str(self._zone), record, "") for record in theirs), None)

    def _found(self, zone: str, record: Mapping[str, Any], owner: str) -> Found:
        target, alias = _target(record), record.get("AliasTarget", {})
        attributes = {
            "zone": zone,
            "target": target,
            "target_zone": alias.get("HostedZoneId"),
            "evaluate_health": alias.get("EvaluateTargetHealth"),
        }
        leads = target or "other places"
        whose = (
            f"somebody else: it is of type {record['Type']}, in zone {zone}, and leads to {leads}"
        )
        return Found(target, attributes, owner, whose=whose)

    def create(self, aws: Aws, desired: Attributes) -> None:
        tag = aws.client("apigatewayv2").tag_resource
        marks = {TAG_ZONE: desired["zone"]}
        retrying(aws, CHANGE, BUSY, lambda: tag(ResourceArn=self._domain_arn, Tags=marks))
        self._write(aws, "CREATE", desired)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self._write(aws, "UPSERT", {**found.attributes, **changes})

    def _write(self, aws: Aws, action: str, wanted: Attributes) -> None:
        alias = {
            "HostedZoneId": wanted["target_zone"],
            "DNSName": wanted["target"],
            "EvaluateTargetHealth": wanted["evaluate_health"],
        }
        record = {"Name": self.name, "Type": "A", "AliasTarget": alias}
        zone = wanted["zone"]
        try:
            _change(aws, zone, action, record)
        except ClientError as error:
            message = error.response["Error"].get("Message", "")
            if "already exists" in message:
                raise AlreadyThere from error
            if has_code(error, NO_ZONE) or "not permitted in zone" in message:
                raise ProvisionError(
                    f"Creating DNS record {self.name}: hosted_zone_id = {zone!r} is not a zone of"
                    f" this account that holds {self.name} ({message}). Give the id of that zone"
                    " (Route 53 console), or leave hosted_zone_id out and make the record yourself."
                ) from error
            raise

    def delete(self, aws: Aws, found: Found) -> None:
        zone = found.attributes["zone"]
        delete_record(aws, zone, self.name, found.id)
        untag = aws.client("apigatewayv2").untag_resource
        try:
            retrying(
                aws, CHANGE, BUSY, lambda: untag(ResourceArn=self._domain_arn, TagKeys=[TAG_ZONE])
            )
        except ClientError as error:
            if not has_code(error, NO_DOMAIN):
                raise


def zone_of(domain_tags: Mapping[str, str]) -> dict[str, str]:
    """Return the output that says in which zone a domain's record is, if it has one."""
    return {RECORD_ZONE: domain_tags[TAG_ZONE]} if TAG_ZONE in domain_tags else {}


def without_zone(domain_tags: Mapping[str, str]) -> tags.Tags:
    """Return a domain's tags without the one that belongs to the record."""
    return {name: value for name, value in domain_tags.items() if name != TAG_ZONE}


def delete_record(aws: Aws, zone: str, name: str, target: str) -> None:
    """Delete the record of that name that leads to the target; none is success."""
    for record in _records(aws, zone, name):
        if _target(record) == target:
            try:
                _change(aws, zone, "DELETE", record)
            except ClientError as error:
                # "Tried to delete resource record set [...] but it was not found"
                if not has_code(error, REFUSED) or "not found" not in str(error):
                    raise


def _change(aws: Aws, zone: str, action: str, record: Mapping[str, Any]) -> None:
    batch = {"Comment": "Beekeeper", "Changes": [{"Action": action, "ResourceRecordSet": record}]}
    aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def _records(aws: Aws, zone: str, name: str) -> Iterator[dict[str, Any]]:
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


def _target(record: Mapping[str, Any]) -> str:
    """Return where a plain alias leads to; empty for every other record."""
    if record["Type"] != "A" or "SetIdentifier" in record:
        return ""
    return str(record.get("AliasTarget", {}).get("DNSName", "")).rstrip(".").lower()

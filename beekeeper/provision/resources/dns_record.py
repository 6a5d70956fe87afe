"""The DNS record of the custom domain in Route 53: an alias (type A) to API Gateway's own name.

Quirks:

- A record is ours if it leads to our domain. A tag of the domain names the zone: see route53.py.
- CREATE refuses a name that exists. UPSERT would overwrite it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import (
    AlreadyThere,
    Attributes,
    Found,
    Owner,
    Resource,
    known,
    recorded_output,
)
from beekeeper.provision.engine.wait import has_code, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.apigateway import BUSY, CHANGE
from beekeeper.provision.resources.apigateway import MISSING as NO_DOMAIN
from beekeeper.provision.resources.outputs import RECORD_ZONE, TARGET, TARGET_ZONE
from beekeeper.provision.resources.route53 import (
    NO_ZONE,
    TAG_ZONE,
    change_record,
    delete_record,
    records,
    target_of,
)


class DnsRecord(Resource):
    """The alias record of the domain. Without the id of a hosted zone, it is not wanted."""

    key, kind = "dns record", "DNS record"
    needs = ("domain",)
    fixed = frozenset({"zone"})

    def __init__(self, names: Names, domain_name: str, zone: str | None) -> None:
        self.name = domain_name
        self._names = names
        self._domain_arn = names.api_gateway_arn(f"domainnames/{domain_name}")
        self._zone = zone

    def grants(self) -> Iterable[Grant]:
        if self._zone:
            actions = ("ListResourceRecordSets", "ChangeResourceRecordSets")
            arn = f"arn:{self._names.partition}:route53:::hostedzone/{self._zone}"
            yield grant("route53", actions, arn, statement="Record")

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        if self._zone is None:
            return None
        alias = {"target": known(outputs, TARGET), "target_zone": known(outputs, TARGET_ZONE)}
        return {"zone": self._zone, **alias, "evaluate_health": False}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        # If somebody has deleted the domain by hand, our record still has the target in the state.
        targets = {outputs.get(TARGET), outputs.get(recorded_output(self.key))} - {None, ""}
        zones = dict.fromkeys(z for z in (outputs.get(RECORD_ZONE), self._zone) if z)
        for zone in zones:
            for record in records(aws, zone, self.name):
                if target_of(record) in targets:
                    return self._found(zone, record, Owner.OURS)
        # Somebody else's record matters only in the zone where we want ours.
        theirs = records(aws, self._zone, self.name) if self._zone else ()
        return next(
            (self._found(str(self._zone), record, Owner.ANOTHER) for record in theirs), None
        )

    def _found(self, zone: str, record: Mapping[str, Any], owner: Owner) -> Found:
        target, alias = target_of(record), record.get("AliasTarget", {})
        attributes = {
            "zone": zone,
            "target": target,
            "target_zone": alias.get("HostedZoneId"),
            "evaluate_health": alias.get("EvaluateTargetHealth"),
        }
        leads = target or "other places"
        whose = (
            f"somebody else (it has type {record['Type']}, in zone {zone}, and leads to {leads})"
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
            change_record(aws, zone, action, record)
        except ClientError as error:
            message = error.response["Error"].get("Message", "")
            if "already exists" in message:
                raise AlreadyThere from error
            if has_code(error, NO_ZONE) or "not permitted in zone" in message:
                raise ProvisionError(
                    f"Creating DNS record {self.name}: hosted_zone_id = {zone!r} is not the zone of"
                    f" {self.name} in this account ({message}). Give the id of that zone (see the"
                    " Route 53 console), or leave hosted_zone_id out and create the record"
                    " yourself."
                ) from error
            raise

    def delete(self, aws: Aws, found: Found) -> None:
        zone = found.attributes["zone"]
        delete_record(aws, zone, self.name, found.id)
        untag = aws.client("apigatewayv2").untag_resource
        which = {"ResourceArn": self._domain_arn, "TagKeys": [TAG_ZONE]}
        with ignoring(NO_DOMAIN):
            retrying(aws, CHANGE, BUSY, lambda: untag(**which))

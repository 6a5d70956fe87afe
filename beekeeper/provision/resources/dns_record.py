"""The DNS record of the custom domain in Route 53, and former ones that are no longer wanted.

It is an alias to API Gateway's own name (type A), or with an edge to that of the distribution (A
and AAAA). One step is for both, so that a room moves between them by a change in place: its name
never goes without an answer.

Quirks:

- A record is ours if it leads to our domain or distribution. Their tags name the zone: route53.py.
- CREATE refuses a name that exists. UPSERT would overwrite it.
- Resolvers keep the former target for a while. So a move ends with a wait, and only then with the
  removal of the former tag: a deploy that was killed waits again, before it removes what the record
  led to.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.errors import NotOursError, ProvisionError
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
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import (
    EDGE_ARN,
    EDGE_HOST,
    RECORD_ZONE,
    TARGET,
    TARGET_ZONE,
)
from beekeeper.provision.resources.route53 import (
    ALIASES,
    FORGOTTEN,
    KNOWN,
    NO_ZONE,
    REFUSED,
    change_records,
    delete_records,
    edge_records,
    let_pass,
    records,
    tag,
    target_of,
    untag,
)

# The hosted zone of all distributions (Route 53 API Reference, "AliasTarget"). China has another,
# but no room there has an edge.
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"


class DnsRecord(Resource):
    """The alias records of the domain. Without the id of a hosted zone, they are not wanted."""

    key, kind = "dns record", "DNS record"
    fixed = frozenset({"zone"})

    def __init__(
        self,
        names: Names,
        domain_name: str,
        zone: str | None,
        needs: tuple[str, ...],
        *,
        edge: bool,
    ) -> None:
        """Note where the domain is: at the edge, or at API Gateway.

        ``needs`` are the steps of both, also of the one that is not wanted, and those that must be
        done before visitors come.
        """
        self.name = domain_name
        self.needs = needs
        self._names = names
        self._domain_arn = names.api_gateway_arn(f"domainnames/{domain_name}")
        self._zone = zone
        self._edge = edge

    def grants(self) -> Iterable[Grant]:
        if self._zone:
            actions = ("ListResourceRecordSets", "ChangeResourceRecordSets")
            arn = f"arn:{self._names.partition}:route53:::hostedzone/{self._zone}"
            yield grant("route53", actions, arn, statement="Record")

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        if self._zone is None:
            return None
        always = {"zone": self._zone, "evaluate_health": False}
        if not self._edge:
            return {
                **always,
                "types": ["A"],
                "target": known(outputs, TARGET),
                "target_zone": known(outputs, TARGET_ZONE),
                "tag_at": self._domain_arn,
            }
        return {
            **always,
            "types": list(ALIASES),
            "target": known(outputs, EDGE_HOST),
            "target_zone": CLOUDFRONT_ZONE,
            "tag_at": known(outputs, EDGE_ARN),
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        # If somebody has deleted what it leads to, our record still has the target in the state.
        named = (TARGET, EDGE_HOST, recorded_output(self.key))
        targets = {outputs.get(name) for name in named} - {None, ""}
        tagged = dict(self._tagged(outputs))
        zones = dict.fromkeys(zone for zone in (*tagged.values(), self._zone) if zone)
        for zone in zones:
            if ours := [r for r in records(aws, zone, self.name) if target_of(r) in targets]:
                tag_at = " ".join(arn for arn, of_record in tagged.items() if of_record == zone)
                return self._found(zone, ours, Owner.OURS, tag_at)
        # Somebody else's record matters only in the zone where we want ours.
        theirs = list(records(aws, self._zone, self.name)) if self._zone else []
        return self._found(str(self._zone), theirs[:1], Owner.ANOTHER) if theirs else None

    def _tagged(self, outputs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield what has a tag about this record, and the zone in the tag."""
        if zone := outputs.get(RECORD_ZONE):
            yield self._domain_arn, zone
        if zone := edge_records(outputs).get(self.name):
            yield outputs[EDGE_ARN], zone

    def _found(
        self, zone: str, found: list[dict[str, Any]], owner: Owner, tag_at: str = ""
    ) -> Found:
        aliases = [record.get("AliasTarget", {}) for record in found]
        targets = list(dict.fromkeys(map(target_of, found)))
        attributes = {
            "zone": zone,
            "types": sorted(record["Type"] for record in found),
            "target": " ".join(targets),
            "target_zone": aliases[0].get("HostedZoneId"),
            "evaluate_health": any(alias.get("EvaluateTargetHealth") for alias in aliases),
            "tag_at": tag_at,
        }
        leads = targets[0] or "other places"
        kind = found[0]["Type"]
        whose = f"somebody else (it has type {kind}, in zone {zone}, and leads to {leads})"
        return Found(targets[0], attributes, owner, whose=whose)

    def create(self, aws: Aws, desired: Attributes) -> None:
        tag(aws, desired["tag_at"], self.name, desired["zone"])
        wanted = [("CREATE", self._record(kind, desired)) for kind in desired["types"]]
        try:
            self._change(aws, desired["zone"], wanted)
        except ClientError as error:
            if "already exists" in str(error):
                raise AlreadyThere from error
            raise
        if self._edge:
            # Next, the door sends visitors to the name. Whoever asks too early remembers for 15
            # minutes that there is none (Route 53 Developer Guide, "SOA record").
            let_pass(aws, KNOWN)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        wanted = {**found.attributes, **changes}
        tagged, tag_at = found.attributes["tag_at"].split(), wanted["tag_at"]
        if tag_at not in tagged:
            tag(aws, tag_at, self.name, wanted["zone"])
        if changes.keys() - {"tag_at"}:
            self._move(aws, found, wanted)
        if former := [arn for arn in tagged if arn != tag_at]:
            let_pass(aws, FORGOTTEN)
            for arn in former:
                untag(aws, arn, self.name)

    def _move(self, aws: Aws, found: Found, wanted: Attributes) -> None:
        """Change all records in one batch. Those of somebody else are never overwritten."""
        zone, targets = wanted["zone"], found.attributes["target"].split()
        ours = {r["Type"]: r for r in records(aws, zone, self.name) if target_of(r) in targets}
        changes = [
            ("UPSERT" if kind in ours else "CREATE", self._record(kind, wanted))
            for kind in wanted["types"]
        ]
        changes += [("DELETE", ours[kind]) for kind in ours.keys() - set(wanted["types"])]
        try:
            self._change(aws, zone, changes)
        except ClientError as error:
            if not has_code(error, REFUSED):
                raise
            if not self._is_done(aws, wanted):  # else the answer to an earlier try was lost
                raise NotOursError(
                    f"Moving DNS record {self.name} to {wanted['target']}: zone {zone} has another"
                    f" record of this name, which Beekeeper does not change ({error}). Delete it,"
                    " then run the same command again."
                ) from error

    def _is_done(self, aws: Aws, wanted: Attributes) -> bool:
        there = {r["Type"]: target_of(r) for r in records(aws, wanted["zone"], self.name)}
        return there == dict.fromkeys(wanted["types"], wanted["target"])

    def _record(self, kind: str, wanted: Attributes) -> dict[str, Any]:
        alias = {
            "HostedZoneId": wanted["target_zone"],
            "DNSName": wanted["target"],
            "EvaluateTargetHealth": wanted["evaluate_health"],
        }
        return {"Name": self.name, "Type": kind, "AliasTarget": alias}

    def _change(self, aws: Aws, zone: str, changes: list[tuple[str, dict[str, Any]]]) -> None:
        try:
            change_records(aws, zone, changes)
        except ClientError as error:
            message = error.response["Error"].get("Message", "")
            if has_code(error, NO_ZONE) or "not permitted in zone" in message:
                raise ProvisionError(
                    f"Creating DNS record {self.name}: hosted_zone_id = {zone!r} is not the zone of"
                    f" {self.name} in this account ({message}). Give the id of that zone (see the"
                    " Route 53 console), or leave hosted_zone_id out and create the record"
                    " yourself."
                ) from error
            raise

    def delete(self, aws: Aws, found: Found) -> None:
        for target in found.attributes["target"].split():
            delete_records(aws, found.attributes["zone"], self.name, target)
        for arn in found.attributes["tag_at"].split():
            untag(aws, arn, self.name)


class FormerRecords(Resource):
    """Records of names that the room had at its edge, and that are not in its configuration.

    The tags of the distribution name them. For those at API Gateway see FormerDomains.
    """

    key, kind, name = "former records", "DNS record", "no longer wanted"
    needs = ("distribution",)

    def __init__(self, wanted: str | None) -> None:
        self._wanted = wanted

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        return None

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        zones = {n: z for n, z in edge_records(outputs).items() if n != self._wanted}
        if not zones:
            return None
        attributes = {"zones": zones, "target": outputs[EDGE_HOST], "tag_at": outputs[EDGE_ARN]}
        return Found(", ".join(zones), attributes, Owner.OURS)

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Never called, because no former record is wanted."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Never called, because no former record is wanted."""

    def delete(self, aws: Aws, found: Found) -> None:
        for name, zone in found.attributes["zones"].items():
            delete_records(aws, zone, name, found.attributes["target"])
            untag(aws, found.attributes["tag_at"], name)

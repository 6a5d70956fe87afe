"""The custom domain of the campaign link (regional), and former ones that are no longer wanted.

Quirks:

- API Gateway accepts one creation, change or deletion of a domain in 30 seconds. botocore's longest
  pause is shorter.
- After a change, a domain is UPDATING for a while.
- If another account of the region has the domain name, it exists, but we can't read it.
- We find a domain that is no longer in the configuration only by its tag.
- When the name changes, we create the new domain before we delete the old one.
- With an edge, the distribution has the name, and the domain is a former one. The DNS record leads
  to the distribution before we delete the domain.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from beekeeper.errors import ConfigError, NotOursError, ProvisionError, TimedOutError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import (
    AlreadyThere,
    Attributes,
    Found,
    Owner,
    Resource,
    recorded_output,
)
from beekeeper.provision.engine.wait import Wait, has_code, ignoring, retrying, until
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.apigateway import (
    BUSY,
    CHANGE,
    MISSING,
    delete_mapping,
    mappings,
    pages,
    verbs,
)
from beekeeper.provision.resources.outputs import RECORD_ZONE, TARGET, TARGET_ZONE
from beekeeper.provision.resources.route53 import delete_records, without_zone, zone_of

AVAILABLE, UPDATING = "AVAILABLE", "UPDATING"
# A new domain is usually ready at once, a changed one after minutes. AWS does not say how long.
READY = Wait("the custom domain to become AVAILABLE", 900, every=5)
# The quota for CreateDomainName, UpdateDomainName and DeleteDomainName is one call in 30 seconds.
ONE_IN_30_SECONDS = Wait("API Gateway to accept a domain (one change in 30 s)", 300, every=31)
VISIBLE = Wait("the custom domain to become visible", 10, every=2)
ACM_REGION = 3  # arn:partition:acm:REGION:account:certificate/id


class Domain(Resource):
    """The domain."""

    key, kind = "domain", "custom domain"

    def __init__(
        self, names: Names, name: str, certificate_arn: str, wanted_tags: Mapping[str, str]
    ) -> None:
        self.name = name
        self._names = names
        self._arn = names.api_gateway_arn(f"domainnames/{name}")
        self._certificate_arn = certificate_arn
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        yield _on_domains(self._names)
        # With the first custom domain of an account, AWS creates a service-linked role.
        service = "ops.apigateway.amazonaws.com"
        yield grant(
            "iam",
            ["CreateServiceLinkedRole"],
            f"arn:{self._names.partition}:iam::{self._names.account}:"
            f"role/aws-service-role/{service}/AWSServiceRoleForAPIGateway",
            statement="FirstDomain",
            condition={"StringEquals": {"iam:AWSServiceName": service}},
        )

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "certificate_arn": self._certificate_arn,
            "endpoint": "REGIONAL",
            "security_policy": "TLS_1_2",
            "status": AVAILABLE,
            "tags": self._tags,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        raw = _read(aws, self.name)
        if raw is None:
            return None
        configuration = raw["DomainNameConfigurations"][0]
        found_tags = tags.own(raw.get("Tags", {}), self._tags)
        attributes = {
            "certificate_arn": configuration.get("CertificateArn"),
            "endpoint": configuration.get("EndpointType"),
            "security_policy": configuration.get("SecurityPolicy"),
            "status": configuration.get("DomainNameStatus"),
            "tags": without_zone(found_tags),
        }
        found = Found.tagged(self.name, attributes, self._names.room)
        recorded = outputs.get(recorded_output(self.key)) == self.name
        # Don't output the target of somebody else's domain: a record that leads there is not ours.
        if not found.is_ours(recorded=recorded):
            return found
        return replace(found, outputs={**_target_of(raw), **zone_of(found_tags)})

    def create(self, aws: Aws, desired: Attributes) -> None:
        self._check_region(aws)
        create = aws.client("apigatewayv2").create_domain_name
        wanted = {**self._settings(), "Tags": dict(desired["tags"])}
        try:
            retrying(aws, ONE_IN_30_SECONDS, BUSY, lambda: create(**wanted))
        except ClientError as error:
            if "already exists" in error.response["Error"].get("Message", ""):
                self._check_visible(aws, error)
                raise AlreadyThere from error
            self._raise_explained(error, aws.region)
        self._wait(aws)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("apigatewayv2")
        if "tags" in changes:
            wanted, before = dict(changes["tags"]), found.attributes["tags"]
            tag, untag = client.tag_resource, client.untag_resource
            retrying(aws, CHANGE, BUSY, lambda: tag(ResourceArn=self._arn, Tags=wanted))
            if gone := tags.removed(before, wanted):
                retrying(aws, CHANGE, BUSY, lambda: untag(ResourceArn=self._arn, TagKeys=gone))
        if changes.keys() - {"tags", "status"}:
            self._check_region(aws)
            update = client.update_domain_name
            try:
                retrying(aws, ONE_IN_30_SECONDS, BUSY, lambda: update(**self._settings()))
            except ClientError as error:
                self._raise_explained(error, aws.region)
        self._wait(aws)

    def delete(self, aws: Aws, found: Found) -> None:
        _delete(aws, self.name)

    def _settings(self) -> dict[str, Any]:
        configuration = {
            "CertificateArn": self._certificate_arn,
            "EndpointType": "REGIONAL",
            "SecurityPolicy": "TLS_1_2",
        }
        return {"DomainName": self.name, "DomainNameConfigurations": [configuration]}

    def _check_region(self, aws: Aws) -> None:
        if self._certificate_arn.split(":")[ACM_REGION] != aws.region:
            raise ConfigError(
                f"certificate_arn = {self._certificate_arn!r}: the certificate must be in the"
                f" room's region, {aws.region}. Request or import a certificate there, in ACM."
            )

    def _check_visible(self, aws: Aws, error: ClientError) -> None:
        """Raise NotOursError when the domain exists, but not in this account."""
        try:
            until(aws, VISIBLE, lambda: _read(aws, self.name))
        except TimedOutError:
            raise NotOursError(
                f"The custom domain {self.name} exists already in another AWS account. Beekeeper"
                " did not change it. Choose another domain_name, or delete the domain there."
            ) from error

    def _raise_explained(self, error: ClientError, region: str) -> NoReturn:
        message = error.response["Error"].get("Message", "")
        if not has_code(error, "BadRequestException") or "certificate" not in message.lower():
            raise error
        raise ProvisionError(
            f"Setting up custom domain {self.name}: API Gateway refuses the certificate"
            f" {self._certificate_arn}: {message} The certificate must have the status ISSUED, be"
            f" in {region}, and be valid for {self.name}. Check it in the ACM console, then run the"
            " same command again."
        ) from error

    def _wait(self, aws: Aws) -> None:
        until(aws, READY, lambda: self._ready(aws))

    def _ready(self, aws: Aws) -> bool | None:
        raw = _read(aws, self.name)
        configuration = raw["DomainNameConfigurations"][0] if raw else {}
        status = configuration.get("DomainNameStatus", UPDATING)
        if status not in (AVAILABLE, UPDATING):
            reason = configuration.get("DomainNameStatusMessage") or "it gives no reason"
            raise ProvisionError(
                f"Waiting for custom domain {self.name}: API Gateway reports the status {status}"
                f" ({reason}). Correct this in the API Gateway console, then run the same command"
                " again."
            )
        return True if status == AVAILABLE else None


class FormerDomains(Resource):
    """Domains that have the room's tag, but are not wanted: another name, or an edge."""

    key, kind, name = "former domains", "custom domain", "no longer wanted"
    needs = ("stage",)

    def __init__(self, names: Names, wanted: str | None, at_edge: str | None = None) -> None:
        """Note the only domain that is wanted, or the name that the edge has instead."""
        self._names = names
        self._wanted = wanted
        self._at_edge = at_edge

    def grants(self) -> Iterable[Grant]:
        yield _on_domains(self._names)

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        return None

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        domains = {raw["DomainName"]: raw for raw in self._domains(aws)}
        if not domains:
            return None
        names = ", ".join(sorted(domains))
        return Found(names, {"name": names}, Owner.OURS, self._moving(domains))

    def _moving(self, domains: Mapping[str, Mapping[str, Any]]) -> Mapping[str, str]:
        """Return where the DNS record of the name that moves to the edge leads until then."""
        raw = domains.get(self._at_edge or "")
        return {**_target_of(raw), **zone_of(raw.get("Tags", {}))} if raw else {}

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Never called, because no former domain is wanted."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Never called, because no former domain is wanted."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Delete each domain. Its DNS record comes first: we can't find it without the domain."""
        for raw in list(self._domains(aws)):
            name, zone = raw["DomainName"], zone_of(raw.get("Tags", {})).get(RECORD_ZONE)
            if zone:
                delete_records(aws, zone, name, _target_of(raw)[TARGET])
            for mapping in mappings(aws, name):
                delete_mapping(aws, name, mapping["ApiMappingId"])
            _delete(aws, name)

    def _domains(self, aws: Aws) -> Iterator[dict[str, Any]]:
        for raw in pages(aws.client("apigatewayv2").get_domain_names):
            ours = tags.room_of(raw.get("Tags", {})) == self._names.room
            if ours and raw["DomainName"] != self._wanted:
                yield raw


def _on_domains(names: Names) -> Grant:
    return verbs(names.api_gateway_arn("domainnames"), names.api_gateway_arn("domainnames/*"))


def _target_of(raw: Mapping[str, Any]) -> dict[str, str]:
    configuration = raw["DomainNameConfigurations"][0]
    target = configuration["ApiGatewayDomainName"].lower()
    return {TARGET: target, TARGET_ZONE: configuration["HostedZoneId"]}


def _read(aws: Aws, name: str) -> dict[str, Any] | None:
    with ignoring(MISSING):
        raw: dict[str, Any] = aws.client("apigatewayv2").get_domain_name(DomainName=name)
        return raw
    return None


def _delete(aws: Aws, name: str) -> None:
    delete = aws.client("apigatewayv2").delete_domain_name
    with ignoring(MISSING):
        retrying(aws, ONE_IN_30_SECONDS, BUSY, lambda: delete(DomainName=name))

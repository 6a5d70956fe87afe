"""The CloudFront distribution: the edge. Visitors reach the page and the API through it.

Quirks:

- Each change takes minutes. Until then, its status is InProgress. We wait for Deployed; a deploy
  that was killed while it waited finds the status, and goes on waiting.
- It can be deleted only when it is disabled, and that is deployed. Some reads are older than the
  last change: right after it, they can still say "enabled" and "Deployed".
- It has no name. We find it by the id in the state, or in the list of all distributions: by its
  comment or its bucket, and then by its tag.
- The caller reference makes creation idempotent. CloudFront remembers it after a deletion, so it
  follows from the id of the access control, which is new whenever the room is.
- Two more tags are of other steps, and no drift here: of the cached page, and of the DNS zone.
- A web ACL stays when the configuration has none: Firewall Manager can have put it there.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.errors import TimedOutError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws, is_this_machine
from beekeeper.provision.engine.step import (
    UNKNOWN,
    AlreadyThere,
    Attributes,
    Found,
    Resource,
    known,
    recorded_output,
)
from beekeeper.provision.engine.wait import Busy, Wait, has_code, ignoring, retrying, until
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names
from beekeeper.provision.resources import outputs as o
from beekeeper.provision.resources.cloudfront import (
    CHANGE,
    OUTDATED,
    TAG_PAGE,
    changing,
    link_of,
    listed,
    tags_of,
)
from beekeeper.provision.resources.distribution_behaviours import (
    behaviours,
    items_of,
    without_function,
)
from beekeeper.provision.resources.distribution_config import (
    TLS,
    Fingerprint,
    api_origin,
    attributes_of,
    fixed_attributes,
    patched,
)
from beekeeper.provision.resources.distribution_errors import Front, explained
from beekeeper.provision.resources.route53 import without_zone, zone_of
from beekeeper.provision.resources.s3 import let_read

MISSING = "NoSuchDistribution"
DEPLOYED = "Deployed"
# Usually 3 to 10 minutes. Terraform's upper bound is 90.
DEPLOY = Wait("CloudFront to deploy the distribution, which takes minutes", 5_400, every=15)
DISABLE = Wait(
    "CloudFront to disable the distribution, which takes minutes, so that it can be deleted",
    5_400,
    every=15,
)
# The list can lack a distribution that was just made.
LISTED = Wait("CloudFront to list the distribution", 30, every=5)


class Distribution(Resource):
    """The distribution."""

    key, kind = "distribution", "distribution"
    needs = ("access control", "headers policy", "page function", "bucket", "page", "keys", "api")

    def __init__(
        self, names: Names, wanted_tags: Mapping[str, str], front: Front, *, has_function: bool
    ) -> None:
        self.name = names.edge_mark
        self._names = names
        self._tags = wanted_tags
        self._front = front
        self._has_function = has_function

    def grants(self) -> Iterable[Grant]:
        verbs = ("Create", "Get", "Update", "Delete")
        actions = [f"{verb}Distribution" for verb in verbs]
        actions += ["GetDistributionConfig", "ListTagsForResource", "TagResource", "UntagResource"]
        yield grant("cloudfront", actions, self._names.cloudfront_arns("distribution"))
        yield unscoped("cloudfront:ListDistributions")

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        endpoint, secret = outputs.get(o.ENDPOINT), outputs.get(o.EDGE_SECRET)
        certificate = self._front.certificate_arn or ""
        acl = {"web_acl": self._front.web_acl_arn} if self._front.web_acl_arn else {}
        return {
            **fixed_attributes(),
            "comment": self.name,
            "status": DEPLOYED,
            "aliases": [self._front.domain_name] if self._front.domain_name else [],
            "certificate": certificate,
            "tls": TLS if certificate else "",
            "page_host": self._names.bucket_host,
            "access_control": known(outputs, o.ACCESS_CONTROL_ID),
            "headers_policy": known(outputs, o.HEADERS_POLICY_ID),
            "api_origin": api_origin(endpoint, outputs[o.API_ID]) if endpoint else UNKNOWN,
            "secret": Fingerprint(secret) if secret else UNKNOWN,
            "behaviours": behaviours(with_tls=not is_this_machine(endpoint or "")),
            "page_function": self._function_for(endpoint or ""),
            **acl,
            "tags": self._tags,
        }

    def _function_for(self, endpoint: str) -> str:
        """Return the ARN of the page's function. An emulator without Node.js would answer 503."""
        can_run = not is_this_machine(endpoint) or shutil.which("node")
        return self._names.page_function_arn if self._has_function and can_run else ""

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        recorded = outputs.get(recorded_output(self.key))
        raw = self._read(aws, recorded) if recorded else None
        # An intent without an id: a deploy was killed while it made one, and the list can lack it.
        if recorded == "":
            self._is_listed(aws)
        raw = raw or next((self._read(aws, each) for each in self._ours(aws)), None)
        if raw is None:
            return None
        distribution = raw["Distribution"]
        config = distribution["DistributionConfig"]
        found_tags = tags_of(aws, distribution["ARN"])
        attributes = {
            **self._attributes(config),
            "status": distribution["Status"],
            "tags": _without_marks(tags.own(found_tags, self._tags)),
        }
        found = Found.tagged(distribution["Id"], attributes, self._names.room)
        if not found.is_ours(recorded=recorded == found.id):
            return found
        return replace(found, outputs={**_addresses(aws, distribution), **zone_of(found_tags)})

    def _attributes(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes of a configuration. Others' functions matter only where ours is."""
        found = attributes_of(config)
        is_others = found["page_function"] != self._names.page_function_arn
        return {**found, "page_function": ""} if is_others and not self._has_function else found

    def _read(self, aws: Aws, distribution_id: str) -> dict[str, Any] | None:
        with ignoring(MISSING):
            raw: dict[str, Any] = aws.client("cloudfront").get_distribution(Id=distribution_id)
            return raw
        return None

    def _ours(self, aws: Aws) -> Iterator[str]:
        """Yield the ids of all distributions with the room's tag."""
        call = aws.client("cloudfront").list_distributions
        for summary in listed(call, "DistributionList"):
            hosts = [origin["DomainName"] for origin in items_of(summary, "Origins")]
            is_alike = summary["Comment"] == self.name or self._names.bucket_host in hosts
            if is_alike and tags.room_of(tags_of(aws, summary["ARN"])) == self._names.room:
                yield summary["Id"]

    def create(self, aws: Aws, desired: Attributes) -> None:
        reference = f"{self._names.edge}-{desired['access_control']}"
        try:
            made = self._new(aws, desired, reference)
        except ClientError as error:
            if not has_code(error, "DistributionAlreadyExists"):
                raise
            if self._is_listed(aws):
                raise AlreadyThere from error  # the answer to an earlier call was lost
            # CloudFront remembers the reference of one that somebody deleted by hand.
            later = f"{reference}-{aws.answered_at(error.response):.0f}"
            made = self._new(aws, desired, later)
        self._wait(aws, made)

    def _new(self, aws: Aws, desired: Attributes, reference: str) -> str:
        create = aws.client("cloudfront").create_distribution_with_tags
        config = {"CallerReference": reference, **patched({}, desired)}
        tagged = {"Items": tags.as_list(desired["tags"])}
        wanted = {"DistributionConfig": config, "Tags": tagged}
        with explained(self._front, self.name):
            return str(create(DistributionConfigWithTags=wanted)["Distribution"]["Id"])

    def _is_listed(self, aws: Aws) -> bool:
        try:
            return until(aws, LISTED, lambda: True if any(self._ours(aws)) else None)
        except TimedOutError:
            return False

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        if "tags" in changes:
            self._put_tags(aws, found, changes["tags"])
        if changes.get("page_function"):
            let_read(aws, self._names, _arn(self._names, found.id))
        outdated = None
        if changes.keys() - {"tags", "status"}:
            # Others can have set a web ACL in the meantime.
            before = {name: v for name, v in found.attributes.items() if name != "web_acl"}
            with explained(self._front, self.name):
                outdated = self._send(aws, found.id, {**before, **changes})
        if changes.keys() - {"tags"}:
            self._wait(aws, found.id, outdated)

    def _put_tags(self, aws: Aws, found: Found, wanted: Mapping[str, str]) -> None:
        client, arn = aws.client("cloudfront"), _arn(self._names, found.id)
        client.tag_resource(Resource=arn, Tags={"Items": tags.as_list(wanted)})
        if gone := tags.removed(found.attributes["tags"], wanted):
            client.untag_resource(Resource=arn, TagKeys={"Items": gone})

    def _send(self, aws: Aws, distribution_id: str, wanted: Attributes) -> str | None:
        """Update the configuration. Return the version that is outdated now, if any."""
        client = aws.client("cloudfront")

        def send() -> str | None:
            raw = client.get_distribution_config(Id=distribution_id)
            version, config = str(raw["ETag"]), raw["DistributionConfig"]
            made = patched(without_function(config, self._names.page_function_arn), wanted)
            if self._attributes(made) == self._attributes(config):
                return None  # the answer to an earlier update was lost
            client.update_distribution(Id=distribution_id, IfMatch=version, DistributionConfig=made)
            return version

        return changing(aws, send)

    def _wait(self, aws: Aws, distribution_id: str, outdated: str | None = None) -> None:
        def is_deployed() -> bool | None:
            raw = self._read(aws, distribution_id)
            if raw is None or raw["ETag"] == outdated:
                return None  # an older state
            return True if raw["Distribution"]["Status"] == DEPLOYED else None

        until(aws, DEPLOY, is_deployed)

    def delete(self, aws: Aws, found: Found) -> None:
        for distribution_id in dict.fromkeys((found.id, *self._ours(aws))):
            with ignoring(MISSING):
                self._disable(aws, distribution_id)
                self._delete(aws, distribution_id)

    def _disable(self, aws: Aws, distribution_id: str) -> None:
        client = aws.client("cloudfront")

        def disable() -> None:
            raw = client.get_distribution_config(Id=distribution_id)
            config = raw["DistributionConfig"]
            if config["Enabled"]:
                disabled = {**config, "Enabled": False}
                client.update_distribution(
                    Id=distribution_id, IfMatch=raw["ETag"], DistributionConfig=disabled
                )

        changing(aws, disable)

    def _delete(self, aws: Aws, distribution_id: str) -> None:
        client = aws.client("cloudfront")

        def disabled_version() -> str | None:
            raw = client.get_distribution(Id=distribution_id)
            distribution = raw["Distribution"]
            is_enabled = distribution["DistributionConfig"]["Enabled"]
            is_done = distribution["Status"] == DEPLOYED and not is_enabled
            return str(raw["ETag"]) if is_done else None

        def delete() -> None:
            version = until(aws, DISABLE, disabled_version)
            client.delete_distribution(Id=distribution_id, IfMatch=version)

        until(aws, DISABLE, disabled_version)  # minutes, which are none of the time below
        # It was disabled, so "not disabled" is an older state (Terraform waits for 3 minutes).
        retrying(aws, CHANGE, (*OUTDATED, Busy("DistributionNotDisabled")), delete)


def _without_marks(found: Mapping[str, str]) -> tags.Tags:
    """Return the tags without those of other steps."""
    return {name: value for name, value in without_zone(found).items() if name != TAG_PAGE}


def _arn(names: Names, distribution_id: str) -> str:
    return names.cloudfront_arns("distribution").removesuffix("*") + distribution_id


def _addresses(aws: Aws, distribution: Mapping[str, Any]) -> dict[str, str]:
    host = distribution["DomainName"]
    ids = {o.EDGE_ID: distribution["Id"], o.EDGE_ARN: distribution["ARN"]}
    return {**ids, o.EDGE_HOST: host, o.EDGE_LINK: link_of(aws, host)}

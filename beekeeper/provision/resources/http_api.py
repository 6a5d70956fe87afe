"""The API Gateway HTTP API.

Quirks:

- Names are not unique. We find the API by its tag, in the list of all APIs. So we create one only
  when we have the room's lease, which is in the table, and look once more just before. If there are
  several all the same, the id in the state file says which one is in use.
- Deleting an API also deletes its routes, integrations and stages, which have no tags.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.errors import ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import (
    AlreadyThere,
    Attributes,
    Found,
    Resource,
    recorded_output,
)
from beekeeper.provision.engine.wait import ignoring, retrying
from beekeeper.provision.grant import Grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.apigateway import (
    BUSY,
    CHANGE,
    MISSING,
    once,
    pages,
    verbs,
)
from beekeeper.provision.resources.outputs import (
    API_ID,
    ENDPOINT,
    OTHER_APIS,
    UNDECIDED_APIS,
    deletion,
)

DESCRIPTION = "Made by Beekeeper: a waiting room."


class Api(Resource):
    """The API."""

    key, kind = "api", "HTTP API"
    needs = ("table",)
    fixed = frozenset({"protocol"})

    def __init__(self, names: Names, wanted_tags: Mapping[str, str], *, has_domain: bool) -> None:
        """Note whether visitors come by a custom domain of API Gateway.

        If they do, its own address can be disabled, because some accounts must do that. A deploy
        then does not change this setting. An edge asks that address, whatever its own name is.
        """
        self.name = names.stem
        self._names = names
        self._tags = wanted_tags
        self._has_domain = has_domain

    def grants(self) -> Iterable[Grant]:
        arn = self._names.api_gateway_arn
        # To save space, one pattern covers both. No other resource begins like this.
        yield verbs(arn("apis*"), examples=(arn("apis"), arn("apis/*")))
        # For the tags of a new HTTP API, AWS was seen to check ".../arn:...::/tags/", an ARN inside
        # an ARN (aws-cloudformation/cloudformation-coverage-roadmap#997). The star covers that.
        tags_of_all = f"{arn('').removesuffix('/')}*/tags/*"
        yield verbs(tags_of_all, examples=(arn("tags/*"),))

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        if others := outputs.get(UNDECIDED_APIS):
            raise ProvisionError(
                f"There are several HTTP APIs with the tag of room {self._names.room}, and the"
                f" state names none of them: {others}. Keep the one whose link is in use, and"
                f" delete the others: {deletion('ID', self._names.region)}"
            )
        wanted = {
            "name": self.name,
            "description": DESCRIPTION,
            "protocol": "HTTP",
            "tags": self._tags,
        }
        return wanted if self._has_domain else {**wanted, "endpoint_disabled": False}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        room = self._names.room
        apis = list(pages(aws.client("apigatewayv2").get_apis))
        ours = self._tagged(apis)
        # If no API has our tag, use the id in the state file. Other APIs can have the same name.
        recorded = [a for a in apis if a["ApiId"] == outputs.get(recorded_output(self.key))]
        chosen = [api for api in recorded if api in ours] or ours or recorded
        if not chosen:
            return None
        api = chosen[0]
        others = ", ".join(a["ApiId"] for a in ours if a is not api)
        found_tags = tags.own(api.get("Tags", {}), self._tags)
        attributes = {
            "name": api["Name"],
            "description": api.get("Description"),
            "protocol": api["ProtocolType"],
            "endpoint_disabled": api.get("DisableExecuteApiEndpoint", False),
            "tags": found_tags,
        }
        put_out = {API_ID: api["ApiId"], ENDPOINT: api["ApiEndpoint"]}
        if others and api in recorded:
            put_out[OTHER_APIS] = others
        elif others:
            put_out[UNDECIDED_APIS] = f"{api['ApiId']}, {others}"
        return Found.tagged(api["ApiId"], attributes, room, put_out)

    def _tagged(self, apis: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        room = self._names.room
        return [api for api in apis if tags.room_of(api.get("Tags", {})) == room]

    def create(self, aws: Aws, desired: Attributes) -> None:
        if self.find(aws, {}):
            raise AlreadyThere  # another machine's first deploy was faster
        create = aws.client("apigatewayv2", once=True).create_api

        def find() -> str | None:
            return found.id if (found := self.find(aws, {})) else None

        once(
            aws,
            lambda: create(
                Name=self.name,
                ProtocolType="HTTP",
                Description=DESCRIPTION,
                Tags=dict(desired["tags"]),
            )["ApiId"],
            find,
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("apigatewayv2")
        wire: dict[str, dict[str, Any]] = {
            "name": {"Name": self.name},
            "description": {"Description": DESCRIPTION},
            "endpoint_disabled": {"DisableExecuteApiEndpoint": False},
        }
        if sent := {k: v for name in wire.keys() & changes.keys() for k, v in wire[name].items()}:
            retrying(aws, CHANGE, BUSY, lambda: client.update_api(ApiId=found.id, **sent))
        if "tags" in changes:
            arn, wanted = self._names.api_gateway_arn(f"apis/{found.id}"), dict(changes["tags"])
            tag, untag = client.tag_resource, client.untag_resource
            retrying(aws, CHANGE, BUSY, lambda: tag(ResourceArn=arn, Tags=wanted))
            if gone := tags.removed(found.attributes["tags"], wanted):
                retrying(aws, CHANGE, BUSY, lambda: untag(ResourceArn=arn, TagKeys=gone))

    def delete(self, aws: Aws, found: Found) -> None:
        client = aws.client("apigatewayv2")
        tagged = [api["ApiId"] for api in self._tagged(pages(client.get_apis))]
        for api_id in {found.id: None, **dict.fromkeys(tagged)}:
            with ignoring(MISSING):
                retrying(aws, CHANGE, BUSY, functools.partial(client.delete_api, ApiId=api_id))

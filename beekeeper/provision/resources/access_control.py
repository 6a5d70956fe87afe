"""The origin access control (OAC), with which CloudFront signs its requests to the private bucket.

Quirks:

- It has no tags. Its name is unique in the account, and its description says whose it is.
- It can't be deleted while a distribution uses it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import (
    Attributes,
    Found,
    Owner,
    Resource,
    new_only,
    recorded_output,
)
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.cloudfront import (
    changing,
    deleting,
    grants_for,
    listed,
    recorded_first,
)
from beekeeper.provision.resources.outputs import ACCESS_CONTROL_ID

MISSING = "NoSuchOriginAccessControl"
EXISTS = "OriginAccessControlAlreadyExists"
IN_USE = "OriginAccessControlInUse"
# What the API calls our attributes.
MEMBERS = {
    "name": "Name",
    "description": "Description",
    "origin_type": "OriginAccessControlOriginType",
    "signing": "SigningBehavior",
    "protocol": "SigningProtocol",
}


class AccessControl(Resource):
    """The origin access control."""

    key, kind = "access control", "origin access control"

    def __init__(self, names: Names) -> None:
        self.name = names.edge
        self._names = names

    def grants(self) -> Iterable[Grant]:
        return grants_for(
            self._names, "OriginAccessControl", "OriginAccessControls", "origin-access-control"
        )

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "name": self.name,
            "description": self._names.edge_mark,
            "origin_type": "s3",
            "signing": "always",
            "protocol": "sigv4",
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        call = aws.client("cloudfront").list_origin_access_controls
        every = list(listed(call, "OriginAccessControlList"))
        recorded = outputs.get(recorded_output(self.key))
        for raw in recorded_first(every, recorded, lambda each: each["Name"] == self.name):
            attributes = {name: raw.get(member, "") for name, member in MEMBERS.items()}
            is_ours = attributes["description"] == self._names.edge_mark
            return Found(
                raw["Id"],
                attributes,
                Owner.OURS if is_ours else Owner.UNTAGGED,
                {ACCESS_CONTROL_ID: raw["Id"]},
                "somebody else (its description does not name the room)",
            )
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("cloudfront").create_origin_access_control
        with new_only(EXISTS):
            create(OriginAccessControlConfig=_wire(desired))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        wanted = _wire({**found.attributes, **changes})
        update, which = aws.client("cloudfront").update_origin_access_control, {"Id": found.id}
        changing(
            aws,
            lambda: update(
                **which, IfMatch=self._version(aws, found.id), OriginAccessControlConfig=wanted
            ),
        )

    def delete(self, aws: Aws, found: Found) -> None:
        delete = aws.client("cloudfront").delete_origin_access_control
        with ignoring(MISSING):
            deleting(aws, IN_USE, lambda: delete(Id=found.id, IfMatch=self._version(aws, found.id)))

    def _version(self, aws: Aws, access_control_id: str) -> str:
        get = aws.client("cloudfront").get_origin_access_control
        return str(get(Id=access_control_id)["ETag"])


def _wire(attributes: Attributes) -> dict[str, Any]:
    return {member: attributes[name] for name, member in MEMBERS.items()}

"""IAM roles: one for each function, with one inline policy.

Quirks:

- IAM is global and eventually consistent. A new role can be invisible for a while, and Lambda can't
  assume it for some seconds (function.py waits for that).
- IAM returns policies with scalars instead of one-element lists, or the reverse. So we compare
  policies by their meaning.
- A re-created role has the old ARN but a new RoleId. What AWS granted to the old role is void.
- The path is a part of the ARN, but not of the name: two roles can't differ only in the path. As
  long as a role does not exist, IAM knows no path for it. So a policy must allow GetRole on the ARN
  without the path, too.
- With a permissions boundary, a role can do only what both the boundary and its policy allow.
  Whoever can create a role without one, and pass it to a function, can do anything. So if the
  configuration has a boundary, the deployer's policy allows creating a role, and writing its
  policy, only with this boundary, and never allows removing it. If the configuration has none, we
  leave a role's boundary alone, because others may have set it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, new_only
from beekeeper.provision.engine.wait import Busy, Wait, has_code, ignoring, retrying, until
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.policies import Conditions, Document, as_document, document, same_meaning
from beekeeper.provision.resources.outputs import role_id

LAMBDA = "lambda.amazonaws.com"
MISSING = "NoSuchEntity"
EXISTS = "EntityAlreadyExists"
POLICY_NAME = "beekeeper"
DESCRIPTION = "Made by Beekeeper for one function of a waiting room."
VISIBLE = Wait("IAM to show the new role", 60)
# The Terraform provider retries these for two minutes.
BUSY = (Busy("ConcurrentModification"), Busy("ConcurrentModificationException"))
DELETING = (*BUSY, Busy("DeleteConflict"))
# What could give a role more than its deployer has, unless a boundary is required.
BOUNDED = ("CreateRole", "PutRolePolicy")
CHANGE = Wait("IAM to accept a change", 120, every=2)


def trust(service: str = LAMBDA) -> Document:
    """Return the policy that lets a service assume a role. It is the same in all partitions."""
    return document(
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    )


def _only_with(boundary: str) -> Conditions:
    return {"StringEquals": {"iam:PermissionsBoundary": boundary}}


class Role(Resource):
    """The role of one function."""

    kind: ClassVar[str] = "role"
    fixed = frozenset({"path"})

    def __init__(
        self,
        part: str,
        names: Names,
        policy: Document,
        wanted_tags: Mapping[str, str],
        path: str = "/",
        boundary: str | None = None,
    ) -> None:
        self.key, self.name = f"role {part}", names.role(part)
        self._part = part
        self._room = names.room
        self._arn, self._arn_without_path = names.role_arn(part, path), names.role_arn(part)
        self._path, self._boundary = path, boundary
        self._policy = policy
        self._trust = trust()
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = [
            "GetRole",
            "DeleteRole",
            "UpdateRole",
            "UpdateAssumeRolePolicy",
            "ListRolePolicies",
            "GetRolePolicy",
            "DeleteRolePolicy",
            "ListAttachedRolePolicies",
            "DetachRolePolicy",
            "ListInstanceProfilesForRole",
            "ListRoleTags",
            "TagRole",
            "UntagRole",
        ]
        if self._boundary is None:
            yield grant("iam", [*actions, *BOUNDED], self._arn)
        else:
            yield grant("iam", actions, self._arn)
            bounded, condition = (
                [*BOUNDED, "PutRolePermissionsBoundary"],
                _only_with(self._boundary),
            )
            yield grant("iam", bounded, self._arn, statement="BoundRoles", condition=condition)
        if self._arn != self._arn_without_path:
            yield grant("iam", ["GetRole"], self._arn_without_path, statement="FindRoles")
        to_lambda = {"StringEquals": {"iam:PassedToService": LAMBDA}}
        yield grant("iam", ["PassRole"], self._arn, statement="PassRoles", condition=to_lambda)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        wanted = {
            "path": self._path,
            "description": DESCRIPTION,
            "trust": same_meaning(self._trust),
            "policies": {POLICY_NAME: same_meaning(self._policy)},
            "tags": self._tags,
        }
        return wanted if self._boundary is None else {**wanted, "boundary": self._boundary}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        iam = aws.client("iam")
        try:
            role = iam.get_role(RoleName=self.name)["Role"]
            names = self._policy_names(aws)
            policies = {
                name: same_meaning(
                    as_document(
                        iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"]
                    )
                )
                for name in names
            }
            raw_tags = iam.get_paginator("list_role_tags").paginate(RoleName=self.name)
            found_tags = tags.from_list((t for page in raw_tags for t in page["Tags"]), self._tags)
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        attributes = {
            "path": role["Path"],
            "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "description": role.get("Description"),
            "trust": same_meaning(as_document(role["AssumeRolePolicyDocument"])),
            "policies": policies,
            "tags": found_tags,
        }
        put_out = {role_id(self._part): role["RoleId"]}
        return Found.tagged(role["Arn"], attributes, self._room, put_out)

    def _policy_names(self, aws: Aws) -> list[str]:
        pages = aws.client("iam").get_paginator("list_role_policies").paginate(RoleName=self.name)
        return [name for page in pages for name in page["PolicyNames"]]

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("iam").create_role
        wanted = {
            "RoleName": self.name,
            "AssumeRolePolicyDocument": json.dumps(self._trust),
            "Description": DESCRIPTION,
            "Path": self._path,
            "Tags": tags.as_list(desired["tags"]),
        }
        bounded = {"PermissionsBoundary": self._boundary} if self._boundary else {}
        with new_only(EXISTS), self._explained():
            retrying(aws, CHANGE, BUSY, lambda: create(**wanted, **bounded))
        until(aws, VISIBLE, lambda: self.find(aws, {}))
        self._put_policy(aws)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise ProvisionError when IAM does not know the permissions boundary."""
        try:
            yield
        except ClientError as error:
            message = error.response["Error"].get("Message", "")
            if not has_code(error, MISSING) or "Scope ARN" not in message:
                raise
            raise ProvisionError(
                f"setting the boundary of role {self.name}: {message} Correct"
                " permissions_boundary, or ask those who manage your account for the policy's ARN."
            ) from error

    def _put_policy(self, aws: Aws) -> None:
        document = json.dumps(self._policy)
        put = aws.client("iam").put_role_policy
        missing_yet = Busy(MISSING)
        retrying(
            aws,
            CHANGE,
            (*BUSY, missing_yet),
            lambda: put(RoleName=self.name, PolicyName=POLICY_NAME, PolicyDocument=document),
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        retrying(aws, CHANGE, BUSY, lambda: self._update(aws, found, changes))

    def _update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        iam = aws.client("iam")
        if "boundary" in changes:  # first, because the deployer may write no policy without it
            with self._explained():
                iam.put_role_permissions_boundary(
                    RoleName=self.name, PermissionsBoundary=changes["boundary"]
                )
        if "description" in changes:
            iam.update_role(RoleName=self.name, Description=DESCRIPTION)
        if "trust" in changes:
            iam.update_assume_role_policy(
                RoleName=self.name, PolicyDocument=json.dumps(self._trust)
            )
        if "policies" in changes:
            self._put_policy(aws)
            for name in found.attributes["policies"].keys() - {POLICY_NAME}:
                _unless_gone(iam.delete_role_policy, RoleName=self.name, PolicyName=name)
        if "tags" in changes:
            iam.tag_role(RoleName=self.name, Tags=tags.as_list(changes["tags"]))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                iam.untag_role(RoleName=self.name, TagKeys=gone)

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring(MISSING):
            retrying(aws, CHANGE, DELETING, lambda: self._delete(aws))

    def _delete(self, aws: Aws) -> None:
        """Delete everything that is attached to the role, by us or by others, then the role."""
        iam = aws.client("iam")
        profiles = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=self.name)
        for profile in [p for page in profiles for p in page["InstanceProfiles"]]:
            name = profile["InstanceProfileName"]
            remove = iam.remove_role_from_instance_profile
            _unless_gone(remove, InstanceProfileName=name, RoleName=self.name)
        attached = iam.get_paginator("list_attached_role_policies").paginate(RoleName=self.name)
        for policy in [p for page in attached for p in page["AttachedPolicies"]]:
            arn = policy["PolicyArn"]
            _unless_gone(iam.detach_role_policy, RoleName=self.name, PolicyArn=arn)
        for name in self._policy_names(aws):
            _unless_gone(iam.delete_role_policy, RoleName=self.name, PolicyName=name)
        iam.delete_role(RoleName=self.name)


def _unless_gone(call: Callable[..., Any], **arguments: Any) -> None:
    """Detach something from the role. Success if it is already gone.

    If the first answer is lost, botocore's retry gets NoSuchEntity. This is about the policy, and
    does not mean that the role is gone.
    """
    with ignoring(MISSING):
        call(**arguments)

"""IAM roles: one for each function, with one inline policy.

Quirks. IAM is global and eventually consistent: what was just made may not be found, and Lambda
can't assume a new role for some seconds (that wait is Lambda's, in function.py). Policies come back
with scalars for one-element lists and the other way round, so they are compared by meaning. A role
that is made again has the old ARN but another RoleId, and what AWS granted to the old one is void.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from botocore.exceptions import ClientError

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import AlreadyThere, Attributes, Found
from beekeeper.provision.engine.wait import Busy, Wait, has_code, retrying, until
from beekeeper.provision.policies import same_meaning

MISSING = "NoSuchEntity"
EXISTS = "EntityAlreadyExists"
POLICY_NAME = "beekeeper"
DESCRIPTION = "Made by Beekeeper for one function of a waiting room."
VISIBLE = Wait("IAM to show the new role", 60)
# The Terraform provider retries these for two minutes.
BUSY = (Busy("ConcurrentModification"), Busy("ConcurrentModificationException"))
DELETING = (*BUSY, Busy("DeleteConflict"))
CHANGE = Wait("IAM to take a change", 120, every=2)


def role_id(part: str) -> str:
    """Return the output that has the id of a function's role: another one each time it is made."""
    return f"role {part} id"


class Role:
    """The role of one function."""

    kind: ClassVar[str] = "role"
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        part: str,
        name: str,
        policy: dict[str, Any],
        trust: dict[str, Any],
        wanted_tags: Mapping[str, str],
    ) -> None:
        self.key, self.name = f"role {part}", name
        self.needs: tuple[str, ...] = ()
        self._part = part
        self._policy = policy
        self._trust = trust
        self._tags = wanted_tags

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "description": DESCRIPTION,
            "trust": same_meaning(self._trust),
            "policies": {POLICY_NAME: same_meaning(self._policy)},
            "tags": self._tags,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        iam = aws.client("iam")
        try:
            role = iam.get_role(RoleName=self.name)["Role"]
            names = self._policy_names(aws)
            policies = {
                name: same_meaning(
                    _document(
                        iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"]
                    )
                )
                for name in names
            }
            raw_tags = iam.get_paginator("list_role_tags").paginate(RoleName=self.name)
            found_tags = tags.from_list(t for page in raw_tags for t in page["Tags"])
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        attributes = {
            "description": role.get("Description"),
            "trust": same_meaning(_document(role["AssumeRolePolicyDocument"])),
            "policies": policies,
            "tags": found_tags,
        }
        put_out = {role_id(self._part): role["RoleId"]}
        return Found(role["Arn"], attributes, tags.owner_of(found_tags), put_out)

    def _policy_names(self, aws: Aws) -> list[str]:
        pages = aws.client("iam").get_paginator("list_role_policies").paginate(RoleName=self.name)
        return [name for page in pages for name in page["PolicyNames"]]

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("iam").create_role
        try:
            retrying(
                aws,
                CHANGE,
                BUSY,
                lambda: create(
                    RoleName=self.name,
                    AssumeRolePolicyDocument=json.dumps(self._trust),
                    Description=DESCRIPTION,
                    Tags=tags.as_list(desired["tags"]),
                ),
            )
        except ClientError as error:
            if has_code(error, EXISTS):
                raise AlreadyThere from error
            raise
        until(aws, VISIBLE, lambda: self.find(aws, {}))
        self._put_policy(aws)

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
        try:
            retrying(aws, CHANGE, DELETING, lambda: self._delete(aws))
        except ClientError as error:
            if not has_code(error, MISSING):
                raise

    def _delete(self, aws: Aws) -> None:
        """Delete all that hangs on the role, whoever put it there, then the role."""
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
    """Take off what hangs on the role.

    When the first answer was lost, botocore's repetition says NoSuchEntity: of the policy. That is
    no sign that the role is gone.
    """
    try:
        call(**arguments)
    except ClientError as error:
        if not has_code(error, MISSING):
            raise


def _document(value: Any) -> Any:
    return json.loads(unquote(value)) if isinstance(value, str) else value

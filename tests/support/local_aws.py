"""A room on the local AWS: what it was deployed with, how to reach it, what its table says."""

import itertools
import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session

import beekeeper
from beekeeper.contract import items
from beekeeper.local.ministack import KEY, REGION, MiniStack, local_session
from beekeeper.local.shop import Shop

DECISION = "iam decision: "  # as iam_gaps.py writes it


@dataclass(frozen=True)
class Decision:
    """What IAM decided on a call."""

    action: str
    resource: str
    allowed: bool


class StrictAws(MiniStack):
    """A local AWS that enforces IAM, with what MiniStack's IAM lacks."""

    program = (str(Path(__file__).with_name("iam_gaps.py")),)

    def __init__(self) -> None:
        super().__init__(enforce_iam=True)

    def decisions(self, session: Session) -> list[Decision]:
        """Return what IAM decided on the calls of a user so far."""
        key = session.get_credentials().access_key
        lines = self.log_path.read_text(errors="replace").splitlines()
        found = [json.loads(x.partition(DECISION)[2]) for x in lines if DECISION in x]
        return [
            Decision(f["action"], f["resource"], f["allowed"]) for f in found if f["key"] == key
        ]


NewUser = Callable[[MiniStack, Sequence[dict[str, Any]]], Session]
numbers = itertools.count(1)


def made_user(undo: ExitStack, aws: MiniStack, policies: Sequence[dict[str, Any]]) -> Session:
    """Make an IAM user with only these managed policies, and note how to remove it."""
    iam, user = aws.session().client("iam"), f"user-{next(numbers)}"
    iam.create_user(UserName=user)
    undo.callback(iam.delete_user, UserName=user)
    for number, policy in enumerate(policies):
        document = json.dumps(policy)
        made = iam.create_policy(PolicyName=f"{user}-{number}", PolicyDocument=document)
        arn = made["Policy"]["Arn"]
        undo.callback(iam.delete_policy, PolicyArn=arn)
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
        undo.callback(iam.detach_user_policy, UserName=user, PolicyArn=arn)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    undo.callback(iam.delete_access_key, UserName=user, AccessKeyId=key["AccessKeyId"])
    return local_session(aws.endpoint_url, key["AccessKeyId"], key["SecretAccessKey"])


@dataclass
class DeployedRoom:
    """A room and the shop that it protects."""

    handle: beekeeper.Room
    name: str
    url: str
    shop: Shop
    session: Session
    state_dir: Path

    def status(self) -> beekeeper.Status:
        return self.handle.status()

    def set_mode(self, change: Callable[[beekeeper.Room], object]) -> None:
        change(self.handle)


DeployRoom = Callable[..., DeployedRoom]


def exported(endpoint_url: str) -> dict[str, str]:
    """Return what `python -m beekeeper local` tells its user to export."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": REGION,
    }


def environment(endpoint_url: str, state_dir: Path) -> dict[str, str]:
    """Return the environment of a process that uses the local AWS, and nothing of ours in AWS."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | exported(endpoint_url) | {"BEEKEEPER_STATE_DIR": str(state_dir)}


def admissions(session: Session, room: str) -> list[float]:
    """Return when each visitor was admitted, in order, from the table itself."""
    scan = session.client("dynamodb").get_paginator("scan")
    pages = scan.paginate(TableName=f"beekeeper-{room}", ConsistentRead=True)
    rows = (item for page in pages for item in page["Items"])
    of_visitors = (row for row in rows if row["id"]["S"].startswith(items.VISITOR_PREFIX))
    return sorted(float(row["admitted_at"]["N"]) for row in of_visitors)

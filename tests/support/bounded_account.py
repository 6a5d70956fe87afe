"""An account with a permissions boundary, and a user who has only the printed policies."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session

import beekeeper
from beekeeper.config import RoomConfig
from beekeeper.diagnosis import policies
from beekeeper.provision.aws import Aws
from beekeeper.provision.names import Names
from beekeeper.provision.policies import allow, document
from tests.support.local_aws import NewUser, StrictAws

NAME, PATH = "bounded", "/events/"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = json.dumps(document(allow(["*"], "*")))
# What an account's administrators would allow all functions of events: no IAM, for example.
LIMIT = document(
    allow(["dynamodb:*", "lambda:InvokeFunction", "logs:*", "s3:GetObject", "sqs:*"], "*")
)


@dataclass
class Account:
    """An account whose administrators made a boundary, and a user with the printed policies."""

    aws: StrictAws
    root: Session
    user: Session
    config: RoomConfig
    names: Names
    state_dir: Path
    policies: Sequence[dict[str, Any]]

    @property
    def place(self) -> dict[str, Any]:
        return {"session": self.user, "state_dir": self.state_dir}

    @property
    def user_name(self) -> str:
        arn = self.user.client("sts").get_caller_identity()["Arn"]
        return str(arn).rpartition("/")[2]

    def deploy(self, **values: Any) -> beekeeper.Room:
        return beekeeper.deploy({**self.config.model_dump(), **values}, **self.place)

    def role(self, part: str = "room") -> str:
        return self.names.role(part)

    def close(self) -> None:
        """Remove the room and the boundary."""
        beekeeper.destroy(NAME, session=self.root, state_dir=self.state_dir)
        boundary = self.config.permissions_boundary
        self.root.client("iam").delete_policy(PolicyArn=boundary)


OpenAccount = Callable[[StrictAws], Account]


def opened_account(aws: StrictAws, new_user: NewUser, state_dir: Path) -> Account:
    """Make a boundary, and a user who has only the policies printed for it."""
    root, limit = aws.session(), json.dumps(LIMIT)
    made = root.client("iam").create_policy(PolicyName="boundary", PolicyDocument=limit)
    config = RoomConfig(
        name=NAME,
        destination="https://shop.example.com/",
        rate=600,
        permissions_boundary=made["Policy"]["Arn"],
        role_path=PATH,
    )
    printed = policies(config, session=root)
    user = new_user(aws, printed)
    return Account(aws, root, user, config, Aws(root).names(NAME), state_dir, printed)


def zipped(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("theirs.py", code)
    return content.getvalue()

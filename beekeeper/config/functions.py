"""What the functions run on, and what an organisation requires of their roles."""

import re
from typing import Annotated, Literal, TypedDict

from pydantic import AfterValidator

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import described

# The characters that IAM accepts in a policy's name and path. A role's path is part of ARNs in the
# deployer's policy, where * and ? would be patterns. So these are refused, though IAM allows them.
BOUNDARY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", re.ASCII)
ROLE_PATH = re.compile(r"/(?:[\w+=,.@-]+/)*", re.ASCII)
MAX_PATH_CHARACTERS = 512
RESERVED_PATHS = ("/aws-service-role/", "/aws-reserved/")


class FunctionsValues(TypedDict, total=False):
    """The fields of :class:`Functions` as keyword arguments."""

    architecture: Literal["arm64", "x86_64"]
    permissions_boundary: str | None
    role_path: str


def _permissions_boundary(value: str) -> str:
    if not BOUNDARY_ARN.fullmatch(value):
        raise ValueError(
            "give the ARN of a managed policy in IAM, such as"
            " arn:aws:iam::123456789012:policy/boundary"
        )
    return value


def _role_path(value: str) -> str:
    if not ROLE_PATH.fullmatch(value) or len(value) > MAX_PATH_CHARACTERS:
        raise ValueError(
            "give a path that begins and ends with a slash, such as /events/: letters, digits and"
            f" _+=,.@- between the slashes, at most {MAX_PATH_CHARACTERS} characters"
        )
    if value.startswith(RESERVED_PATHS):
        raise ValueError("AWS keeps this path for roles of its own. Choose another path")
    return value


class Functions(Essentials):
    """The processors of the functions, and the boundary and the path of their roles."""

    architecture: Literal["arm64", "x86_64"] = described(
        "the processors that the functions run on; `x86_64` is for regions that have no `arm64`,"
        " and costs a quarter more for the same time",
        default="arm64",
    )
    permissions_boundary: Annotated[str, AfterValidator(_permissions_boundary)] | None = described(
        "the managed policy (its ARN) that is the permissions boundary of all roles of the room",
        default=None,
    )
    role_path: Annotated[str, AfterValidator(_role_path)] = described(
        "the path in IAM of the room's roles, such as `/events/`", default="/"
    )


def account_in(boundary: str) -> str:
    """Return the account of a permissions boundary. It is ``aws`` for a policy of AWS itself."""
    return boundary.split(":")[4]

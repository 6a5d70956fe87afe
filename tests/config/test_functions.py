"""What an organisation requires of roles, and the processors: checked before AWS is touched."""

import pytest

from beekeeper.errors import ConfigError
from tests.support.rooms import config

BOUNDARY = "arn:aws:iam::123456789012:policy/teams/boundary"


def test_without_settings_roles_are_as_before() -> None:
    room = config()
    assert (room.architecture, room.role_path, room.permissions_boundary) == ("arm64", "/", None)


@pytest.mark.parametrize(
    "arn",
    [
        BOUNDARY,
        "arn:aws:iam::aws:policy/PowerUserAccess",
        "arn:aws-cn:iam::1" + "0" * 11 + ":policy/b",
    ],
)
def test_a_boundary_is_a_managed_policy(arn: str) -> None:
    assert config(permissions_boundary=arn).permissions_boundary == arn


@pytest.mark.parametrize(
    "arn",
    ["boundary", "arn:aws:iam::123456789012:role/x", "arn:aws:iam::123:policy/x", BOUNDARY + "*"],
)
def test_what_is_no_managed_policy_is_refused(arn: str) -> None:
    with pytest.raises(ConfigError, match=r"permissions_boundary = .* give the ARN of a managed"):
        config(permissions_boundary=arn)


@pytest.mark.parametrize("path", ["/", "/events/", "/teams/events@eu/"])
def test_a_path_has_slashes_at_both_ends(path: str) -> None:
    assert config(role_path=path).role_path == path


@pytest.mark.parametrize(
    "path", ["", "events", "/events", "events/", "//", "/a b/", "/*/", "/a?/", f"/{'a' * 511}/"]
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(ConfigError, match=r"role_path = .* such as /events/"):
        config(role_path=path)


def test_a_path_of_aws_is_refused() -> None:
    with pytest.raises(ConfigError, match="AWS keeps this path"):
        config(role_path="/aws-service-role/x/")


def test_other_processors_are_refused() -> None:
    assert config(architecture="x86_64").architecture == "x86_64"
    with pytest.raises(ConfigError, match="architecture = 'arm'"):
        config(architecture="arm")

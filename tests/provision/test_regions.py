"""A region that does not exist is refused by name, before AWS is called."""

from pathlib import Path

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.errors import ConfigError
from beekeeper.provision.aws import Aws
from beekeeper.provision.checks.region import region
from beekeeper.provision.regions import check_region, regions_of
from beekeeper.results import Verdict
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import BASE, ROOM

SLIP = r"There is no region eu-cental-1\. Did you mean eu-central-1\?"


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("eu-cental-1", "eu-central-1"),
        ("EU-West-1", "eu-west-1"),
        ("us-gov-wst-1", "us-gov-west-1"),
        ("cn-north-2", "cn-north-1"),
        ("aws-global", None),
        ("Ireland", None),
    ],
)
def test_a_slip_is_answered_with_the_nearest_region(slip: str, meant: str | None) -> None:
    with pytest.raises(ConfigError, match=f"There is no region {slip}") as caught:
        check_region(slip)
    said = f"Did you mean {meant}?" if meant else "Give one such as eu-central-1"
    assert said in str(caught.value)
    assert "upgrade boto3" in str(caught.value)


def test_every_partition_has_its_own_regions() -> None:
    assert {"eu-central-1", "us-east-1"} <= set(regions_of("aws"))
    assert "cn-north-1" in regions_of("aws-cn")
    assert "cn-north-1" not in regions_of("aws")
    for known in (*regions_of("aws"), *regions_of("aws-us-gov")):
        check_region(known)


def test_a_region_without_a_service_is_a_warning(cloud: Cloud) -> None:
    aws = Aws(cloud.session, region="us-isof-east-1")
    found = region(aws, "arm64", has_functions=False)
    assert (found.verdict, found.text) == (
        Verdict.WARNING,
        "boto3 does not know apigatewayv2 in us-isof-east-1.",
    )


def test_no_way_to_name_a_region_reaches_aws(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**BASE, "region": "eu-cental-1"}
    for call in (beekeeper.deploy, beekeeper.plan, beekeeper.destroy):
        with pytest.raises(ConfigError, match=SLIP):
            call(given, session=cloud.session)
    assert beekeeper.doctor(given, session=cloud.session).has_problems
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-cental-1")
    with pytest.raises(ConfigError, match=SLIP):
        Aws()
    assert cloud.wire.calls == []


@pytest.mark.parametrize(
    "typed",
    [
        f"status --room {ROOM}",
        f"pause --room {ROOM}",
        f"destroy --yes --room {ROOM}",
        "list",
        "init --name x --destination https://x.example/ --rate 1",
        "estimate --visitors 10 --rate 600",
    ],
)
def test_every_command_refuses_it(
    typed: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*typed.split(), "--region", "eu-cental-1"]) == 1
    assert "There is no region eu-cental-1. Did you mean eu-central-1?" in capsys.readouterr().err
    assert cloud.wire.calls == []
    assert not Path("beekeeper.toml").exists()

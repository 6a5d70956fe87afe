"""moto's AWS in this process, behind a wire that records and fails: see wire.py and cloud.py."""

import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import botocore.handlers
import botocore.retries.quota
import botocore.session
import pytest
from botocore.loaders import create_loader
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core import responses
from moto.core.models import botocore_stubber
from moto.core.utils import method_names_from_class

import beekeeper
from tests.support.moto_aws import team as team_state
from tests.support.moto_aws.cloud import Cloud, Session
from tests.support.moto_aws.moto_gaps import (
    GAPS,
    consumer_publishes,
    ignore_policy_conditions,
    keep_logging,
)
from tests.support.moto_aws.tape import Moment
from tests.support.moto_aws.wire import Switchboard, Wire
from tests.support.rooms import BASE, REGION, ROOM


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    """One session for all tests of a process: loading the models of the services takes seconds."""
    switchboard = Switchboard()
    made = Session(switchboard)
    made.events.unregister("before-send", botocore_stubber)  # the wire asks it
    for event, handle in switchboard.handlers:
        made.events.register(event, handle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.retries.quota, "RetryQuota", made.quota)
        # This takes a fifth of the time of a call, and gives the same result each time.
        patch.setattr(UserAgentString, "to_string", lambda self: "tests")
        # Commands make sessions of their own. All of them take the services' models from here.
        patch.setattr(botocore.session, "create_loader", functools.cache(create_loader))
        names = functools.cache(method_names_from_class)
        patch.setattr(responses, "method_names_from_class", names)
        yield made


@pytest.fixture
def cloud(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """An empty AWS account."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "BEEKEEPER_STATE_DIR": str(tmp_path / "state"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    ignore_policy_conditions(monkeypatch)
    keep_logging(monkeypatch)
    wire = session.switchboard.wire = Wire(GAPS)
    session.refill()
    made = Cloud(session, wire, tmp_path / "state")
    # Commands make a session of their own.
    others = [known for known in botocore.handlers.BUILTIN_HANDLERS if known[1] != botocore_stubber]
    handlers = [*others, *session.switchboard.handlers]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", handlers)
    # fsync takes a tenth of the time of a test. No test cuts the power.
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    # The pauses between the retries of botocore also use the fake clock.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=made.time.sleep))
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield made


@pytest.fixture
def where(cloud: Cloud) -> dict[str, Any]:
    """What the public functions are given besides a room."""
    return {"session": cloud.session, "state_dir": cloud.state_dir}


@pytest.fixture(scope="session")
def first_room() -> list[tuple[Moment, float]]:
    """What a process's first deploy by the public functions left, and when."""
    return []


@pytest.fixture
def deployed_room(
    cloud: Cloud, where: dict[str, Any], first_room: list[tuple[Moment, float]]
) -> beekeeper.Room:
    """A room in an account, deployed by the public functions: its state has a link, too."""
    go_to(first_room, cloud, lambda: beekeeper.deploy(BASE, **where))
    return beekeeper.Room(ROOM, **where)


@pytest.fixture
def consumer(cloud: Cloud) -> None:
    """A consumer that publishes as soon as it is invoked, as in AWS."""
    cloud.wire.gaps = (consumer_publishes, *cloud.wire.gaps)


@pytest.fixture
def team(cloud: Cloud) -> Cloud:
    """An account with a team's bucket."""
    cloud.make_bucket(team_state.BUCKET)
    cloud.wire.clear()
    return cloud


@pytest.fixture
def zone(cloud: Cloud) -> str:
    """The id of a hosted zone for example.com."""
    made = cloud.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")
    cloud.wire.clear()
    zone_id: str = made["HostedZone"]["Id"]
    return zone_id.removeprefix("/hostedzone/")


@pytest.fixture(scope="session")
def first_deploy() -> list[tuple[Moment, float]]:
    """What the first deploy of a process left, and when. A deploy takes half of a test's time."""
    return []


@pytest.fixture
def deployed(cloud: Cloud, first_deploy: list[tuple[Moment, float]]) -> Cloud:
    """An account with a room in it."""
    go_to(first_deploy, cloud, cloud.deploy)
    return cloud


def go_to(kept: list[tuple[Moment, float]], cloud: Cloud, deploy: Callable[[], object]) -> None:
    """Bring the account to what a deploy leaves. Only the first one of a process takes place."""
    if not kept:
        deploy()
        kept.append((Moment.now(cloud), cloud.time.now))
    moment, cloud.time.now = kept[0]
    moment.restore(cloud)
    cloud.wire.clear()
    cloud.events.clear()

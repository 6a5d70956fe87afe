"""Every command that calls AWS, on a bad day: one clear sentence, no traceback, exit code 1.

A new command is tried without a word here, if what it needs can be found in its parser.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

import beekeeper
from beekeeper.cli.command import Command, commands_of
from beekeeper.cli.main import CHANGING, main, parser
from beekeeper.errors import ProvisionError
from beekeeper.provision import credentials
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.fixtures import go_to
from tests.support.moto_aws.tape import Moment
from tests.support.moto_aws.wire import READS, Call, Forward, Refusal, refuse
from tests.support.rooms import BASE, DESTINATION, REGION, ROOM

# What a command needs that its parser does not tell.
ARGUMENTS = {
    "estimate": ["--visitors", "10", "--live-prices"],
    "keys": ["show"],
    "message": ["The doors open at eight."],
    "set-rate": ["700"],
}
COMMANDS = {
    name: command
    for name, command in commands_of(parser()).items()
    if "--profile" in command._option_string_actions
}
OF_A_ROOM = [name for name, c in COMMANDS.items() if "--room" in c._option_string_actions]
ENDLESS = {"watch"}  # while they can read the room
# These only read a room, or a list of rooms.
OTHER = {"doctor", "estimate", "rehearse"}
READING = sorted({*COMMANDS, "keys"} - {*CHANGING, *ENDLESS, *OTHER} | {"keys"})
Answer = Callable[[Call, AWSPreparedRequest, Forward], AWSResponse | None]


def arguments(name: str, command: Command) -> list[str]:
    """Return what a command needs: what is known, and the first of the values it can take."""
    needed = [
        str(next(iter(action.choices), "5") if action.choices else "5")
        for action in command._actions
        if not action.option_strings and action.nargs is None
    ]
    yes = ["--yes"] if "--yes" in command._option_string_actions else []
    return [name, *ARGUMENTS.get(name, needed), *yes, "--json"]


@pytest.fixture(autouse=True)
def here(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a configuration. The commands find the session of the tests."""
    monkeypatch.chdir(tmp_path)
    text = f'name = "{ROOM}"\ndestination = "{DESTINATION}"\nrate = 700\nregion = "{REGION}"\n'
    Path("beekeeper.toml").write_text(f'{text}[page]\nlanguages = ["en", "fr"]\n')
    monkeypatch.setattr(credentials, "Session", lambda **_: cloud.session)


def failing(error: Callable[[AWSPreparedRequest], Exception]) -> Answer:
    """Return a rule: no call reaches AWS."""

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        raise error(request)

    return rule


def expired(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    code = "ExpiredToken" if call.service in ("sts", "s3", "iam") else "ExpiredTokenException"
    return Refusal(code, "The security token included in the request is expired", 403).to(
        call, request
    )


def read_only(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
    if call.operation.startswith((*READS, "Query", "Scan", "Filter")):
        return None
    message = f"User: arn:aws:iam::123456789012:user/eve is not authorized to perform: {call}"
    query = ("s3", "iam", "sts", "cloudwatch", "sqs")
    code = "AccessDenied" if call.service in query else "AccessDeniedException"
    return Refusal(code, f"{message} because no identity-based policy allows it", 403).to(
        call, request
    )


NO_ACCESS = {
    "no credentials": (failing(lambda _: NoCredentialsError()), "No AWS credentials were found"),
    "an expired session": (expired, "have expired"),
    "no network": (
        failing(lambda request: EndpointConnectionError(endpoint_url=request.url)),
        "AWS can't be reached",
    ),
}


def said_clearly(
    typed: list[str], capsys: pytest.CaptureFixture[str], codes: tuple[int, ...] = (1,)
) -> str:
    """Run a command that has to fail clearly. Return its sentence, or nothing if it succeeded."""
    code = main(typed)
    shown = capsys.readouterr()
    assert code in codes, shown
    assert "Traceback" not in shown.err
    assert "--debug" not in shown.err, "an error that nobody expected"
    if code == 0:
        return ""
    content = json.loads(shown.out.splitlines()[-1])
    if typed[0] == "doctor":  # its findings are the result
        assert content["has_problems"]
        return str(content)
    assert content["error"] != "Exception"
    sentence, *notes = content["message"].splitlines()
    assert len(notes) <= 1
    assert re.search(r"[.?]$|python -m beekeeper [a-z]+$", sentence), sentence
    assert f"beekeeper: {sentence}\n" in shown.err
    return str(sentence)


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("bad", NO_ACCESS)
@pytest.mark.parametrize("name", COMMANDS)
def test_who_cannot_reach_aws_hears_why(
    name: str, bad: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    rule, why = NO_ACCESS[bad]
    cloud.wire.add(rule)
    assert why in said_clearly(arguments(name, COMMANDS[name]), capsys)


@pytest.mark.parametrize("name", OF_A_ROOM)
def test_a_room_that_does_not_exist(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed = [*arguments(name, COMMANDS[name]), "--room", "nosuch", "--region", REGION]
    assert "There is no room nosuch" in said_clearly(typed, capsys)


@pytest.fixture(scope="session")
def first_half() -> list[tuple[Moment, float]]:
    return []


@pytest.fixture
def half(cloud: Cloud, where: dict[str, Any], first_half: list[tuple[Moment, float]]) -> None:
    """A room whose deploy failed before it made the first function."""

    def deploy() -> None:
        cloud.wire.add(refuse("lambda:CreateFunction", "AccessDeniedException", status=403))
        with pytest.raises(ProvisionError):
            beekeeper.deploy(BASE, **where)

    go_to(first_half, cloud, deploy)


@pytest.mark.usefixtures("half", "consumer")
@pytest.mark.parametrize("name", sorted({*COMMANDS} - ENDLESS))
def test_a_half_deployed_room(name: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.wire.add(refuse("iam:SimulatePrincipalPolicy", "AccessDenied"))  # moto does not know it
    said_clearly(arguments(name, COMMANDS[name]), capsys, (0, 1))


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("name", [name for name in CHANGING if name != "keys"])
def test_who_may_only_read_changes_nothing_and_hears_why(
    name: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.wire.add(read_only)
    assert "not authorized" in said_clearly(arguments(name, COMMANDS[name]), capsys)
    assert cloud.wire.changes == []


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("name", READING)
def test_who_may_only_read_can_read(
    name: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.wire.add(read_only)
    assert said_clearly(arguments(name, COMMANDS[name]), capsys, (0,)) == ""

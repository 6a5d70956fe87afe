"""Every command that calls AWS, on a bad day: one clear sentence, no traceback, exit code 1.

A new command is tried without a word here, if what it needs can be found in its parser.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
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
from beekeeper.results import Status
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
SENDING = {"rehearse"}  # visitors, to the campaign link
# These only read a room, or a list of rooms.
OTHERS = {*CHANGING, *ENDLESS, *SENDING, "doctor", "estimate"}
READING = sorted({*COMMANDS} - OTHERS | {"keys"})
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


LOOKING = sorted({*READING} - {"list", "plan"})  # with a line of their own for what is refused
REFUSALS = {
    "denied": ("AccessDenied", "AccessDeniedException", 403),
    "throttled": ("Throttling", "ThrottlingException", 400),
}


def refusing(name: str, why: str) -> Answer:
    """Return a rule: one of the calls is refused, for ever."""
    of_xml, of_json, status = REFUSALS[why]

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != name:
            return None
        code = of_xml if call.service in ("sts", "sqs", "cloudwatch") else of_json
        return Refusal(code, "It is so.", status).to(call, request)

    return rule


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("why", REFUSALS)
@pytest.mark.parametrize("name", LOOKING)
def test_each_call_of_who_looks_can_be_refused(
    name: str, why: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left is told, or one sentence says what was refused, and what to do."""
    typed = arguments(name, COMMANDS[name])
    assert said_clearly(typed, capsys, (0,)) == ""
    for call in dict.fromkeys(map(str, cloud.wire.calls)):
        cloud.wire.rules[:] = [refusing(call, why)]
        if said := said_clearly(typed, capsys, (0, 1)):
            assert "It is so." in said or "AWS refuses sts:GetCallerIdentity" in said
            assert (why == "throttled") == ("Wait a minute" in said)


class Killed(BaseException):
    """The process ends here: nothing catches it."""


def killing(number: int) -> Answer:
    """Return a rule: the process ends when AWS has done the call with this number."""
    seen: list[Call] = []

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        seen.append(call)
        if len(seen) != number:
            return None
        forward()
        raise Killed

    return rule


def is_cleared(status: Status) -> bool:
    """Return whether the line was cleared, or will be within two seconds."""
    return bool(status.settings.cleared_at) or "cleared_at" in {e.what for e in status.planned}


# What is typed, and what then holds of the room.
CHANGES: dict[tuple[str, ...], Callable[[Status], bool]] = {
    ("set-rate", "900"): lambda status: status.rate == 900,
    ("off", "--yes"): lambda status: status.mode == "off",
    ("clear", "--yes"): is_cleared,
    ("history", "--cancel", "1"): lambda status: status.planned == (),
}


@pytest.mark.usefixtures("consumer")
@pytest.mark.parametrize("typed", CHANGES, ids="-".join)
def test_a_command_that_was_killed_anywhere_can_be_repeated(
    typed: tuple[str, ...], cloud: Cloud, deployed_room: beekeeper.Room
) -> None:
    holds = CHANGES[typed]
    deployed_room.set_rate(800, at=datetime.now(UTC) + timedelta(days=1))
    moment, number, is_over = Moment.now(cloud), 0, False
    while not is_over:
        moment.restore(cloud)
        number += 1
        cloud.wire.rules[:] = [killing(number)]
        with suppress(Killed):
            assert main([*typed]) == 0
            is_over = True
        cloud.wire.rules.clear()
        status, rows = deployed_room.status(), deployed_room.history()
        assert status.problems == ()
        assert holds(status) == (len(rows) > 1)
        assert main([*typed]) == 0
        assert holds(deployed_room.status())
    assert number > 3

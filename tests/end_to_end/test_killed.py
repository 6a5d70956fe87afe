"""A SIGKILL while several steps run: the same command, run again, continues.

The crash matrix (provision/engine/test_matrix.py) has every call, of one worker, in this process.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import beekeeper
from beekeeper import RoomConfig
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import MiniStack
from tests.support.local_aws import environment

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
ROOM = "killed"
CONFIG = RoomConfig(name=ROOM, destination="https://shop.example.com/", rate=600)
TELL = "on_event=lambda event: print(event, flush=True)"
DEPLOY = f"deploy(name={ROOM!r}, destination={CONFIG.destination!r}, rate=600, {TELL})"
DESTROY = f"destroy({ROOM!r}, {TELL})"


def run_and_kill(aws: MiniStack, state_dir: Path, command: str, what: str, times: int) -> None:
    """Run a command in a process of its own; kill it when that was told that many times."""
    code = [sys.executable, "-c", f"import beekeeper; beekeeper.{command}"]
    env = environment(aws.endpoint_url, state_dir)
    with subprocess.Popen(code, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = (line for line in process.stdout if line.startswith("StepDone") and what in line)
        for _ in range(times):
            next(told)
        process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("times", [1, 8, 20])
def test_killed_and_run_again(aws: MiniStack, tmp_path: Path, times: int) -> None:
    session = aws.session()
    run_and_kill(aws, tmp_path, DEPLOY, "'create'", times)
    beekeeper.deploy(CONFIG, session=session, state_dir=tmp_path)
    assert not beekeeper.deploy(CONFIG, session=session, state_dir=tmp_path).changes
    apis = session.client("apigatewayv2").get_apis()["Items"]
    assert [api["Name"] for api in apis].count(f"beekeeper-{ROOM}") == 1

    run_and_kill(aws, tmp_path, DESTROY, "'delete'", times)
    beekeeper.destroy(ROOM, session=session, state_dir=tmp_path)
    assert leftovers(session, ROOM) == []

"""local and demo: the port that they take, and what ends them."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator

import pytest

from beekeeper.cli.main import main
from beekeeper.cli.stopping import stoppable
from beekeeper.local.ministack import HOST


def test_a_taken_port_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["local", "--port", str(port)]) == 1
    assert f"Port {port} of this machine is taken" in capsys.readouterr().err
    assert main(["local", "--port", "70000"]) == 1
    assert "Port 70000" in capsys.readouterr().err


@contextlib.contextmanager
def handled_by(number: signal.Signals, handler: signal.Handlers) -> Iterator[None]:
    before = signal.signal(number, handler)
    yield
    assert signal.signal(number, before) is handler


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_ends_it_as_ctrl_c_does(number: signal.Signals) -> None:
    with handled_by(number, signal.SIG_DFL), pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), number)


def test_a_terminal_that_closes_says_so_twice_and_ends_no_cleanup() -> None:
    with handled_by(signal.SIGHUP, signal.SIG_DFL), stoppable():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)


def test_under_nohup_it_outlives_the_terminal() -> None:
    with handled_by(signal.SIGHUP, signal.SIG_IGN), stoppable():
        os.kill(os.getpid(), signal.SIGHUP)

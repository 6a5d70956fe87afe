"""local: the port that it takes."""

import socket

import pytest

from beekeeper.cli.main import main
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

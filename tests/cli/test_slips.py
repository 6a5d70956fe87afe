"""What a mistyped command, option or value is answered with."""

import argparse
import io
from typing import NoReturn

import pytest

from beekeeper.cli import main as program
from beekeeper.cli.main import MEANT, main
from beekeeper.cli.output import Output
from tests.cli.test_help import COMMANDS
from tests.support.moto_aws.cloud import Cloud


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("stauts", "there is no command stauts. Did you mean status?\n"),
        ("Set_Rate 900", "there is no command Set_Rate. Did you mean set-rate?\n"),
        ("frobnicate", "there is no command frobnicate. The commands are: init, simulate, "),
        ("status --jsn", "there is no --jsn. Did you mean --json?\n"),
        ("list --state-dri=x", "there is no --state-dri=x. Did you mean --state-dir?\n"),
        ("status --rom sale", "there is no --rom. Did you mean --room?\n"),
        ("status sale", "there is no sale. To name the room: --room sale.\n"),
        ("plan sale", "there is no sale.\n"),
        ("--json status", "there is no --json. Write --json after the command.\n"),
        ("keys show --format dotnev", "there is no 'dotnev'. Did you mean dotenv?\n"),
        ("keys show --format xml", "invalid choice: 'xml'"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(
    typed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed.split())
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_command_of_ours_needs_no_explanation() -> None:
    assert MEANT.keys() & COMMANDS.keys() == set()


@pytest.mark.parametrize(
    ("command", "notes", "said"),
    [
        ("set-rate", [], "Interrupted. What was done stands. Run the same command again: it goes"),
        ("status", [], "Interrupted.\n"),
        ("deploy", ["Nothing was changed."], "Interrupted. Nothing was changed.\n"),
    ],
)
def test_ctrl_c_says_what_stands(
    command: str, notes: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        interrupt = KeyboardInterrupt()
        for note in notes:
            interrupt.add_note(note)
        raise interrupt

    options = argparse.Namespace(run=interrupted, command=command, debug=False)
    assert program._run(options, Output(as_json=False)) == 130
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("clear", "Interrupted. Nothing was changed.\n"),
        ("init", "Interrupted. Nothing was written."),
    ],
)
@pytest.mark.usefixtures("deployed_room")
def test_ctrl_c_at_a_question_changes_nothing(
    typed: str,
    said: str,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Interrupting(io.StringIO):
        def readline(self, *_: object) -> NoReturn:
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Interrupting())
    monkeypatch.chdir(cloud.state_dir.parent)
    assert main([typed]) == 130
    assert said in capsys.readouterr().err
    assert cloud.wire.names(mutating=True) == []

"""Runs a command, and shows its error to the user.

To add a command, write its module and add it to COMMANDS. The module adds the command's parser,
with its help and two examples (see command.py), and the function that runs it.

Without arguments, the program shows what to do next in this folder (next_steps.py).

Results go to stdout; progress and errors go to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage
(and `plan --exit-code` with changes), 130 interrupted.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from beekeeper import __version__
from beekeeper.cli import (
    clear,
    completion,
    demo,
    deploy,
    destroy,
    doctor,
    estimate,
    governor,
    history,
    init,
    keys,
    list_rooms,
    logs,
    message,
    next_steps,
    plan,
    preview,
    rehearse,
    report,
    set_mode,
    set_rate,
    simulate,
    status,
    watch,
)
from beekeeper.cli.command import Command, Parser, commands_of
from beekeeper.cli.output import Output
from beekeeper.errors import BeekeeperError
from beekeeper.nearest import did_you_mean

# In the order in which an event needs them, which is their order in the help.
COMMANDS = (
    init,
    simulate,
    estimate,
    preview,
    doctor,
    plan,
    deploy,
    keys,
    rehearse,
    status,
    watch,
    set_rate,
    set_mode,
    message,
    governor,
    clear,
    logs,
    history,
    report,
    list_rooms,
    destroy,
    demo,
    completion,
)
# What people type for one of our commands in a hurry.
MEANT = {
    "stop": "To stop admitting and keep the line: pause. To send everybody straight to your site:"
    " off. To remove the room: destroy.",
    "hold": "To stop admitting and keep the line: pause.",
    "resume": "To admit visitors again: on.",
    "unpause": "To admit visitors again: on.",
    "continue": "To admit visitors again: on.",
    "start": "To admit visitors: on. To make the room: deploy. To try it here: demo.",
    "open": "To admit visitors: on. To send everybody straight to your site: off.",
    "close": "To stop admitting and keep the line: pause.",
    "rate": "To set the rate: set-rate N.",
    "reset": "To start the line anew: clear.",
    "empty": "To start the line anew: clear.",
    "delete": "To remove the room: destroy.",
    "remove": "To remove the room: destroy.",
    "create": "To make the room: deploy.",
    "update": "To bring the room up to date: deploy.",
    "ls": "To list the rooms: list.",
    "rotate": "To change the key that signs passes: keys rotate --step add.",
    "check": "To check the account: doctor. To see how the room stands: status.",
    "help": "To see the commands: --help. To see the examples of one: COMMAND --help.",
    "version": "To see the version: --version.",
}
# An interrupt of one of these can come after it has changed something.
CHANGING = (
    *("deploy", "destroy", "keys", "set-rate", "pause", "on", "off"),
    *("governor", "message", "clear"),
)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the epilog, and gives each command one line.

    argparse forgets that the names of commands are indented once more than those of options. So
    the longest name would get a line of its own.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, indent_increment=1)
        self._action_max_length = 2 + len("completion")


def parser() -> Parser:
    """Return the parser of all commands."""
    root = Parser(
        prog="beekeeper",
        description="A virtual waiting room for a one-time event, in your own AWS account.",
        epilog="Try it without an AWS account:  python -m beekeeper demo\n"
        "See a command's examples:       python -m beekeeper COMMAND --help",
        formatter_class=_Help,
    )
    root.add_argument("--version", action="version", version=f"beekeeper {__version__}")
    commands = root.add_subparsers(
        title="commands",
        dest="command",
        metavar="COMMAND",
        required=True,
        parser_class=Command,
    )
    for module in COMMANDS:
        module.add_commands(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Return its exit code."""
    code = 0
    try:
        _replace_what_is_not_in_the_code_page()
        try:
            options = _parsed(sys.argv[1:] if arguments is None else arguments)
            code = _run(options, Output(as_json=options.json))
        finally:
            sys.stdout.flush()  # here, a closed pipe can be told from an error
    except BrokenPipeError:
        # The program that read our output (head, less) has ended. That is no error. Python
        # flushes at its end, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    if not arguments:
        return argparse.Namespace(run=next_steps.run_next_steps, json=False, debug=False)
    root = parser()
    commands = commands_of(root)
    typed = arguments[0]
    if not typed.startswith("-") and typed not in commands:
        meant = f" {MEANT.get(typed.lower(), '')}".rstrip() or did_you_mean(typed, commands)
        known = "" if meant else f" The commands are: {', '.join(commands)}."
        root.error(f"there is no command {typed}.{meant}{known}")
    options, unknown = root.parse_known_args(arguments)
    if unknown:
        commands[options.command].refuse(unknown)
    return options


def _replace_what_is_not_in_the_code_page() -> None:
    """Let output replace characters that the console does not have, such as → in cp1252."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run(options: argparse.Namespace, output: Output) -> int:
    try:
        return options.run(options, output) or 0
    except BeekeeperError as error:
        if options.debug:
            raise
        output.error(error)
        return 1
    except KeyboardInterrupt as interrupt:
        output.say(f"Interrupted. {_standing(options, interrupt)}".rstrip())
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:
        if options.debug:
            raise
        output.error(error, unexpected=True)
        return 1


def _standing(options: argparse.Namespace, interrupt: KeyboardInterrupt) -> str:
    """Return what stands after an interrupt. The command may know more than we do."""
    if notes := getattr(interrupt, "__notes__", []):
        return " ".join(notes)
    takes_back = getattr(options, "cancel", None) is not None
    if takes_back or getattr(options, "command", "") in CHANGING:
        return "What was done stands. Run the same command again: it goes on."
    return ""

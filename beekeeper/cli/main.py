"""The commands: what they are called, what they take, and how errors reach the user.

Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage,
130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from beekeeper import __version__
from beekeeper.cli import demo, doctor, estimate, lifecycle, operators, plan, simulate
from beekeeper.cli.output import Output
from beekeeper.errors import BeekeeperError


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = argparse.ArgumentParser(
        prog="beekeeper",
        description="A virtual waiting room for a one-time event, in your own AWS account.",
        epilog="Start with: python -m beekeeper demo (no AWS account needed).",
    )
    root.add_argument("--version", action="version", version=f"beekeeper {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (lifecycle, plan, doctor, simulate, estimate, operators, demo):
        module.add_commands(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = parser().parse_args(arguments)
    output = Output(as_json=options.json)
    try:
        return options.run(options, output) or 0
    except BeekeeperError as error:
        if options.debug:
            raise
        output.error(error)
        return 1
    except KeyboardInterrupt:
        output.say("Interrupted. What was done is recorded: the same command goes on from there.")
        return 130
    except BrokenPipeError:
        # Whoever read our output (head, less) has gone away; that is no failure of ours.
        sys.stderr.close()
        return 0
    except Exception as error:
        if options.debug:
            raise
        output.error(error, unexpected=True)
        return 1

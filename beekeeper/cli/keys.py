"""keys: what a destination needs to check passes, and a change of the key that signs them."""

import argparse
import re
from collections.abc import Callable, Mapping
from typing import Any

from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.results import PassKeys
from beekeeper.rules.rotation import Step

# What needs no quotes for any of the programs that read a file of variables. `docker run` takes
# quotes as part of the value, so there are none where they are not needed.
PLAIN = re.compile(r"[\w.:/,?=&%+~@-]*", re.ASCII)


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    keys = commands.add_parser(
        "keys",
        help="get or change the keys with which your site checks passes",
        description="Show what your site needs to check passes: the algorithm, the issuer, the"
        " audience, and the secret keys. Or change the key that signs passes, in three steps, so"
        " that nobody who is under way is refused. After each step, put the keys on your site.",
        examples={
            "keys show --format dotenv": "shows what the gate of your site needs as variables",
            "keys rotate --step add --room sale": "makes a new key for the passes of room sale",
        },
    )
    keys.add_argument(
        "what",
        nargs="?",
        choices=["show", "rotate"],
        help="show: write the secret keys to stdout; rotate: change the key that signs passes",
    )
    keys.add_argument(
        "--format",
        choices=["env", "dotenv", "json"],
        help="for show: `env` for a shell, `dotenv` for a file of variables (.env, docker"
        " --env-file), `json` (default: for people)",
    )
    keys.add_argument(
        "--step",
        choices=[step.value for step in Step],
        help="for rotate: `add` makes a new key that does not sign yet, `sign` lets it sign,"
        " `remove` removes the former key, eleven minutes later at the earliest",
    )
    add_room(keys)
    keys.set_defaults(run=run_keys, wrong=keys.error)


def run_keys(options: argparse.Namespace, output: Output) -> None:
    """Show what a destination needs, or do a step of a change of keys."""
    if problem := _problem(options):
        options.wrong(problem)
    elif options.what == "show":
        _show(options, output)
    else:
        _rotate(options, output)


def _problem(options: argparse.Namespace) -> str:
    """Return what is wrong with the arguments as a whole, if something is."""
    match options:
        case argparse.Namespace(what=None):
            return "say what to do: keys show, or keys rotate --step add"
        case argparse.Namespace(what="show", step=str()):
            return "--step is for keys rotate"
        case argparse.Namespace(what="show", json=True, format="env" | "dotenv"):
            return "give only one of the two: --json or --format"
        case argparse.Namespace(what="rotate", step=None):
            return "say which step: keys rotate --step add, then --step sign, then --step remove"
        case argparse.Namespace(what="rotate", format=str()):
            return "--format is for keys show: keys rotate shows no secrets"
    return ""


def _show(options: argparse.Namespace, output: Output) -> None:
    found = room_of(options).pass_keys()
    output.say("These keys are secret: anybody who has them can enter your site without waiting.")
    if options.format == "json":
        output.json_line(found.to_dict())
    elif options.format:
        for line in LINES[options.format](found):  # each in one piece, for a shell
            output.out.print(line, markup=False)
    else:
        output.result(found, _readable(found))


def _rotate(options: argparse.Namespace, output: Output) -> None:
    done = room_of(options).rotate_keys(options.step)
    others = [
        *(f"Key {kid} does not sign yet. Passes signed by it are accepted." for kid in done.added),
        *(f"Key {kid} signs no more. Passes signed by it are accepted." for kid in done.former),
    ]
    first = [] if done.changed else ["Nothing was changed: nothing is left to do in this step."]
    signs = f"Key {done.signs} signs the passes of room {done.room}."
    following = f"Next: {done.next}".replace(". ", ".\n")  # each sentence on a line of its own
    output.result(done, [*first, signs, *others, following])


def _readable(found: PassKeys) -> list[str]:
    (kid, secret), *others = found.keys.items()
    return [
        f"algorithm  {found.algorithm}",
        f"issuer     {found.issuer}   (claim iss)",
        f"audience   {found.audience}   (claim aud)",
        f"key {kid}  {secret}   (signs)",
        *(f"key {kid}  {secret}" for kid, secret in others),
    ]


def _env(found: PassKeys) -> list[str]:
    """Return lines that a POSIX shell runs. Between single quotes it takes all but them as is."""
    quoted = {name: value.replace("'", "'\"'\"'") for name, value in found.environment().items()}
    return [f"export {name}='{value}'" for name, value in quoted.items()]


def _dotenv(found: PassKeys) -> list[str]:
    return [f"{name}={_quoted(value)}" for name, value in found.environment().items()]


def _quoted(value: str) -> str:
    # A reader of such files expands `$` and ends at `#` without quotes, and they disagree on
    # escapes within them. Only addresses can have a quote, and there %27 means the same.
    return value if PLAIN.fullmatch(value) else "'" + value.replace("'", "%27") + "'"


LINES: Mapping[str, Callable[[PassKeys], list[str]]] = {
    "env": _env,
    "dotenv": _dotenv,
}

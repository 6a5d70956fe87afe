"""What a command says and asks before it changes or removes a room."""

import sys

from beekeeper.cli.output import Output
from beekeeper.counted import waiting
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.results import Status
from beekeeper.room import Room


def introduce(room: Room, output: Output) -> Status | None:
    """Say which room is meant: its name, its link, and how many wait. Return its status.

    It is None if the status can't be read: damage must not keep an operator from repairing it.
    """
    try:
        status = room.status()
    except ProvisionError as error:
        output.say(f"Room {room.name}. How many wait is not known: {error}")
        return None
    link = status.url or "its link is not known"
    output.say(
        f"Room {room.name} ({link}) is {status.mode}, {status.rate:,.0f} a minute:"
        f" {waiting(status.waiting)}."
    )
    return status


def ask(question: str, output: Output) -> None:
    """Ask a question that ``yes`` answers. Raise BeekeeperError for any other answer."""
    if answer(f"{question} [y/N] ", output).lower() not in ("y", "yes"):
        raise BeekeeperError(
            "Nothing was changed, because the answer was not yes. Use --yes to skip the question."
        )


def consumer_problem(room: Room, output: Output) -> str:
    """Say that a consumer runs. If none does, return what to do about it."""
    try:
        room.wait_for_consumer()
    except ProvisionError as error:
        return str(error)
    output.say("A consumer is running.")
    return ""


def answer(question: str, output: Output) -> str:
    """Return what the user types. It is empty if the input has ended."""
    try:
        typed = output.err.input(question, markup=False).strip()
    except EOFError:
        typed = ""
    if not sys.stdin.isatty():
        output.say(typed)  # a terminal shows what is typed, and a pipe does not
    return typed

"""init, deploy, destroy, list: a room's life."""

import argparse
from pathlib import Path
from typing import Any

from beekeeper.cli.options import (
    add_common,
    add_config,
    add_room,
    configured_room,
    place,
    room_of,
)
from beekeeper.cli.output import Output
from beekeeper.cli.progress import progress
from beekeeper.config import RoomConfig
from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.local.ministack import address
from beekeeper.results import Deployment, Result
from beekeeper.room import Room
from beekeeper.shortcuts import list_rooms

QUESTIONS = {
    "name": ("Name of the room (lower-case letters, digits, hyphens)", "my-event"),
    "title": ("What visitors read on the waiting page", ""),
    "destination": ("Address of the site to protect", "https://shop.example.com/"),
    "rate": ("Visitors per minute that the site can bear", "600"),
    "region": ("AWS region", "eu-central-1"),
}


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    init = commands.add_parser("init", help="write a beekeeper.toml")
    for field, (question, _) in QUESTIONS.items():
        init.add_argument(f"--{field}", help=question)
    init.add_argument("--force", action="store_true", help="overwrite the file")
    add_config(init)
    init.set_defaults(run=run_init)

    deploy = commands.add_parser("deploy", help="make the room in AWS, or bring it in line")
    add_config(deploy)
    deploy.set_defaults(run=run_deploy)

    destroy = commands.add_parser("destroy", help="remove the room and all that belongs to it")
    destroy.add_argument("--yes", action="store_true", help="don't ask")
    destroy.add_argument("--region", help="AWS region, when there is no state file")
    add_room(destroy)
    destroy.set_defaults(run=run_destroy)

    listing = commands.add_parser("list", help="list the rooms deployed from here")
    listing.add_argument("--state-dir", metavar="DIR", help="where the state files are")
    add_common(listing)
    listing.set_defaults(run=run_list)


def run_init(options: argparse.Namespace, output: Output) -> None:
    """Write a configuration from options, and from answers where options are missing."""
    path = Path(options.config)
    if path.exists() and not options.force:
        raise ConfigError(f"{path} exists already. Edit it, or overwrite it with --force.")
    values = {field: getattr(options, field) for field in QUESTIONS}
    if not (values["name"] and values["destination"] and values["rate"]):
        values = _ask(values, output)
    config = RoomConfig(**{field: _value(field, v) for field, v in values.items() if v})
    path.write_text(config.to_toml(), encoding="utf-8")
    result = _Written(config=config.model_dump(), path=str(path))
    output.result(result, [f"Wrote {path}. Next: python -m beekeeper deploy"])


def _ask(values: dict[str, str | None], output: Output) -> dict[str, str | None]:
    answers: dict[str, str | None] = {}
    for field, (question, default) in QUESTIONS.items():
        proposed = default
        if field == "title":
            proposed = (answers["name"] or "").replace("-", " ").title()
        answers[field] = values[field] or _answer(f"{question} [{proposed}]: ", output) or proposed
    return answers


def _answer(prompt: str, output: Output) -> str:
    try:
        return output.err.input(prompt, markup=False).strip()
    except EOFError:
        raise ConfigError(
            "There is nobody to answer. Give --name, --destination and --rate."
        ) from None


def _value(field: str, text: str) -> str | int:
    if field != "rate":
        return text
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise ConfigError(f"rate = {text!r}: give a whole number, such as 600.") from None


class _Written(Result):
    def __init__(self, **content: Any) -> None:
        self._content = content

    def to_dict(self) -> dict[str, Any]:
        return self._content


def run_deploy(options: argparse.Namespace, output: Output) -> None:
    """Deploy the configured room."""
    room = configured_room(options)
    output.say(f"Deploying room {room.name} …")
    with progress(output) as on_event:
        deployment = room.deploy(on_event=on_event)
    output.result(deployment, _next_steps(deployment))


def _next_steps(deployment: Deployment) -> list[str]:
    changed = len(deployment.changes)
    lines = [
        f"Room {deployment.room} is ready: {changed} changes in {deployment.seconds} s."
        if changed
        else f"Room {deployment.room} is as it should be: nothing to change.",
        "",
        f"  Campaign link   {deployment.url}",
    ]
    if (local := address(deployment.url)) != deployment.url:
        lines.append(f"  for scripts     {local}")
    if deployment.dns_record:
        lines.append(f"  DNS, to create  {deployment.dns_record}")
    return [
        *lines,
        f"  Leads to        {deployment.destination}",
        f"  State file      {deployment.state_file}",
        "",
        "Next:",
        "  1. Have the destination check passes: python -m beekeeper keys show",
        "  2. Open the campaign link yourself, then give it to your visitors.",
        "  3. On the day: python -m beekeeper status, set-rate N, pause, on, off",
        "  4. Afterwards: python -m beekeeper destroy",
    ]


def run_destroy(options: argparse.Namespace, output: Output) -> None:
    """Remove a room, once the user has said so."""
    room = Room(room_of(options), region=options.region)
    if not options.yes:
        _confirm(room.name, output)
    output.say(f"Removing room {room.name} …")
    with progress(output) as on_event:
        done = room.destroy(on_event=on_event)
    gone = f"Room {room.name} is gone: {len(done.deleted)} resources removed in {done.seconds} s."
    output.result(done, [gone if done.deleted else f"There was nothing left of room {room.name}."])


def _confirm(room: str, output: Output) -> None:
    question = f"Remove room {room}, with everybody who waits in it? Type its name to go on: "
    try:
        answer = output.err.input(question, markup=False)
    except EOFError:
        answer = ""
    if answer.strip() != room:
        raise BeekeeperError("Nothing was removed. To do it without being asked, add --yes.")


def run_list(options: argparse.Namespace, output: Output) -> None:
    """List the rooms of the state folder."""
    found = list_rooms(**place(options))
    if output.as_json:
        output.json_line([room.to_dict() for room in found])
        return
    for room in found:
        text = f"{room.name:<24} {room.region:<16} {room.url or '(not deployed)'}"
        output.out.print(text, markup=False)
    if not found:
        output.out.print("No rooms here. Make one: python -m beekeeper init", markup=False)

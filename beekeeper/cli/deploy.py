"""deploy: create or update the configured room."""

import argparse
from dataclasses import replace
from typing import Any

from beekeeper.cli.confirm import ask, consumer_problem
from beekeeper.cli.options import add_aws, add_config, configured_room
from beekeeper.cli.output import Output
from beekeeper.cli.progress import progress
from beekeeper.counted import counted
from beekeeper.errors import BeekeeperError
from beekeeper.local.ministack import for_scripts
from beekeeper.results import Deployment, Plan
from beekeeper.room import Room


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    deploy = commands.add_parser(
        "deploy",
        help="create or update the room in AWS, and get the campaign link",
        description="Create the room in AWS, or update it to match the configuration. If you"
        " interrupt a deploy, run it again: it continues. A second deploy changes nothing.",
        examples={
            "deploy": "creates or updates the room of beekeeper.toml",
            "deploy --config sale.toml --json": "does so for sale.toml, and writes JSON",
        },
    )
    deploy.add_argument(
        "--yes",
        action="store_true",
        help="deploy without a question, even if the rate or the link of those who wait changes",
    )
    add_aws(deploy)
    add_config(deploy)
    deploy.set_defaults(run=run_deploy)


def run_deploy(options: argparse.Namespace, output: Output) -> int:
    """Deploy the configured room. Return the exit code."""
    room = configured_room(options)
    output.say(f"Deploying room {room.name} …")
    try:
        deployment = _deploy(room, output, approved=options.yes)
    except _AffectsWaitingError as asked:
        ask(f"{asked} Deploy all the same?", output)
        deployment = _deploy(room, output, approved=True)
    mode = room.status().mode
    problem = ""
    if mode == "on" and deployment.changes:
        problem = consumer_problem(room, output)
    warnings = (*deployment.warnings, *filter(None, [problem]))
    deployment = replace(deployment, warnings=warnings)
    output.result(deployment, next_steps(deployment))
    if mode != "on":
        output.say(f"The room is {mode}. To admit visitors at the rate: python -m beekeeper on")
    return int(bool(problem))


class _AffectsWaitingError(BeekeeperError):
    """The user has to be asked, and not while the progress is shown, which overwrites lines."""


def _deploy(room: Room, output: Output, *, approved: bool) -> Deployment:
    def approve(plan: Plan) -> None:
        if plan.question and not approved:
            raise _AffectsWaitingError(plan.question)

    with progress(output) as on_event:
        return room.deploy(on_event=on_event, approve=approve)


def next_steps(deployment: Deployment) -> list[str]:
    """Return what the user reads after a deploy: the links, and what to do next."""
    changed = len(deployment.changes)
    lines = [
        f"Room {deployment.room} is ready: {counted(changed, 'change')} in {deployment.seconds} s."
        if changed
        else f"Room {deployment.room} is up to date: nothing to change.",
        "",
        f"  Campaign link   {deployment.url}",
    ]
    if (local := for_scripts(deployment.url)) != deployment.url:
        lines.append(f"  For scripts     {local}")
    if deployment.dns_record:
        lines.append(f"  Add to DNS      {deployment.dns_record}")
    return [
        *lines,
        f"  Destination     {deployment.destination}",
        f"  State file      {deployment.state_file}",
        *(f"\nWARNING: {warning}" for warning in deployment.warnings),
        "",
        "Next:",
        "  1. Open the campaign link yourself.",
        "  2. Make your site check passes: python -m beekeeper keys show",
        "  3. Check that the account can handle the event: python -m beekeeper doctor",
        "  4. Send a crowd through the room: python -m beekeeper rehearse, then clear",
        "  5. Give the campaign link to your visitors.",
        "  6. On the day: python -m beekeeper watch, and set-rate N, pause, on, off",
        "  7. Afterwards: python -m beekeeper report, then destroy",
    ]

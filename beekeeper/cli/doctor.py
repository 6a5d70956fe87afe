"""doctor: whether a room can be deployed here and can handle its event."""

import argparse
import json
import sys
from typing import Any

from rich.markup import escape
from rich.table import Table

from beekeeper import diagnosis
from beekeeper.cli.options import add_aws, add_config, configured_room, number
from beekeeper.cli.output import Output, colored
from beekeeper.errors import ConfigError
from beekeeper.provision.deployer import MAX_CHARACTERS
from beekeeper.results import Diagnosis, Verdict
from beekeeper.rules.sizing import peak_arrivals_per_minute


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    doctor = commands.add_parser(
        "doctor",
        help="check credentials, permissions and quotas before a deploy",
        description="Check credentials, permissions, quotas and names, and say what to do about"
        " each problem. Changes nothing, but calls each function of a deployed room, which wakes"
        " those that were idle for weeks. Exits with 1 if there is a problem.",
        examples={
            "doctor --arrivals 20000": "checks for 20,000 visitors in the busiest minute",
            "doctor --policy --read-only": "shows the IAM policies of people who may only look",
        },
    )
    doctor.add_argument(
        "--arrivals",
        type=number,
        metavar="N",
        help="how many visitors arrive in the busiest minute (default: ten times the rate)",
    )
    doctor.add_argument(
        "--policy", action="store_true", help="only show the IAM policies that a deployer needs"
    )
    doctor.add_argument(
        "--read-only",
        action="store_true",
        help="with --policy: show those of people who may look at the room and change nothing",
    )
    add_aws(doctor)
    add_config(doctor)
    doctor.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace, output: Output) -> int:
    """Show the findings for the configured room. Return 1 if one of them is a problem."""
    room = configured_room(options)
    if options.read_only and not options.policy:
        raise ConfigError("--read-only is about policies. Give --policy as well.")
    if options.policy:
        _print_policies(diagnosis.policies(room, read_only=options.read_only), output)
        return 0
    output.say(f"Checking room {room.name} … (functions that sleep take a minute or two to wake)")
    found = diagnosis.doctor(room, arrivals_per_minute=options.arrivals)
    if output.as_json:
        output.json_line(
            {
                **found.to_dict(),
                "has_problems": found.has_problems,
                "is_ready": found.is_ready,
            }
        )
    else:
        _show(found, output)
        if options.arrivals is None:
            output.say(_assumed(room.config.rate))
    return 1 if found.has_problems else 0


def _print_policies(policies: list[dict[str, Any]], output: Output) -> None:
    for policy in policies:
        sys.stdout.write(json.dumps(policy, indent=2) + "\n")
    if len(policies) > 1:
        output.say(
            f"These are {len(policies)} policies, because one IAM policy has at most"
            f" {MAX_CHARACTERS:,} characters. Create a managed policy from each, and attach all"
            f" {len(policies)}."
        )


def _assumed(rate: int) -> str:
    peak = round(peak_arrivals_per_minute(rate))
    return (
        f"Assumed: {peak:,} visitors in the busiest minute, ten times the rate. If you expect"
        " another number, run doctor --arrivals N."
    )


def _show(found: Diagnosis, output: Output) -> None:
    table = Table("", "check", title=f"Room {found.room}", box=None)
    table.add_column("found", overflow="fold")  # rather than cut off an ARN
    for finding in found.findings:
        text = "\n".join(part for part in (finding.text, finding.remedy) if part)
        table.add_row(colored(finding.verdict), finding.check, escape(text))
    output.out.print(table)
    count = sum(finding.verdict is Verdict.PROBLEM for finding in found.findings)
    warnings = sum(finding.verdict is Verdict.WARNING for finding in found.findings)
    unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in found.findings)
    text = f"Problems to solve: {count}." if count else "No problems were found."
    if unknown:
        text += f" Checks that were not possible: {unknown}."
    if found.is_ready:
        text += f" Room {found.room} is ready."
    if warnings:
        text += f" Warnings: {warnings}."
    output.text(text)

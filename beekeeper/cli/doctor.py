"""doctor: whether a room can be deployed here, and bear its event."""

import argparse
import json
import sys
from typing import Any

from rich.markup import escape
from rich.table import Table

from beekeeper import diagnosis
from beekeeper.cli.options import add_config, configured_room
from beekeeper.cli.output import Output
from beekeeper.provision.deployer import MAX_CHARACTERS
from beekeeper.results import Diagnosis

VERDICTS = {
    "ok": "[green]ok[/green]",
    "warning": "[yellow]warning[/yellow]",
    "problem": "[red]problem[/red]",
    "unknown": "[dim]unknown[/dim]",
}


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    doctor = commands.add_parser(
        "doctor", help="check credentials, permissions and quotas, and change nothing"
    )
    doctor.add_argument(
        "--arrivals",
        type=float,
        metavar="N",
        help="visitors in the busiest minute (default: ten times the rate)",
    )
    doctor.add_argument(
        "--policy", action="store_true", help="print only the IAM policies that a deployer needs"
    )
    add_config(doctor)
    doctor.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace, output: Output) -> int:
    """Show what stands in the way of the configured room; 1 when something does."""
    room = configured_room(options)
    if options.policy:
        _print_policies(diagnosis.policies(room), output)
        return 0
    found = diagnosis.doctor(room, arrivals_per_minute=options.arrivals)
    if output.as_json:
        output.json_line({**found.to_dict(), "has_problems": found.has_problems})
    else:
        _show(found, output)
    return 1 if found.has_problems else 0


def _print_policies(policies: list[dict[str, Any]], output: Output) -> None:
    for policy in policies:
        sys.stdout.write(json.dumps(policy, indent=2) + "\n")
    if len(policies) > 1:
        output.say(
            f"These are {len(policies)} policies, because IAM takes at most {MAX_CHARACTERS:,}"
            f" characters in one. Make a managed policy of each, and attach all {len(policies)}."
        )


def _show(found: Diagnosis, output: Output) -> None:
    table = Table("", "check", "found", title=f"Room {found.room}", box=None)
    for finding in found.findings:
        text = "\n".join(part for part in (finding.text, finding.remedy) if part)
        table.add_row(VERDICTS[finding.verdict], finding.check, escape(text))
    output.out.print(table)
    count = sum(finding.verdict == "problem" for finding in found.findings)
    text = f"{count} to be put right first." if count else "Nothing stands in the way."
    output.out.print(text, markup=False)

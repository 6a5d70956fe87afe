"""plan: what a deploy would do."""

import argparse
import json
from typing import Any

from rich.markup import escape
from rich.table import Table

from beekeeper.cli.changes import attributes
from beekeeper.cli.options import add_aws, add_config, configured_room
from beekeeper.cli.output import Output
from beekeeper.results import Action, Plan

SIGNS = {
    Action.CREATE: "[green]+ create[/green]",
    Action.UPDATE: "[yellow]~ update[/yellow]",
    Action.REPLACE: "[red]± replace[/red]",
    Action.DELETE: "[red]- delete[/red]",
    Action.UNCHANGED: "[dim]  unchanged[/dim]",
}
CHANGES_EXIT_CODE = 2


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    plan = commands.add_parser(
        "plan",
        help="see what deploy would change, without changing anything",
        description="Show what deploy would do to each resource. Changes nothing.",
        examples={
            "plan": "shows what a deploy of beekeeper.toml would change",
            "plan --exit-code": "also exits with 2 if there are changes, for scripts",
        },
    )
    plan.add_argument(
        "--policies", action="store_true", help="also show the IAM policies of the functions"
    )
    plan.add_argument(
        "--exit-code",
        action="store_true",
        help="exit with 2 if there are changes, otherwise with 0",
    )
    add_aws(plan)
    add_config(plan)
    plan.set_defaults(run=run_plan)


def run_plan(options: argparse.Namespace, output: Output) -> int:
    """Show the plan of the configured room."""
    plan = configured_room(options).plan()
    if output.as_json:
        content = plan.to_dict()
        if not options.policies:
            del content["policies"]
        output.json_line({**content, "has_changes": plan.has_changes})
    else:
        _show(plan, output, policies=options.policies)
    return CHANGES_EXIT_CODE if options.exit_code and plan.has_changes else 0


def _table(plan: Plan) -> Table:
    table = Table(title=f"Room {plan.room}", title_justify="left", box=None)
    told = [escape("\n".join(attributes(change))) for change in plan.changes]
    # The room of an empty column is better used for the names: those of a new room are long.
    for heading in ("", "kind", "name", *(["what changes"] if any(told) else [])):
        table.add_column(heading, overflow="fold")
    for change, what in zip(plan.changes, told, strict=True):
        row = (SIGNS[change.action], change.kind, escape(change.name), what)
        table.add_row(*row[: len(table.columns)])
    return table


def _show(plan: Plan, output: Output, *, policies: bool) -> None:
    for warning in plan.warnings:
        output.out.print(f"WARNING: {warning}", markup=False)
    output.out.print(_table(plan))
    for part, policy in plan.policies.items() if policies else ():
        output.out.print(f"\nPolicy of the {part}:\n{json.dumps(policy, indent=2)}", markup=False)
    for note in plan.notes:
        output.out.print(f"Note: {note}", markup=False)
    count = sum(change.action is not Action.UNCHANGED for change in plan.changes)
    text = (
        f"Deploy would change {count} of {len(plan.changes)} resources."
        " To do it, run: python -m beekeeper deploy"
    )
    output.out.print(text if count else "Nothing to change: the room is up to date.", markup=False)

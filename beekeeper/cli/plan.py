"""plan: what a deploy would do."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from beekeeper.cli.changes import attributes
from beekeeper.cli.options import add_aws, add_config, configured_room
from beekeeper.cli.output import Output
from beekeeper.counted import counted
from beekeeper.results import Action, Plan

# The sign and the colour of what happens to a resource.
SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "red"),
    Action.DELETE: ("-", "red"),
}
CHANGES_EXIT_CODE = 2
INDENT = " " * 4


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


def _show(plan: Plan, output: Output, *, policies: bool) -> None:
    for warning in plan.warnings:
        output.text(f"WARNING: {warning}")
    for text in _lines(plan, output.out.width):
        output.out.print(text)
    for part, policy in plan.policies.items() if policies else ():
        output.out.print(f"\nPolicy of the {part}:\n{json.dumps(policy, indent=2)}", markup=False)
    for note in plan.notes:
        output.text(f"Note: {note}")
    output.text(_counted(plan))


def _lines(plan: Plan, width: int) -> Iterator[Text]:
    """Return the lines about what changes. What stays as it is, is only counted."""
    changes = [change for change in plan.changes if change.action is not Action.UNCHANGED]
    kind_width = max((len(change.kind) for change in changes), default=0)
    if changes:
        yield Text(f"Room {plan.room}", style="italic")
    for change in changes:
        sign, color = SIGNS[change.action]
        begun = Text(f" {sign} {change.action:<8}", style=color)
        name = f"  {change.name}"
        if len(begun) + kind_width + len(name) > width:
            name = f"\n{INDENT}{change.name}"  # in one piece, to be copied
        yield begun.append(f"{change.kind:<{kind_width}}{name}".rstrip(), style="default")
        yield from (Text(f"{INDENT}  {told}", style="dim") for told in attributes(change))


def _counted(plan: Plan) -> str:
    counts = Counter(change.action for change in plan.changes)
    same = counts.pop(Action.UNCHANGED, 0)
    if not counts:
        return f"Nothing to change: the room is up to date, with {counted(same, 'resource')}."
    doing = ", ".join(f"{action} {counts[action]}" for action in SIGNS if counts[action])
    stay = f" {same} {'stays as it is' if same == 1 else 'stay as they are'}." if same else ""
    return (
        f"Deploy would {doing} of {counted(len(plan.changes), 'resource')}.{stay}"
        " To do it, run: python -m beekeeper deploy"
    )

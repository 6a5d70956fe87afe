"""The parsers of the commands. They answer a slip with the nearest name, and show examples."""

import argparse
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn

from beekeeper.nearest import did_you_mean


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistyped value of an option with the nearest one."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # argparse has no public place for this. Without it, only the hint would be missing.
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError:
            meant = did_you_mean(str(value), map(str, action.choices or ()))
            if not meant:
                raise
            raise argparse.ArgumentError(action, f"there is no {value!r}.{meant}") from None

    def refuse(self, unknown: Iterable[str]) -> NoReturn:
        """End the program, because it does not know these arguments. Name the nearest options."""
        known = self._option_string_actions
        slips = [typed for typed in unknown if typed.startswith("-")] or unknown
        said = [f"there is no {typed}.{self._meant(typed, known)}" for typed in slips]
        self.error(" And ".join(said))

    @staticmethod
    def _meant(typed: str, known: Collection[str]) -> str:
        name = typed.partition("=")[0]
        if name in known:
            return f" Write {name} after the command."
        if name.startswith("--"):
            return did_you_mean(name, known)
        return f" To name the room: --room {name}." if "--room" in known else ""


class Command(Parser):
    """The parser of a command. ``examples`` maps what a user types to what that does."""

    def __init__(self, *, examples: Mapping[str, str], **known: Any) -> None:
        super().__init__(**known)
        self.examples = examples

    def format_help(self) -> str:
        """Return the help, with the examples at its end."""
        lines = (
            f"  python -m beekeeper {typed}\n      {text}\n"
            for typed, text in self.examples.items()
        )
        return f"{super().format_help()}\nExamples:\n{''.join(lines)}"


def commands_of(root: argparse.ArgumentParser) -> Mapping[str, Command]:
    """Return the parser of each command, by its name."""
    (found,) = (a for a in root._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)

"""The parser of a command, whose ``--help`` ends with examples."""

import argparse
from collections.abc import Mapping
from typing import Any


class Command(argparse.ArgumentParser):
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

"""Writes results to stdout, and everything else to stderr."""

import contextlib
import functools
import json
import sys
import textwrap
from collections.abc import Iterable, Sequence
from unicodedata import category

from rich.console import Console
from rich.text import Text

from beekeeper.result import Result
from beekeeper.results import Verdict

COLORS = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.PROBLEM: "red",
    Verdict.UNKNOWN: "dim",
}
NARROWEST = 24  # columns; with fewer, words beside a name would be a column of letters


def printable(text: object) -> str:
    """Return a text that can't steer the terminal. What others wrote can be in a log or a row."""
    return "".join(c if _is_harmless(c) else ascii(c)[1:-1] for c in str(text))


def _is_harmless(character: str) -> bool:
    # Python takes no space but one for printable. French has others within a line.
    return character.isprintable() or character in "\n\t" or category(character) == "Zs"


def colored(verdict: Verdict) -> str:
    """Return a verdict in its colour, as rich's markup."""
    return f"[{COLORS[verdict]}]{verdict}[/{COLORS[verdict]}]"


class _Console(Console):
    """A console that leaves it to main() what a closed pipe means. Rich exits with 1.

    The work goes on if nobody reads its progress.
    """

    def on_broken_pipe(self) -> None:
        if not self.stderr:
            raise BrokenPipeError
        self.quiet = True


class Output:
    """Writes for a terminal, or as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Without `emoji`, rich would replace :smile: in an address.
        self.out = _Console(soft_wrap=True, highlight=False, emoji=False)
        self.err = _Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)

    def say(self, text: str) -> None:
        """Write a line of progress."""
        self.err.print(_fitted(text, self.err), markup=False)

    def text(self, text: str) -> None:
        """Write a paragraph of a result."""
        self.out.print(_fitted(text, self.out), markup=False)

    def error(self, error: BaseException, *, unexpected: bool = False) -> None:
        """Write an error with its notes to stderr and, with ``--json``, also to stdout."""
        text = str(error) or type(error).__name__
        if unexpected:
            text = f"{type(error).__name__}: {text} (for the details, run it again with --debug)"
        notes = getattr(error, "__notes__", [])
        if self.as_json:
            with contextlib.suppress(BrokenPipeError):  # it stays an error if nobody reads it
                self.json_line(
                    {"error": type(error).__name__, "message": "\n".join([text, *notes])}
                )
        for line in (text, *notes):
            self.err.print(_fitted(f"beekeeper: {line}", self.err), style="red", markup=False)

    def json_line(self, content: object) -> None:
        """Write one line of JSON to stdout, without a buffer."""
        sys.stdout.write(json.dumps(content) + "\n")
        sys.stdout.flush()

    def result(self, result: Result | Sequence[Result], lines: Iterable[str]) -> None:
        """Write a result as JSON, or as these lines."""
        if self.as_json:
            if isinstance(result, Result):
                self.json_line(result.to_dict())
            else:
                self.json_line([r.to_dict() for r in result])
            return
        for line in lines:
            self.text(line)

    def table(self, title: str, rows: Iterable[tuple[str | Text, str]]) -> None:
        """Write a table of two columns to stdout. No text is read as rich's markup.

        No word is broken. In a narrow terminal, rich's tables would cut off a link.
        """
        self.out.print(Text(title, style="italic"))
        named = [(Text(n, style="dim") if isinstance(n, str) else n, value) for n, value in rows]
        width = max((len(name) for name, _ in named), default=0)
        for name, value in named:
            indent = " " * (width + 3)
            line = Text(" ").append_text(name).append(" " * (width - len(name) + 2))
            fitted = _fitted(value, self.out, beside=len(indent))
            self.out.print(line.append(fitted.replace("\n", f"\n{indent}")))


def _fitted(text: str, console: Console, *, beside: int = 0) -> str:
    """Return a text whose lines end between words, if it is for a terminal.

    A terminal breaks a line within a word. A file or a pipe gets each line in one piece.
    ``beside`` is how many columns are taken.
    """
    text = printable(text)
    if not console.is_terminal:
        return text
    width = max(console.width - beside, NARROWEST)
    wrap = functools.partial(
        textwrap.fill, width=width, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrap(line) if len(line) > width else line for line in text.split("\n"))

"""watch: how a room stands, live."""

import argparse
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.live import Live

from beekeeper.cli import watch_figures as figures
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output, printable
from beekeeper.cli.stopping import stoppable
from beekeeper.cli.watch_dialogue import Dialogue
from beekeeper.cli.watch_feed import EVERY_SECONDS, Feed, Look, looks
from beekeeper.cli.watch_keys import NoKeys, keys
from beekeeper.cli.watch_log import Line, Log
from beekeeper.cli.watch_screen import Screen
from beekeeper.results import Status
from beekeeper.room import Room
from beekeeper.times import clock

LINE_SECONDS = 5.0  # between two lines where there is no terminal
KEY_SECONDS = 0.25  # the longest wait for a key, before it looks for news
DRAWN_SECONDS = 1.0  # the screen is drawn anew at least so often
NO_KEYS = "Ctrl-C ends it"


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    watch = commands.add_parser(
        "watch",
        help="see how the room stands, live, and change it with a key",
        description="Show how the room stands, live: the light, charts, figures, and what was"
        " changed by whom. The keys r, p, o, f and m set the rate, pause the line, turn the room on"
        " or off, and set the message; each asks first. q or Ctrl-C ends it, and changes nothing."
        " Where the output is no terminal, it writes a line every five seconds, and with --json"
        " a line of JSON every two.",
        examples={
            "watch": "shows the room of beekeeper.toml, live",
            "watch --json --room sale": "writes the status of room sale every two seconds",
        },
    )
    add_room(watch)
    watch.set_defaults(run=run_watch)


def run_watch(options: argparse.Namespace, output: Output) -> None:
    """Show a room until it is interrupted."""
    room = room_of(options)
    with stoppable(), suppress(KeyboardInterrupt):  # that is how a watch ends
        if output.as_json:
            _write_json(looks(room, EVERY_SECONDS), output)
        elif not output.out.is_terminal or output.out.is_dumb_terminal:
            _write_lines(looks(room, LINE_SECONDS), output)
        else:
            _show(room, output)


def _write_json(seen: Iterable[Look], output: Output) -> None:
    for look in seen:
        output.json_line(look.seen.to_dict())


def _write_lines(seen: Iterable[Look], output: Output) -> None:
    log = Log()
    for look in seen:
        now = time.time()
        lines = log.take(look, now)
        if isinstance(look.seen, Status):
            lines.append(Line(now, figures.line(look.seen)))
        for line in lines:
            output.out.print(f"{clock(line.at)}  {printable(line.text)}", markup=False)
        sys.stdout.flush()


def _show(room: Room, output: Output) -> None:
    dialogue = Dialogue(room)
    with Feed(room) as feed:
        output.say(f"Reading room {room.name} …")
        screen = Screen(feed.first(), time.time())
        try:
            _draw(screen, dialogue, feed)
        finally:  # Ctrl-C must not hide what a key has changed
            for text in dialogue.finish():
                output.say(text)
    output.out.print(figures.line(screen.status), markup=False)


def _draw(screen: Screen, dialogue: Dialogue, feed: Feed) -> None:
    # The console of the commands does not wrap lines.
    console, drawn_at = Console(highlight=False, emoji=False), 0.0
    with keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        while not dialogue.is_over:
            typed = pressed.read(KEY_SECONDS)
            for key in typed:
                dialogue.press(key, screen.status)
            is_new = _take(screen, dialogue, feed) or typed
            if is_new or time.time() - drawn_at >= DRAWN_SECONDS:
                drawn_at = time.time()
                last = NO_KEYS if isinstance(pressed, NoKeys) else dialogue.line
                live.update(screen.draw(console, last, drawn_at), refresh=True)


def _take(screen: Screen, dialogue: Dialogue, feed: Feed) -> bool:
    """Take what is new. Return whether anything is."""
    now, news, done = time.time(), list(feed.news()), list(dialogue.outcome())
    for look in news:
        screen.take(look, now)
    for text in done:
        screen.say(text, now)
    return bool(news or done)

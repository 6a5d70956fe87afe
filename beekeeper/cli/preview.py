"""preview: every state of the waiting page on this machine, without AWS."""

import argparse
import sys
import threading
from pathlib import Path
from typing import Any

from beekeeper.cli.options import add_common, add_config_file, config_path, count
from beekeeper.cli.output import Output
from beekeeper.cli.stopping import stoppable
from beekeeper.config import RoomConfig
from beekeeper.errors import ConfigError
from beekeeper.local.preview import Preview, titles
from beekeeper.local.screenshots import browser, take_all

EXAMPLE = {
    "name": "summer-sale",
    "destination": "https://shop.example.com/",
    "rate": 600,
    "edge": True,
}
PROGRESS_EVERY = 20  # pictures


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    preview = commands.add_parser(
        "preview",
        help="see every state of the waiting page, without AWS",
        description="Serve the waiting page on this machine until Ctrl-C: in all its states, in"
        " every language of the room, light and dark. The page and its script are those of a"
        " deploy; the answers of the room are made up. Nothing is sent to AWS.",
        examples={
            "preview": "serves the page of beekeeper.toml, or of an example, and shows the address",
            "preview --screenshots pictures --language fr": (
                "writes pictures of all states in French, and a contact sheet, and ends"
            ),
        },
    )
    add_config_file(preview)
    preview.add_argument(
        "--port", type=count, default=0, metavar="N", help="the port (default: a free one)"
    )
    preview.add_argument(
        "--screenshots",
        metavar="DIR",
        help="write pictures of all states into this folder, and end. Needs Chromium or Chrome",
    )
    preview.add_argument(
        "--language",
        metavar="CODE",
        help="the language to begin with, and of the pictures (default: the first of the room)",
    )
    add_common(preview)
    preview.set_defaults(run=run_preview)


def run_preview(options: argparse.Namespace, output: Output) -> None:
    """Serve the pages until the command is interrupted, or take pictures of them."""
    if options.screenshots:
        browser()  # says early that there is none
    with stoppable(), Preview(_config(options, output).model_dump(), options.port) as preview:
        language = _language(options, preview)
        if options.screenshots:
            _take(preview, language, Path(options.screenshots), output)
        else:
            query = f"?language={language}" if options.language else ""
            _serve(f"{preview.url}{query}", output)


def _config(options: argparse.Namespace, output: Output) -> RoomConfig:
    path = config_path(options)
    if options.config or path.exists():
        return RoomConfig.load(path)
    output.say(f"There is no {path} here, so this is the page of an example.")
    return RoomConfig.load(EXAMPLE)


def _language(options: argparse.Namespace, preview: Preview) -> str:
    language: str = options.language or preview.languages[0]
    if language not in preview.languages:
        offered = ", ".join(preview.languages)
        raise ConfigError(f"The room has no page in {language!r}. It has: {offered}.")
    return language


def _serve(url: str, output: Output) -> None:
    if output.as_json:
        output.json_line({"url": url})
    else:
        output.out.print(url, markup=False)
        sys.stdout.flush()
    output.say("Open this address in a browser. Ctrl-C ends the preview.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        output.say("Stopping …")


def _take(preview: Preview, language: str, folder: Path, output: Output) -> None:
    def on_picture(done: int, total: int) -> None:
        if done % PROGRESS_EVERY == 0 or done == total:
            output.say(f"{done} of {total} pictures")

    try:
        files = take_all(preview, titles(), language, folder, on_picture)
    except OSError as error:
        raise ConfigError(f"{folder} can't be written: {error.strerror}.") from error
    if output.as_json:
        output.json_line({"language": language, "files": [str(file) for file in files]})
    else:
        output.out.print(f"{folder / 'index.html'}", markup=False)
        output.out.print(f"{folder / 'contact-sheet.png'}", markup=False)

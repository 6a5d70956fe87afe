"""init: write a configuration from a few answers."""

import argparse
from pathlib import Path
from typing import Any

from beekeeper.cli.options import add_config, setting_help
from beekeeper.cli.output import Output
from beekeeper.config import RoomConfig
from beekeeper.errors import ConfigError
from beekeeper.results import Result

# The settings that init asks for, each with the answer that it proposes.
PROPOSED = {
    "name": "my-event",
    "title": "",  # made from the name
    "destination": "https://shop.example.com/",
    "rate": "600",
    "region": "eu-central-1",
}


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    init = commands.add_parser(
        "init",
        help="write beekeeper.toml, the configuration of your room",
        description="Write beekeeper.toml, the configuration of your room. With --name,"
        " --destination and --rate, init asks nothing. Otherwise it asks for what is missing.",
        examples={
            "init": "asks five questions, then writes beekeeper.toml",
            "init --destination https://shop.example.com/ --rate 600": (
                "asks only for the name, the title and the region"
            ),
        },
    )
    for field in PROPOSED:
        init.add_argument(f"--{field}", help=setting_help(field), metavar=_metavar(field))
    init.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    add_config(init)
    init.set_defaults(run=run_init)


def _metavar(field: str) -> str:
    return {"destination": "URL", "rate": "N"}.get(field, field.upper())


def run_init(options: argparse.Namespace, output: Output) -> None:
    """Write a configuration from options, and from answers where options are missing."""
    path = Path(options.config)
    if path.exists() and not options.force:
        raise ConfigError(f"{path} exists already. Edit it, or overwrite it with --force.")
    values = {field: getattr(options, field) for field in PROPOSED}
    if not (values["name"] and values["destination"] and values["rate"]):
        values = _ask(values, output)
    config = RoomConfig.load({field: _value(field, v) for field, v in values.items() if v})
    path.write_text(config.to_toml(), encoding="utf-8")
    result = _Written(config=config.model_dump(), path=str(path))
    output.result(result, [f"Wrote {path}. Next: python -m beekeeper plan"])


def _ask(values: dict[str, str | None], output: Output) -> dict[str, str | None]:
    answers: dict[str, str | None] = {}
    for field, default in PROPOSED.items():
        proposed = default
        if field == "title":
            proposed = (answers["name"] or "").replace("-", " ").title()
        prompt = f"{_question(field)} [{proposed}]: "
        answers[field] = values[field] or _answer(prompt, output) or proposed
    return answers


def _question(field: str) -> str:
    """Return the help of a setting without its second part, which says what is the default."""
    text = setting_help(field).partition(";")[0]
    return text[0].upper() + text[1:]


def _answer(prompt: str, output: Output) -> str:
    try:
        return output.err.input(prompt, markup=False).strip()
    except EOFError:
        raise ConfigError(
            "The questions got no answer, because the input has ended. Give --name, --destination"
            " and --rate instead."
        ) from None


def _value(field: str, text: str) -> str | int:
    if field != "rate":
        return text
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise ConfigError(f"rate = {text!r}: give a whole number, such as 600.") from None


class _Written(Result):
    def __init__(self, **content: Any) -> None:
        self._content = content

    def to_dict(self) -> dict[str, Any]:
        return self._content

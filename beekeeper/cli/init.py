"""init: write a configuration from a few answers."""

import argparse
import re
import unicodedata
from dataclasses import asdict
from typing import Any

from botocore.exceptions import BotoCoreError

from beekeeper.cli.options import add_config, config_path, count, setting_help, setting_value
from beekeeper.cli.output import Output
from beekeeper.config import RoomConfig, alarms, governor, page
from beekeeper.config.essentials import is_name
from beekeeper.contract.asking import BACK_OFF
from beekeeper.errors import ConfigError
from beekeeper.provision.regions import check_region
from beekeeper.result import Result
from beekeeper.rules import quotas, sizing
from beekeeper.rules.first_second import FirstSecond, first_second
from beekeeper.rules.joining import Limits

# The settings that init asks for, each with the answer that it proposes.
PROPOSED = {
    "name": "my-event",
    "title": "",  # made from the name
    "destination": "https://shop.example.com/",
    "rate": "600",
    "region": "eu-central-1",
}
FIRST_MINUTE = "how many people may follow the link in the first minute"


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    init = commands.add_parser(
        "init",
        help="write beekeeper.toml, the configuration of your room",
        description="Write beekeeper.toml, the configuration of your room. With --name,"
        " --destination and --rate, init asks nothing. Otherwise it asks for what is missing. It"
        " turns the edge on if visitors of a large first minute would read an error without it.",
        examples={
            "init": "asks six questions, then writes beekeeper.toml",
            "init --destination https://shop.example.com/ --rate 600": (
                "asks only for the name, the title, the region and the first minute"
            ),
        },
    )
    for field in PROPOSED:
        init.add_argument(f"--{field}", help=setting_help(field), metavar=_metavar(field))
    init.add_argument(
        "--first-minute",
        type=count,
        metavar="N",
        help=f"{FIRST_MINUTE}; a tenth of them is expected in the first second",
    )
    init.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    add_config(init)
    init.set_defaults(run=run_init)


def _metavar(field: str) -> str:
    return {"destination": "URL", "rate": "N"}.get(field, field.upper())


def run_init(options: argparse.Namespace, output: Output) -> None:
    """Write a configuration from options, and from answers where options are missing."""
    path = config_path(options)
    if path.exists() and not options.force:
        raise ConfigError(f"{path} exists already. Edit it, or overwrite it with --force.")
    given = {field: getattr(options, field) for field in PROPOSED}
    values = {field: _checked(field, text) for field, text in given.items() if text}
    first_minute = options.first_minute
    if not {"name", "destination", "rate"} <= values.keys():
        values = _ask(values, output)
        if first_minute is None:
            first_minute = _ask_first_minute(values["rate"], output)
    first = _first_second(first_minute, values.get("region"))
    config = RoomConfig(**values, edge=bool(first and first.needs_edge))
    try:
        more = page.COMMENTED + governor.COMMENTED + alarms.COMMENTED
        path.write_text(config.to_toml() + more, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}.") from error
    if first:
        decided = "The room gets an edge (edge = true)." if config.edge else "No edge is needed."
        output.say(f"{decided} {first.said}")
    first_second = asdict(first) if first else None
    result = _Written(config=config.model_dump(), path=str(path), first_second=first_second)
    output.result(result, [f"Wrote {path}. Next: python -m beekeeper plan"])


def _ask(values: dict[str, Any], output: Output) -> dict[str, Any]:
    """Return all values. Ask for those that are missing, each until its answer is right."""
    answers: dict[str, Any] = {}
    typed_name = ""
    for field, default in PROPOSED.items():
        proposed = default
        if field == "title":
            proposed = (typed_name or values["name"].replace("-", " ")).title()
        elif field == "region":
            proposed = _profile_region() or default
        while field not in values:
            text = _answer(f"{_question(field)} [{proposed}]: ", output) or proposed
            try:
                values[field] = _checked(field, text)
            except ConfigError as error:
                output.say(f"{str(error).rstrip('.')}.")
                continue
            if field == "name" and values[field] != text:
                typed_name = text
                output.say(f"The name of the room is {values[field]}.")
        answers[field] = values[field]
    return answers


def _ask_first_minute(rate: float, output: Output) -> int:
    proposed = round(sizing.peak_arrivals_per_minute(rate))
    question = f"{FIRST_MINUTE[0].upper()}{FIRST_MINUTE[1:]}? [{proposed}]: "
    while True:
        text = _answer(question, output) or str(proposed)
        try:
            return count(text)
        except argparse.ArgumentTypeError as error:
            output.say(f"{error}.")


def _first_second(minute: int | None, region: str | None) -> FirstSecond | None:
    """Return what the first second brings with the quotas that an account has by default there."""
    if minute is None:
        return None
    if minute < 1:
        raise ConfigError(f"first-minute = {minute}: give at least one visitor, such as 50000.")
    account = quotas.usual_in(region or _profile_region() or "")
    return first_second(minute, Limits(account), BACK_OFF)


def _checked(field: str, text: str) -> Any:
    value = setting_value(field, _name_of(text) if field == "name" else text)
    if field == "region":
        check_region(value)
    return value


def _name_of(text: str) -> str:
    """Return the name of a room from a title that somebody typed: summer-sale of Summer Sale."""
    if is_name(text):
        return text
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    if any(c.isalpha() and not c.isascii() for c in plain):
        return text  # not a letter may be lost: the check of the name says what is allowed
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or text


def _profile_region() -> str | None:
    """Return the region of the AWS profile in use, if there is one."""
    from boto3.session import Session

    try:
        return str(Session().region_name or "") or None
    except BotoCoreError:  # no such profile, a broken file: plan and deploy say so
        return None


def _question(field: str) -> str:
    """Return the help of a setting without its second part, which says what is the default."""
    text = setting_help(field).partition(";")[0]
    return text[0].upper() + text[1:]


def _answer(prompt: str, output: Output) -> str:
    try:
        return output.err.input(prompt, markup=False).strip()
    except KeyboardInterrupt as interrupt:
        interrupt.add_note("Nothing was written.")
        raise
    except EOFError:
        raise ConfigError(
            "The questions got no answer, because the input has ended. Give --name, --destination"
            " and --rate instead."
        ) from None


class _Written(Result):
    def __init__(self, **content: Any) -> None:
        self._content = content

    def to_dict(self) -> dict[str, Any]:
        return self._content

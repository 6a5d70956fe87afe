"""completion: a script that lets a shell complete our commands, options and values.

The script is made from the parsers, so it always fits the version that wrote it.
"""

import argparse
from collections.abc import Iterable
from typing import Any, TypeAlias

from beekeeper.cli.command import Command
from beekeeper.cli.options import add_common
from beekeeper.cli.output import Output

# With `-o default`, the shell completes file names wherever we know nothing.
BASH = """\
_beekeeper() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} known=""
    COMPREPLY=()
    case "$COMP_CWORD ${{COMP_WORDS[1]}} $before" in
        "1 "*) known="{commands}" ;;
{values}
    esac
    case "$COMP_CWORD ${{COMP_WORDS[1]}} $known" in
        "1 "*) ;;
{options}
    esac
    COMPREPLY=($(compgen -W "$known" -- "$word"))
}}
complete -o default -F _beekeeper beekeeper
"""
ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n"
Commands: TypeAlias = "argparse._SubParsersAction[Command]"
ONLY_COMMANDS = "__fish_use_subcommand"


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    completion = commands.add_parser(
        "completion",
        help="let your shell complete commands and options",
        description="Write a script that lets your shell complete the commands, options and values"
        " of `beekeeper`, which is the same program as `python -m beekeeper`. Add it to ~/.bashrc,"
        " to ~/.zshrc, or to ~/.config/fish/completions/beekeeper.fish.",
        examples={
            "completion bash": "for bash: beekeeper completion bash >> ~/.bashrc",
            "completion fish": "for fish; the third shell is zsh",
        },
    )
    completion.add_argument("shell", choices=list(SCRIPTS), help="your shell")
    add_common(completion)
    completion.set_defaults(run=run_completion, commands=commands)


def run_completion(options: argparse.Namespace, output: Output) -> None:
    """Write the script of a shell."""
    script = SCRIPTS[options.shell](options.commands)
    if output.as_json:
        output.json_line({"shell": options.shell, "script": script})
    else:
        output.out.print(script, markup=False, end="")


def _bash(commands: Commands) -> str:
    values, options = [], []
    for name, command in commands.choices.items():
        taking = [a for a in command._actions if a.option_strings and a.nargs != 0]
        known = [_case(name, [a], f'known="{_words(a)}"') for a in taking if a.choices]
        files = [action for action in taking if not action.choices]
        values += [*known, *([_case(name, files, "return")] if files else [])]
        options.append(f'        *" {name} ") known="{" ".join(_all_words(command))}" ;;')
    return BASH.format(
        commands=" ".join(commands.choices), values="\n".join(values), options="\n".join(options)
    )


def _case(command: str, taking: Iterable[argparse.Action], then: str) -> str:
    names = [option for action in taking for option in action.option_strings]
    patterns = [f'*" {command} {name}"' for name in names]
    return f"        {'|'.join(patterns)}) {then} ;;"


def _zsh(commands: Commands) -> str:
    return ZSH + _bash(commands)


def _fish(commands: Commands) -> str:
    first = f"complete -c beekeeper -n {ONLY_COMMANDS} -f"
    lines = [f"{first} -a {c.dest} -d {_quoted(c.help or '')}" for c in commands._choices_actions]
    for name, command in commands.choices.items():
        after = f"complete -c beekeeper -n '__fish_seen_subcommand_from {name}'"
        lines += [f"{after} {_fish_action(action)}" for action in command._actions]
    return "\n".join(lines) + "\n"


def _fish_action(action: argparse.Action) -> str:
    named = [
        f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
        for option in action.option_strings
    ]
    words = f"-a {_quoted(_words(action))}" if action.choices else ""
    # -x: a value and no file name; -r: a value; -f: no file name.
    value = "-f" if not named or action.nargs == 0 else "-x" if action.choices else "-r"
    told = f"-d {_quoted(_first_sentence(action.help or ''))}" if named else ""
    return " ".join(filter(None, (*named, value, words, told)))


def _all_words(command: Command) -> Iterable[str]:
    for action in command._actions:
        yield from action.option_strings or map(str, action.choices or ())


def _words(action: argparse.Action) -> str:
    return " ".join(map(str, action.choices or ()))


def _first_sentence(text: str) -> str:
    return text.partition(";")[0].partition(" (")[0].replace("%%", "%")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SCRIPTS = {"bash": _bash, "zsh": _zsh, "fish": _fish}

"""Joins the modules of the page's script into one script, because the page is one response.

The result is one strict function. It has the code of each module once, after the modules that this
module imports. All modules share one scope there, so two modules must not declare the same name.

The bundler understands only these forms of import and export, each at the beginning of a line. All
other forms are errors:

    import { a, b } from "./other.js";
    export function f() {…}
    export async function g() {…}
    export const c = …;

Comments must begin with ``//``, and template literals are not allowed. So each line can be
understood by itself. Lines that are only a comment, and indentation, are left out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from beekeeper.page.sources import SourceError

_IMPORT = re.compile(
    r'^import \{((?:\s*[\w$]+,)*(?:\s*[\w$]+)?\s*)\} from "\./([\w-]+\.js)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:(?:async )?function|const) ([\w$]+))", re.MULTILINE)
_DECLARED = re.compile(r"^(?:(?:async )?function|const|let|class) ([\w$]+)", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_COMMENT = re.compile(r"^(?:[ \t]*//.*)?\n", re.MULTILINE)
_REFUSED = {
    r"^[ \t]*(?:import|export)\b.*|.*\bimport\s*\(.*": "this form of import or export",
    r"^(?:var|(?:const|let) [^\w$]|function[ *]*[^\w$ ]).*": "this form of declaration",
    r"^[ \t]*/\*.*": "a comment that does not begin with //",
    r".*`.*": "a template literal",
    r"(?i).*(?:</script|<!--).*": "text that would end the script block of the page",
}


@dataclass(frozen=True, slots=True)
class _Module:
    name: str
    imports: tuple[tuple[str, str], ...]  # module, name
    exports: frozenset[str]
    declared: tuple[str, ...]
    code: str


def join_modules(entry: str, read: Callable[[str], str]) -> str:
    """Return one script that does the same as the module ``entry``.

    ``read`` returns the source of a module by its name, such as ``main.js``. Raises SourceError if
    modules import each other in a circle, if an imported name is not exported, or if two modules
    declare the same name.
    """
    modules: dict[str, _Module] = {}
    _add(entry, (), modules, read)
    _check_names(modules)
    code = "".join(module.code for module in modules.values())
    return f'(function () {{\n"use strict";\n{code}}})();\n'


def _add(
    name: str, importers: tuple[str, ...], modules: dict[str, _Module], read: Callable[[str], str]
) -> None:
    """Add a module to ``modules``, after those that it imports."""
    if name in importers:
        circle = " → ".join((*importers[importers.index(name) :], name))
        raise SourceError(f"The modules import each other in a circle: {circle}")
    if name in modules:
        return
    module = _parse(name, read(name))
    for imported in dict.fromkeys(other for other, _ in module.imports):
        _add(imported, (*importers, name), modules, read)
    for other, wanted in module.imports:
        if wanted not in modules[other].exports:
            raise SourceError(f"{name} imports {wanted} from {other}, which does not export it")
    modules[name] = module


def _parse(name: str, source: str) -> _Module:
    code = _COMMENT.sub("", source.rstrip("\n") + "\n")
    imports = tuple(
        (found[2], wanted.strip())
        for found in _IMPORT.finditer(code)
        for wanted in found[1].split(",")
        if wanted.strip()
    )
    code = _IMPORT.sub("", code)
    exports = frozenset(_EXPORT.findall(code))
    code = _EXPORT.sub("", code)
    for pattern, what in _REFUSED.items():
        if found := re.search(pattern, code, re.MULTILINE):
            raise SourceError(f"{name}: {what} is not allowed: {found[0].strip()}")
    declared = tuple(_DECLARED.findall(code))
    return _Module(name, imports, exports, declared, without_indentation(code))


def _check_names(modules: dict[str, _Module]) -> None:
    owners: dict[str, str] = {}
    for module in modules.values():
        for declared in module.declared:
            if declared in owners:
                raise SourceError(
                    f"{owners[declared]} and {module.name} both declare {declared}. Rename one of"
                    " them, because they share one scope in the page."
                )
            owners[declared] = module.name


def without_indentation(source: str) -> str:
    """Return ``source`` without the white space at the start of its lines."""
    return _INDENT.sub("", source)

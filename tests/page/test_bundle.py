import re
from collections.abc import Callable
from importlib.resources import files

import pytest

from beekeeper.page.bundle import join_modules
from beekeeper.page.sources import SourceError, read_source

SCRIPT = files("beekeeper") / "assets" / "room" / "script"
NAMES = sorted(file.name for file in SCRIPT.iterdir())


def _reader(**modules: str) -> Callable[[str], str]:
    sources = {f"{name}.js": source for name, source in modules.items()}

    def read(name: str) -> str:
        if name not in sources:
            raise SourceError(f"There is no {name}")
        return sources[name]

    return read


def _join(**modules: str) -> str:
    return join_modules("main.js", _reader(**modules))


def test_each_module_comes_once_after_those_that_it_imports() -> None:
    joined = _join(
        main='import { b } from "./b.js";\nimport { c } from "./c.js";\n\nb();\nc();\n',
        b='import { d } from "./d.js";\nexport function b() {\n  d();\n}\n',
        c='import { d } from "./d.js";\nexport async function c() {\n  d();\n}\n',
        d="export const d = () => {};\n",
    )
    assert joined == (
        '(function () {\n"use strict";\n'
        "const d = () => {};\n"
        "function b() {\nd();\n}\n"
        "async function c() {\nd();\n}\n"
        "b();\nc();\n"
        "})();\n"
    )


def test_imports_may_take_several_lines_and_several_names() -> None:
    joined = _join(
        main='import {\n  a,\n  $b,\n} from "./a-b.js";\na($b);',
        **{"a-b": "export const a = 1;\nexport const $b = 2;\n"},
    )
    assert joined.splitlines()[2:] == ["const a = 1;", "const $b = 2;", "a($b);", "})();"]


def test_lines_that_are_only_a_comment_are_left_out() -> None:
    joined = _join(main="// What it does.\n\nf(); // why\n  // why not\ng();\n")
    assert joined.splitlines()[2:-1] == ["f(); // why", "g();"]


def test_a_circle_is_refused_and_shown() -> None:
    modules = _reader(
        main='import { a } from "./a.js";\n',
        a='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    with pytest.raises(SourceError, match=r"in a circle: a\.js → b\.js → a\.js$"):
        join_modules("main.js", modules)


def test_a_module_that_imports_itself_is_a_circle() -> None:
    with pytest.raises(SourceError, match=r"circle: main\.js → main\.js"):
        _join(main='import { a } from "./main.js";\nexport const a = 1;\n')


@pytest.mark.parametrize(
    "declaration", ["const x = 1;", "let x;", "function x() {}", "async function x() {}"]
)
def test_two_modules_must_not_declare_the_same_name(declaration: str) -> None:
    with pytest.raises(SourceError, match=r"a\.js and main\.js both declare x\. Rename one"):
        _join(
            main=f'import {{ a }} from "./a.js";\n{declaration}\n',
            a="export function a() {}\nexport const x = 2;\n",
        )


def test_names_inside_of_functions_do_not_clash() -> None:
    _join(
        main='import { a } from "./a.js";\nfunction f() {\n  const x = a;\n}\n',
        a="export const a = 1;\nconst x = 2;\n",
    )


def test_import_of_something_that_is_not_exported() -> None:
    with pytest.raises(SourceError, match=r"main\.js imports b from a\.js, which does not export"):
        _join(main='import { b } from "./a.js";\n', a="const b = 1;\n")


def test_import_of_a_module_that_does_not_exist() -> None:
    with pytest.raises(SourceError, match=r"There is no b\.js"):
        _join(main='import { b } from "./b.js";\n')
    with pytest.raises(SourceError, match=r"There is no assets/room/script/none\.js"):
        read_source("script/none.js")


@pytest.mark.parametrize(
    "source",
    [
        'import a from "./a.js";',
        'import * as a from "./a.js";',
        'import { a as b } from "./a.js";',
        'import { a } from "https://example.com/a.js";',
        'import { a } from "../a.js";',
        'import "./a.js";',
        '  import { a } from "./a.js";',
        'const a = import("./a.js");',
        "export default function a() {}",
        "export { a };",
        'export * from "./a.js";',
        "export let a = 1;",
        "var a = 1;",
        "const { a } = b;",
        "let [a] = b;",
        "function* a() {}",
        "const a = `b`;",
        "/* a */",
        "const a = '</SCRIPT>';",
        "const a = '<!--';",
    ],
)
def test_what_is_not_understood_is_refused(source: str) -> None:
    with pytest.raises(SourceError, match=r"^main\.js: .* is not allowed: "):
        _join(main=f"{source}\n", a="export const a = 1;\n")


def test_the_page_uses_each_module_and_is_the_same_bytes_every_time() -> None:
    read: list[str] = []

    def reader(name: str) -> str:
        read.append(name)
        return read_source(f"script/{name}")

    first = join_modules("main.js", reader)
    assert sorted(read) == NAMES
    assert join_modules("main.js", reader) == first
    assert not re.search(r"^\s*(import|export)\b", first, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_modules_stay_small(name: str) -> None:
    assert len(read_source(f"script/{name}").splitlines()) <= 150

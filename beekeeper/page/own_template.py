"""The operator's own template: which slots it has, and what it must not do.

A template is a whole HTML document, without white space around it. It begins with BEGINNING and
ends with ENDING, so that the policy comes before all that it is about, and the script after all
that it uses. README.md has the table of slots. A template has no ``{{text:…}}`` and no ``{{#…}}``:
its sentences are its own.

The sentences and the state of the page are inside ``{{build:room}}``, which must be in a <main>: it
is what screen readers jump to.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from beekeeper.page.requests import css_problems, problems

MAX_TEMPLATE_BYTES = 60_000
ONCE = ("build:html", "build:head", "build:room", "build:script")
AT_MOST_ONCE = ("build:logo", "build:languages", "build:links")
ANY_NUMBER = ("title", "footer")
SLOTS = (*ONCE, *AT_MOST_ONCE, *ANY_NUMBER)

BEGINNING = "<!doctype html> <html {{build:html}}> <head> {{build:head}}"
ENDING = "{{build:script}} </body> </html>"
BEGINS = re.compile(
    r"<!doctype html>\s*<html \{\{build:html\}\}>\s*<head>\s*\{\{build:head\}\}", re.IGNORECASE
)
ENDS = re.compile(r"\{\{build:script\}\}\s*</body>\s*</html>\s*$", re.IGNORECASE)
AROUND_ROOM = frozenset(("html", "body", "main", "div", "section", "article"))
NO_SLOT_INSIDE = frozenset(("script", "style", "template", "textarea", "title", "svg", "select"))
# They have no end tag (WHATWG HTML, "Void elements").
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source")
) | {"track", "wbr"}
SLOT = re.compile(r"\{\{([^{}]*)\}\}")
# What the parser takes for text, because its end is missing. A browser would hide all that follows.
WITHOUT_END = re.compile(r"<[a-z/!?][^\n]{0,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """What a template has of its own: its blocks, its ids, and what is wrong with it.

    ``placed`` are the slots in its text, where they are filled.
    """

    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check_template(template: str, sources: Collection[str], taken_ids: Collection[str]) -> None:
    """Raise ValueError, with a text for people, if a template can't be the page.

    ``sources`` are the origins that it may load from. ``taken_ids`` are those of the parts that the
    build makes.
    """
    size = len(template.encode())
    if size > MAX_TEMPLATE_BYTES:
        raise ValueError(f"it has {size:,} bytes, and may have {MAX_TEMPLATE_BYTES:,}. Shorten it")
    for problem in (*_wrong_form(template), *_wrong_slots(template)):
        raise ValueError(problem)
    own = read_template(template, sources)
    for problem in (*own.problems, *_unplaced(own)):
        raise ValueError(problem)
    for taken in sorted(set(own.ids) & set(taken_ids)):
        raise ValueError(f'id="{taken}" is used by the parts of the room. Choose another id')


def read_template(template: str, sources: Collection[str] = ()) -> OwnTemplate:
    """Return what a template has of its own."""
    reader = _Reader(sources)
    reader.feed(template)
    reader.close()
    return reader.found


def _wrong_form(template: str) -> Iterator[str]:
    if not BEGINS.match(template):
        yield f"it must begin with: {BEGINNING}"
    if not ENDS.search(template):
        yield f"it must end with: {ENDING}"


def _wrong_slots(template: str) -> Iterator[str]:
    found = SLOT.findall(template)
    for name in found:
        if name not in SLOTS:
            shown = ", ".join(f"{{{{{slot}}}}}" for slot in SLOTS)
            yield f"{{{{{name}}}}} is not a slot. The slots are: {shown}"
    for name in (*ONCE, *AT_MOST_ONCE):
        times = found.count(name)
        if times > 1:
            yield f"{{{{{name}}}}} is there {times} times. Leave one"
        if not times and name in ONCE:
            yield f"{{{{{name}}}}} is missing. Write it where it belongs"


def _unplaced(own: OwnTemplate) -> Iterator[str]:
    """Yield the slots that the parser has not come to."""
    for name in ONCE:
        if name != "build:html" and name not in own.placed:
            yield f"{{{{{name}}}}} is inside something that is not closed before it. Close that"


class _Reader(HTMLParser):
    """Reads a template once. The lines of the problems are those of the template."""

    def __init__(self, sources: Collection[str]) -> None:
        super().__init__()
        self.found = OwnTemplate()
        self._sources = sources
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of two attributes of the same name, a browser takes the first.
        attributes = {name: value or "" for name, value in reversed(attrs)}
        for problem in problems(tag, attributes, self._sources):
            self._wrong(problem)
        if tag != "html":
            self._no_slots(*attributes, *attributes.values())
        if "id" in attributes:
            self.found.ids.append(attributes["id"])
        if tag not in VOID:
            self._open.append(tag)
        if tag in ("script", "style"):
            self._blocks(tag).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if "svg" in self._open and self._open[-1] == tag:  # elsewhere browsers ignore the slash
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(tag)
            for unclosed in NO_SLOT_INSIDE.intersection(self._open[last + 1 :]):
                self._wrong(f"<{unclosed}> is not closed before </{tag}>")
            del self._open[last:]

    def handle_data(self, data: str) -> None:
        current = self._open[-1] if self._open else ""
        if current in ("script", "style"):
            self._blocks(current)[-1] += data
            self._no_slots(data)
            if current == "script" and "<!--" in data:
                self._wrong("<!-- in a script hides its end from browsers: write it as <\\!--")
        else:
            if found := WITHOUT_END.match(data):
                self._wrong(f"this has no end: {found[0]}")
            for slot in SLOT.finditer(data):
                self._place(slot[1], below=data.count("\n", 0, slot.start()))
        if current == "style":
            for problem in css_problems(data, self._sources):
                self._wrong(problem)

    def handle_comment(self, data: str) -> None:
        self._no_slots(data)
        # Python's parser and browsers do not agree on where others end (WHATWG HTML, "Comments").
        is_plain = f"<!--{data}-->" in self.rawdata and "--!>" not in data
        if not is_plain or data.startswith((">", "->")):
            self._wrong("write a comment as <!-- text -->")

    def handle_decl(self, decl: str) -> None:
        self._no_slots(decl)

    def unknown_decl(self, data: str) -> None:
        self._no_slots(data)
        self._wrong("<![ is not HTML. Remove it")

    def handle_pi(self, data: str) -> None:
        self._no_slots(data)

    def _blocks(self, tag: str) -> list[str]:
        return self.found.scripts if tag == "script" else self.found.styles

    def _place(self, name: str, below: int) -> None:
        """Note what is wrong with the place of a slot, ``below`` lines below the text's first."""
        self.found.placed.append(name)
        if name == "build:room" and (reason := self._wrong_room()):
            self._wrong(f"{{{{build:room}}}} {reason}", below)
        elif name == "build:script" and self._open != ["html", "body"]:
            inside = ", ".join(f"<{tag}>" for tag in self._open[2:]) or "no <body>"
            self._wrong(
                f"{{{{build:script}}}} must be directly in <body>, and is in {inside}", below
            )
        elif name == "build:html" or not NO_SLOT_INSIDE.isdisjoint(self._open):
            self._no_slots(f"{{{{{name}}}}}")

    def _wrong_room(self) -> str:
        for tag in self._open:
            if tag not in AROUND_ROOM:
                return f"must not be inside <{tag}>: close that element before"
        return "" if "main" in self._open else "must be inside <main>, for screen readers"

    def _no_slots(self, *texts: str) -> None:
        for name in SLOT.findall(" ".join(texts)):
            self._wrong(f"{{{{{name}}}}} can only be between elements, where text can be")

    def _wrong(self, problem: str, below: int = 0) -> None:
        self.found.problems.append(f"line {self.getpos()[0] + below}: {problem}")

"""The accent colour: what is derived from it can be read, whatever colour it is."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beekeeper.page.accent import (
    BLACK,
    WHITE,
    accent_style,
    contrast,
    parse_accent,
    readable,
    text_on,
)
from beekeeper.page.sources import SourceError, read_source

CHANNEL = st.integers(0, 255)
COLOURS = st.tuples(CHANNEL, CHANNEL, CHANNEL)
STYLE = """:root {
  --card: #ffffff;
  --track: #eeeeee;
  --calm-back: #fff8e0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --card: #111111;
    --track: #333333;
    --calm-back: #222200;
  }
}
"""


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        (BLACK, WHITE, 21.0),
        (WHITE, WHITE, 1.0),
        ((0x76, 0x76, 0x76), WHITE, 4.54),  # the lightest grey that text on white may have
        ((0x94, 0x94, 0x94), WHITE, 3.03),
        ((255, 0, 0), WHITE, 4.0),
        ((0, 0, 255), BLACK, 2.44),
    ],
)
def test_contrasts_are_those_of_the_guidelines(
    one: tuple[int, int, int], other: tuple[int, int, int], ratio: float
) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@given(colour=COLOURS)
@example(colour=(0x75, 0x75, 0x75))  # as far from black as from white
@example(colour=(0x76, 0x76, 0x76))
def test_text_on_any_accent_can_be_read(colour: tuple[int, int, int]) -> None:
    assert contrast(text_on(colour), colour) >= 4.5


@given(colour=COLOURS)
def test_the_fill_stands_out_in_both_themes_of_the_page(colour: tuple[int, int, int]) -> None:
    style = read_source("style.css")
    accent = "#{:02x}{:02x}{:02x}".format(*colour)
    light, dark = re.findall("--fill: (#.{6});", accent_style(accent, style))
    themes = style.partition("(prefers-color-scheme: dark)")
    for fill, theme in ((light, themes[0]), (dark, themes[2])):
        for name in ("card", "track", "calm-back"):
            behind = re.search(f"--{name}: (#.{{6}});", theme)
            assert behind
            assert contrast(_rgb(fill), _rgb(behind[1])) >= 3


def _rgb(text: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def test_a_colour_is_changed_only_as_much_as_it_takes() -> None:
    enough = (0x80, 0, 0)
    assert readable(enough, [WHITE], BLACK) == enough
    pale = (255, 200, 200)
    found = readable(pale, [WHITE], BLACK)
    assert 3 <= contrast(found, WHITE) < 3.2
    assert found[0] > found[1] == found[2]  # it is still red
    assert readable(WHITE, [(0x77, 0x77, 0x77)], WHITE) == WHITE


def test_both_themes_get_their_colours() -> None:
    assert accent_style("#ffff00", STYLE) == (
        ":root { --accent: #ffff00; --on-accent: #000000; --fill: #8c8c00; }\n"
        ".button { border-color: var(--fill); }\n.cell { stroke: var(--fill); }\n"
        "@media (prefers-color-scheme: dark) {\n:root { --fill: #ffff00; }\n}\n"
    )
    assert accent_style("", STYLE) == ""


def test_the_style_uses_what_it_is_given() -> None:
    style = read_source("style.css")
    for name in re.findall(r"--([\w-]+):", accent_style("#0b5fff", style)):
        assert f"var(--{name})" in style


@pytest.mark.parametrize(
    ("text", "value"), [("#0B5FFF", "#0b5fff"), ("#fa0", "#ffaa00"), ("#000000", "#000000")]
)
def test_a_colour_has_one_form(text: str, value: str) -> None:
    assert parse_accent(text) == value
    assert parse_accent(value) == value


@pytest.mark.parametrize(
    "text", ["red", "#12345", "#ggg", "0b5fff", "#0b5fff80", "rgb(1,2,3)", "#"]
)
def test_what_is_no_such_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"give a colour as #rrggbb or #rgb, such as #0b5fff"):
        parse_accent(text)


@pytest.mark.parametrize(
    ("style", "problem"),
    [
        ("", r"style\.css must begin with :root"),
        (STYLE.replace("--track: #333333;", "--track: red;"), r"style\.css has no --track as #rr"),
    ],
    ids=["nothing", "no track"],
)
def test_a_style_without_the_backgrounds_is_refused(style: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        accent_style("#0b5fff", style)

"""The operator's accent colour: the colours of the page that follow from it.

Every colour is allowed, because the build derives what can be read. The contrast between two
colours is (L1 + 0.05) / (L2 + 0.05), where L1 is the relative luminance of the lighter one (Web
Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance").

- Text on the accent is black or white, whichever has more contrast. The product of both contrasts
  is always 21, so the better one is at least the root of 21, which is 4.58. Text needs 4.5
  (success criterion 1.4.3).
- What has a meaning without being text, such as the bar's fill and the dot, needs 3 against what is
  behind it (success criterion 1.4.11). Its colour is the accent, mixed with black in the light
  theme and with white in the dark one, only as much as that takes. A button has it as its edge.
"""

import re
from collections.abc import Iterable, Sequence

from beekeeper.page.sources import SourceError

Colour = tuple[int, int, int]

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
GRAPHIC_CONTRAST = 3.0
SYNTAX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)
# A button, or a bee, in the colour of the card would be lost without it.
EDGE = ".button { border-color: var(--fill); }\n.cell { stroke: var(--fill); }\n"
# What the fill and the dot are on: properties of style.css, each with one value for each theme.
BACKGROUNDS = ("card", "track", "calm-back")


def parse_accent(text: str) -> str:
    """Return a colour as ``#rrggbb``. Raise ValueError, with a text for people."""
    value = text.lower()
    if not SYNTAX.fullmatch(value):
        raise ValueError("give a colour as #rrggbb or #rgb, such as #0b5fff")
    return value if len(value) == 7 else "#" + "".join(digit * 2 for digit in value[1:])


def accent_style(accent: str, style: str) -> str:
    """Return the CSS that gives a page with this style the accent. Raise SourceError.

    ``accent`` is ``#rrggbb``, or empty for the colours of the style itself.
    """
    if not accent:
        return ""
    colour = _colour(accent)
    light, dark = (_backgrounds(theme) for theme in _themes(style))
    root = {
        "accent": accent,
        "on-accent": _hex(text_on(colour)),
        "fill": _hex(readable(colour, light, BLACK)),
    }
    return _rule(root) + EDGE + (
        "@media (prefers-color-scheme: dark) {\n"
        f"{_rule({'fill': _hex(readable(colour, dark, WHITE))})}}}\n"
    )


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(colour: Colour) -> Colour:
    """Return black or white, whichever is easier to read on a colour."""
    return max((BLACK, WHITE), key=lambda text: contrast(text, colour))


def readable(colour: Colour, backgrounds: Sequence[Colour], towards: Colour) -> Colour:
    """Return a colour that has enough contrast with all backgrounds for what is not text.

    It is mixed with ``towards``, in steps of 1 %, until it has enough. The last step is that colour
    itself.
    """
    mixtures = (_mixed(colour, towards, percent) for percent in range(101))
    return next((mixed for mixed in mixtures if _is_readable(mixed, backgrounds)), towards)


def _is_readable(colour: Colour, backgrounds: Iterable[Colour]) -> bool:
    return all(contrast(colour, behind) >= GRAPHIC_CONTRAST for behind in backgrounds)


def _mixed(colour: Colour, towards: Colour, percent: int) -> Colour:
    red, green, blue = (
        round(a + (b - a) * percent / 100) for a, b in zip(colour, towards, strict=True)
    )
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _themes(style: str) -> tuple[str, str]:
    """Return the declarations of the light and of the dark theme."""
    light, dark = (
        re.search(r"^:root \{(.*?)\}", style, re.DOTALL | re.MULTILINE),
        re.search(r"\(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", style, re.DOTALL),
    )
    if not light or not dark:
        raise SourceError("style.css must begin with :root {…} for each of the two themes")
    return light[1], dark[1]


def _backgrounds(theme: str) -> list[Colour]:
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", theme))
    if missing := [name for name in BACKGROUNDS if name not in found]:
        raise SourceError(f"style.css has no --{missing[0]} as #rrggbb in one of the themes")
    return [_colour(found[name]) for name in BACKGROUNDS]


def _colour(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _rule(properties: dict[str, str]) -> str:
    declared = " ".join(f"--{name}: {value};" for name, value in properties.items())
    return f":root {{ {declared} }}\n"

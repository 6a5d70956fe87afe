"""Which language a visitor gets: what they chose on the page, or else what their browser asks for.

A browser sends the languages that its user reads in ``Accept-Language``, each with a weight (RFC
9110, section 12.5.4): ``fr-CH, fr;q=0.9, en;q=0.8``. We look them up as RFC 4647 (section 3.4)
says: the most wanted first, and each with and then without its region.

Two more rules help more readers than that lookup does:

- Chinese is written in two scripts, and browsers name a region instead: Taiwan, Hong Kong and Macau
  mean traditional characters, all others mean simplified ones.
- If a room offers only one variant of a language, it is for the readers of all variants.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

TRADITIONAL, SIMPLIFIED = "zh-hant", "zh-hans"
_IN_TRADITIONAL = {"tw", "hk", "mo"}
# Nobody reads more languages than this. A header of thousands must cost no time.
MOST_LANGUAGES = 30
_WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)", re.ASCII)


def language_of(chosen: str, accept_language: str, offered: Sequence[str]) -> str:
    """Return the language that a visitor gets.

    ``chosen`` is the parameter of the address, or empty. It wins if the room offers that language.
    """
    return _offered_as(chosen, offered) or best_of(accept_language, offered)


def best_of(accept_language: str, offered: Sequence[str]) -> str:
    """Return the language that suits a browser best. The first one is for those whom none suits."""
    found = (_offered_as(tag, offered) for tag in _wanted(accept_language))
    return next(filter(None, found), offered[0])


def _wanted(accept_language: str) -> Iterable[str]:
    """Return the tags of the header, the most wanted first. Those of weight 0 are not wanted."""
    weighted = []
    for entry in accept_language.split(",", MOST_LANGUAGES)[:MOST_LANGUAGES]:
        tag, _, weight = entry.partition(";")
        found = _WEIGHT.fullmatch(weight.replace(" ", "").lower())
        weighted.append((float(found[1]) if found else 1.0, tag))
    weighted.sort(key=lambda each: -each[0])  # in the header's order where weights are the same
    return (tag for weight, tag in weighted if weight > 0)


def _offered_as(tag: str, offered: Sequence[str]) -> str | None:
    """Return the offered language that a reader of ``tag`` can read, or None."""
    named = {language.lower(): language for language in offered}
    exact = (named[form] for form in _forms(tag) if form in named)
    primary = tag.strip().lower().partition("-")[0]
    alike = (named[form] for form in named if form.partition("-")[0] == primary)
    return next(exact, None) or next(alike, None)


def _forms(tag: str) -> Iterator[str]:
    """Yield a tag in lower case, and then without its last part, and so on."""
    parts = tag.strip().lower().split("-")
    if parts[0] == "zh":
        yield TRADITIONAL if _is_traditional(parts) else SIMPLIFIED
    for count in range(len(parts), 0, -1):
        yield "-".join(parts[:count])


def _is_traditional(parts: Sequence[str]) -> bool:
    """Return whether a tag for Chinese means traditional characters: its script decides first."""
    if "hans" in parts or "hant" in parts:
        return "hant" in parts
    return bool(_IN_TRADITIONAL & set(parts))

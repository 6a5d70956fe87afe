"""Which language a visitor gets: what they chose on the page, or else what their browser asks for.

A browser sends the languages that its user reads in ``Accept-Language``, each with a weight (RFC
9110, section 12.5.4): ``fr-CH, fr;q=0.9, en;q=0.8``. We look them up as RFC 4647 (section 3.4)
says: the most wanted first, and each with and then without its region. A weight that is not as HTTP
defines it makes its entry void.

Chinese is written in two scripts, and browsers name a region instead: Taiwan, Hong Kong and Macao
mean traditional characters, all others mean simplified ones.

With an edge, a CloudFront Function has the same rule (assets/edge/language.js).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

TRADITIONAL, SIMPLIFIED = "zh-hant", "zh-hans"
_IN_TRADITIONAL = {"tw", "hk", "mo"}
READ_CHARACTERS = 1_000  # no browser sends more
LONGEST_TAG = 3  # words, as in zh-Hant-HK
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def language_of(chosen: str, accept_language: str, offered: Sequence[str]) -> str:
    """Return the language that a visitor gets.

    ``chosen`` is the parameter of the address, or empty. It wins if the room offers that language.
    """
    return _among(chosen, offered) or best_of(accept_language, offered)


def best_of(accept_language: str, offered: Sequence[str]) -> str:
    """Return the language that suits a browser best. The first one is for those whom none suits."""
    found = (_among(tag, offered) for tag in _wanted(accept_language[:READ_CHARACTERS]))
    return next(filter(None, found), offered[0])


def _wanted(accept_language: str) -> Iterable[str]:
    """Return the tags of the header, the most wanted first. Those of weight 0 are not wanted."""
    weighted = []
    for entry in accept_language.split(","):
        tag, parameter, weight = entry.partition(";")
        found = _WEIGHT.fullmatch(weight.strip().lower())
        given = float(found[1]) if found else 0.0
        weighted.append((given if parameter else 1.0, tag))
    weighted.sort(key=lambda each: -each[0])  # in the header's order where weights are the same
    return (tag for weight, tag in weighted if weight > 0)


def _among(tag: str, offered: Sequence[str]) -> str | None:
    """Return the offered language that a tag names, or None."""
    words = tag.strip().lower().split("-")[:LONGEST_TAG]
    if words == ["*"]:
        return offered[0]
    named = {language.lower(): language for language in offered}
    return next((named[form] for form in _forms(words) if form in named), None)


def _forms(words: Sequence[str]) -> Iterator[str]:
    """Yield a tag, and then the tag without its last word, and so on."""
    for count in range(len(words), 1, -1):
        yield "-".join(words[:count])
    yield _script(words) if words[0] == "zh" else words[0]


def _script(words: Sequence[str]) -> str:
    """Return the form of Chinese that a tag means. A script decides before a region."""
    if "hans" in words or "hant" in words:
        return TRADITIONAL if "hant" in words else SIMPLIFIED
    return TRADITIONAL if _IN_TRADITIONAL & set(words) else SIMPLIFIED

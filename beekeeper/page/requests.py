"""What an element of the operator's own template would run or load, and whether that is allowed.

The content security policy of the page is what keeps strangers out: it has the hashes of the blocks
that the page may run, and the origins that the operator has allowed. These checks tell the operator
before a deploy what the policy would block in front of the visitors. They also refuse the few
requests that no policy covers, such as those of ``<link rel="preconnect">``.
"""

import re
from collections.abc import Collection, Iterator

from beekeeper.rules.destination import has_host, origin_of

Attributes = dict[str, str]

REFUSED_ELEMENTS = {
    **dict.fromkeys(("iframe", "frame", "frameset", "object", "embed"), "shows another document"),
    "base": "changes where the links of the room lead",
    "form": "sends data to a site: use a link to it instead",
}
REFUSED_ATTRIBUTES = {
    "style": "is a style that the page's policy blocks: write a rule into a <style>",
    **dict.fromkeys(("ping", "attributionsrc"), "tells others of the visitors"),
    "referrerpolicy": "changes what other sites learn of the visitors",
}
# They name a file that the browser loads.
LOADING = ("src", "srcset", "imagesrcset", "poster", "data", "background")
PAINTS = ("fill", "stroke", "filter", "mask", "clip-path")  # of SVG, with url(…)
LINKS = ("a", "area")  # their href loads nothing until somebody follows it
RELATIONS = ("stylesheet", "apple-touch-icon")  # the script changes the icon of the tab
SCRIPT_TYPES = ("", "text/javascript", "module", "application/json")
DESCRIPTOR = re.compile(r"[\d.]+[wxh]")  # in srcset, behind an address
CSS_ADDRESS = re.compile(r"url\(\s*[\"']?\s*([^\"')\s]+)|@import\s*[\"']([^\"']+)", re.IGNORECASE)
# Browsers leave these out before they read the scheme (WHATWG URL, 4.4).
LEFT_OUT = re.compile(r"[\x00-\x20]")


def problems(tag: str, attributes: Attributes, sources: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with an element. ``sources`` are the origins that it may load from."""
    if tag in REFUSED_ELEMENTS:
        yield f"<{tag}> {REFUSED_ELEMENTS[tag]}"
    if tag in OWN_RULES:
        yield from OWN_RULES[tag](attributes)
    for name, value in attributes.items():
        yield from _of_attribute(tag, name, value, sources)


def css_problems(css: str, sources: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a style."""
    for found in CSS_ADDRESS.findall(css):
        yield from _of_address("".join(found), sources)


def _of_attribute(tag: str, name: str, value: str, sources: Collection[str]) -> Iterator[str]:
    if name.startswith("on"):
        yield f"{name} is an event handler, which the page's policy blocks: use a <script>"
    elif name in REFUSED_ATTRIBUTES:
        yield f"{name} {REFUSED_ATTRIBUTES[name]}"
    elif name in ("href", "xlink:href") and tag in LINKS:
        yield from _of_link(value)
    elif name in (*LOADING, "href", "xlink:href") and tag not in ("script", *REFUSED_ELEMENTS):
        for address in _addresses(name, value):
            yield from _of_address(address, sources)
    elif name in PAINTS:
        yield from css_problems(value, sources)


def _of_script(attributes: Attributes) -> Iterator[str]:
    if "src" in attributes:
        yield "<script src> loads a script: write the script into the template"
    if attributes.get("type", "").strip().lower() not in SCRIPT_TYPES:
        yield f"<script> must have one of these types: {', '.join(SCRIPT_TYPES[1:])}"


def _of_meta(attributes: Attributes) -> Iterator[str]:
    is_referrer = attributes.get("name", "").strip().lower() == "referrer"
    if is_referrer or "http-equiv" in attributes or "charset" in attributes:
        yield "this <meta> changes how the page works: {{build:head}} has all that are needed"


def _of_link_element(attributes: Attributes) -> Iterator[str]:
    relations = attributes.get("rel", "").lower().split()
    if not relations or not set(relations) <= set(RELATIONS):
        yield f"<link> must have one of these as its rel: {', '.join(RELATIONS)}"


OWN_RULES = {"script": _of_script, "meta": _of_meta, "link": _of_link_element}


def _of_link(value: str) -> Iterator[str]:
    scheme = LEFT_OUT.sub("", value).lower().partition(":")[0]
    if scheme in ("javascript", "vbscript", "data"):
        yield f"a link to {scheme}: runs nothing here: use a <script>"


def _addresses(name: str, value: str) -> list[str]:
    """Return the addresses in an attribute. Some have several, each with a size behind it."""
    if not name.endswith("srcset"):
        return [value]
    words = [word.strip(",") for word in value.split()]
    return [word for word in words if word and not DESCRIPTOR.fullmatch(word)]


def _of_address(address: str, sources: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with an address that the browser would load."""
    plain = LEFT_OUT.sub("", address)
    if not plain or plain.startswith("#") or plain.lower().startswith("data:"):
        return
    if plain.startswith(("//", "\\\\", "/\\", "\\/")):
        plain = f"https://{plain[2:]}"
    if ":" not in plain.partition("/")[0]:
        yield (
            f"{address!r:.80} is a file that the room does not have: write it as a data: address,"
            " or give its whole address and add its origin to page.sources"
        )
    elif not has_host(plain) or origin_of(plain) not in sources:
        wanted = origin_of(plain) if has_host(plain) else "its origin"
        yield f"{address!r:.80} is a request to others: add {wanted} to page.sources, or remove it"

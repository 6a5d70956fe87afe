"""The operator's logo: a picture that travels inside the page, as a ``data:`` address.

Browsers run no script of a picture in an ``<img>``, and load nothing for it. An SVG is checked all
the same: somebody can open the address of a picture by itself, and what a browser would leave out
is then missing from the logo.
"""

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes
from xml.etree import ElementTree

MAX_LOGO_BYTES = 8_000
SVG = "image/svg+xml"
NAMESPACE = "{http://www.w3.org/2000/svg}"
SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    SVG: re.compile(rb"(?:\xef\xbb\xbf)?\s*<"),
}
REFUSED_ELEMENTS = ("script", "foreignObject", "iframe")
# What stays as it is in the address of an SVG. So it compresses nearly as well as the file itself.
PLAIN = "!$&'()*+,-./:;=?@[]_~ "


def logo_uri(picture: bytes) -> str:
    """Return the ``data:`` address of a picture. Raise ValueError, with a text for people."""
    if len(picture) > MAX_LOGO_BYTES:
        raise ValueError(
            f"the picture has {len(picture):,} bytes, and may have {MAX_LOGO_BYTES:,}, because it"
            " travels with each page. Make it smaller: 200 pixels are wide enough"
        )
    kind = next((kind for kind, form in SIGNATURES.items() if form.match(picture)), None)
    if kind is None:
        raise ValueError("give a picture in SVG, PNG, JPEG, WebP or GIF")
    if kind != SVG:
        return f"data:{kind};base64,{base64.b64encode(picture).decode()}"
    return f"data:{kind},{quote(_checked_svg(picture), safe=PLAIN)}"


def logo_bytes(uri: str) -> bytes:
    """Return the picture in a ``data:`` address. Raise ValueError, with a text for people."""
    header, comma, content = uri.partition(",")
    try:
        if not comma:
            raise ValueError
        plain = unquote_to_bytes(content)
        return base64.b64decode(plain, validate=True) if header.endswith(";base64") else plain
    except ValueError:
        raise ValueError("this data: address is damaged. Give the path of a picture") from None


def _checked_svg(picture: bytes) -> str:
    try:
        text = picture.decode("utf-8-sig").strip().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError("the SVG must be in UTF-8. Save it so") from None
    # Entities can make a small file huge, and other processing instructions load style sheets.
    if re.search(r"<!DOCTYPE|<!ENTITY|<\?(?!xml\s)", text, re.IGNORECASE):
        raise ValueError("the SVG may have no DOCTYPE and no <?…?> but <?xml …?>. Remove them")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a DOCTYPE, nothing expands
    except ElementTree.ParseError as error:
        raise ValueError(f"the SVG can't be read: {error}. Export it anew") from None
    if root.tag != f"{NAMESPACE}svg":
        raise ValueError(f'the SVG must begin with <svg xmlns="{NAMESPACE[1:-1]}">')
    for found in _refused(root):
        raise ValueError(f"the SVG has {found}, which a logo must not have. Remove it")
    # The address is in UTF-8, whatever the file says that it was in.
    return re.sub(r"<\?xml\s.*?\?>\s*", "", text)


def _refused(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag in REFUSED_ELEMENTS:
            yield f"the element <{tag}>"
        if tag == "style" and _loads("".join(element.itertext())):
            yield "a style that loads something"
        for name, value in element.items():
            if reason := _refused_attribute(name.rpartition("}")[2].lower(), value):
                yield f"{reason} (in <{tag}>)"


def _refused_attribute(name: str, value: str) -> str:
    if name.startswith("on"):
        return f"the event handler {name}"
    is_inside = value.strip().startswith(("#", "data:image/"))
    if name in ("href", "src") and value.strip() and not is_inside:
        return f"a reference to another address, {value!r:.60}"
    return f"a reference to another address in {name}" if _loads(value) else ""


def _loads(css: str) -> bool:
    """Return whether a style refers to anything outside of the picture."""
    return bool(re.search(r"@import|url\(\s*['\"]?\s*(?!['\"\s#]|data:image/)", css, re.IGNORECASE))
